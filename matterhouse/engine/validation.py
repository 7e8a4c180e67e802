"""Reads sources as a run does, without a warehouse, and tells what is wrong with their files.

The reader and the transforms are those of a run: what it would reject, and what would not fit a column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matterhouse.engine.lines import Head, positions
from matterhouse.engine.plan import open_configured, reading_limits
from matterhouse.reading.excerpts import message
from matterhouse.reading.items import Shapes
from matterhouse.reading.reader import Document, Reader
from matterhouse.settings.models import Settings
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import File, Limits, Skipped, Source, Unreadable
from matterhouse.transforms.keys import item_id, record_id
from matterhouse.transforms.places import path_of_item

if TYPE_CHECKING:
    from matterhouse.sql.user_tables import UserTable
    from matterhouse.transforms.tidy import Tables

ERROR, WARNING = "error", "warning"
FIELD_ERROR, DUPLICATE_KEY = "field_error", "duplicate_key"


@dataclass(frozen=True)
class Finding:
    """Something wrong with a file. ``rule`` is the reason code of a reject, ``field_error`` or ``duplicate_key``.

    ``path`` is the file's below the source's top; ``line`` and ``column`` count from 1, None where there is no place.
    ``field`` is the front-matter path of a value that does not fit its column.
    """

    source: str
    path: str
    line: int | None
    column: int | None
    severity: str
    rule: str
    field: str | None
    message: str


@dataclass
class Validation:
    """A validation of sources, done as its ``findings`` are taken; ``files`` and ``records`` count what was read.

    ``clones`` is a folder for copies of remote repositories, ``user_tables`` are those that the user declares.
    """

    settings: Settings
    clones: Path
    user_tables: "tuple[UserTable, ...]" = ()
    files: int = 0
    records: int = 0
    _pending: list[dict[str, Any]] = field(default_factory=list)
    _heads: dict[str, tuple[Head, bytes]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """What is wrong, by source and path. Raises ``SourceUnavailable``."""
        limits = reading_limits(self.settings)
        for name, own in self.settings.sources.items():
            source = open_configured(name, own, self.clones, limits)
            source.position()
            for batch in _batches(source.list().files, self.settings.batch_bytes):
                found = [*self._read(name, source, batch, limits, own.templates), *self._misfits(name, own)]
                yield from sorted(found, key=lambda each: (each.path, each.line or 0, each.column or 0))

    def tables(self) -> "Iterator[Tables]":
        """The tidy tables of the sources' documents, batch by batch. Raises ``SourceUnavailable``."""
        limits = reading_limits(self.settings)
        for name, own in self.settings.sources.items():
            source = open_configured(name, own, self.clones, limits)
            source.position()
            for batch in _batches(source.list().files, self.settings.batch_bytes):
                for _ in self._read(name, source, batch, limits, own.templates):
                    pass  # what is wrong is not asked for here
                if self._pending:
                    yield self._flattened(own)

    def _flattened(self, own: SourceSettings) -> "Tables":
        """The tidy tables of the documents read last."""
        from matterhouse.engine.batch import flattened

        return flattened(self._pending, own.columns, own.collections, self.user_tables)

    def _read(
        self, name: str, source: Source, files: list[File], limits: Limits, templates: tuple[str, ...]
    ) -> Iterator[Finding]:
        """Read files; their documents wait for ``_misfits``."""
        reader, shapes = Reader(limits), Shapes(self.settings.sources[name].data_files)
        self._pending, self._heads = [], {}
        for file, content in source.read(files):
            self.files += 1
            try:
                if isinstance(content, Unreadable):
                    raise content
                document = reader.read(file.path, content, templates, shapes.of(file.path))
            except Unreadable as wrong:
                yield _unreadable(name, file.path, content, wrong)
                continue
            except Skipped:
                continue
            if document is not None:
                self._await(name, file, content, document)
                yield from _duplicates(name, file.path, content, document)
                for item in document.items:
                    if item.unreadable:
                        yield _unreadable(name, file.path, content, item.unreadable)

    def _await(self, name: str, file: File, content: bytes, document: Document) -> None:
        """Let the records of a file wait for ``_misfits``."""
        if not document.items:
            row = _row(name, file, document, document.record)
            self._pending.append(row)
            self._heads[row["record_id"]] = (Head(file.path), content)
        for item in document.items:
            if item.record is not None:
                place = {
                    "path": path_of_item(file.path, item.key),
                    "record_id": item_id(name, file.path, item.key),
                }
                self._pending.append(_row(name, file, document, item.record) | place)
                self._heads[place["record_id"]] = (Head(file.path, item.path), content)
        self.records += sum(item.record is not None for item in document.items) if document.items else 1

    def _misfits(self, name: str, own: SourceSettings) -> Iterator[Finding]:
        """The values of the documents read last that do not fit their columns."""
        if not self._pending:
            return
        from matterhouse.transforms.fields import python_values

        errors = self._flattened(own)["meta.field_errors"]
        columns = (python_values(errors[name]) for name in ("record_id", "field", "value", "expected"))
        for key, where, value, expected in zip(*columns):
            head, content = self._heads[key]
            field = head.in_file(where)
            at = positions(head.file, content).of(field)
            told = f"expected {expected}, found {'nothing' if value is None else value}"
            yield Finding(name, head.file, at.line, at.column, ERROR, FIELD_ERROR, field, told)


def _batches(files: Iterable[File], most_bytes: int) -> Iterator[list[File]]:
    batch: list[File] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.size
        if size >= most_bytes:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _unreadable(source: str, path: str, content: bytes | Unreadable, wrong: Unreadable) -> Finding:
    told = message(content, wrong) if isinstance(content, bytes) else wrong.message
    return Finding(source, path, wrong.line, wrong.column, ERROR, wrong.reason, None, told)


def _row(source: str, file: File, document: Document, record: object) -> dict[str, Any]:
    """A document as the transforms take it; the run and its times are nobody's."""
    now = datetime.now(UTC)
    return {
        "record_id": record_id(source, file.path),
        "source": source,
        "path": file.path,
        "item_position": None,
        "content_hash": file.content_hash,
        "record": record,
        "problems": tuple(problem for problem in document.problems if problem.field == "body"),
        "body_length": None if document.body is None else len(document.body),
        "first_seen_at": now,
        "last_changed_at": now,
        "changed_run_id": "",
    }


def _duplicates(source: str, path: str, content: bytes, document: Document) -> Iterator[Finding]:
    if document.format != "yaml":
        problems = [(problem.field, problem) for problem in document.problems if problem.field != "body"]
        problems += [(f"{item.path}.{each.field}", each) for item in document.items for each in item.problems]
        for where, problem in problems:
            told = f"`{where}` is given twice: the last one holds"
            yield Finding(source, path, problem.line, None, WARNING, DUPLICATE_KEY, where, told)
        return
    for found in positions(path, content).duplicate_keys():
        told = f"`{found.path}` stands here again, first in line {found.first.line}: the last one holds"
        yield Finding(source, path, found.at.line, found.at.column, WARNING, DUPLICATE_KEY, found.path, told)
