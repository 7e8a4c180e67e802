"""A batch of files: what is to be extracted, and the extraction: read, transformed, staged as tidy tables."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matterhouse import process
from matterhouse.engine.account import FileOutcome
from matterhouse.engine.comparison import ALL_OVER, is_over, keeps_records
from matterhouse.engine.lines import Head, with_lines
from matterhouse.reading.audit import Audit
from matterhouse.reading.envelope import language_of
from matterhouse.reading.excerpts import excerpt, message
from matterhouse.reading.formats import of_data_file
from matterhouse.reading.items import Item, Shapes
from matterhouse.reading.reader import Document, Reader
from matterhouse.sources import NOT_READ, File, Globs, Limits, Skipped, Source, Unreadable
from matterhouse.sources.files import DEFAULT_TEMPLATES
from matterhouse.transforms.keys import item_id, record_id
from matterhouse.transforms.places import path_of_item
from matterhouse.warehouse.ledger import Entry

if TYPE_CHECKING:
    import pandas as pd

    from matterhouse.engine.shared import Shared
    from matterhouse.sql.user_tables import UserTable
    from matterhouse.transforms.entries import Entries
    from matterhouse.transforms.tidy import Tables

NO_FRONT_MATTER, NO_MAPPING = "no_front_matter", "no_mapping"
PIECE_BYTES = 4_000_000  # of documents whose texts are held in memory
# Bytes of front matter, but those seen before, that are flattened together: on the way they take 33 times as much.
FLATTENED_BYTES = 5_000_000
_Piece = tuple[int, list[dict]]  # documents, and the number of the file that their texts are staged in


@dataclass(frozen=True)
class Batch:
    """Files of one source that are extracted together. Their tables are staged under ``number``.

    ``files`` are read; ``skipped`` ones, each with a reason code, only get an entry. ``parts`` says by path which part
    a file belongs to; those of a ``fresh`` batch are its own, and its files come part by part. ``known`` has the
    ledger's entries by path. With ``reread`` a file is extracted even if its content is the known one. ``listed_ns`` is
    when the files were listed. A file that cannot be read any more keeps the records that it had, unless that is so
    since ``kept_after`` (ISO 8601, UTC) or before.
    """

    number: int
    name: str
    source: Source
    files: list[File]
    skipped: list[tuple[File, str]]
    fresh: bool
    parts: dict[str, int]
    known: dict[str, Entry]
    reread: bool
    listed_ns: int
    publish_secured: bool
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    collections: Mapping[str, Sequence[str]] = field(default_factory=dict)
    templates: tuple[str, ...] = DEFAULT_TEMPLATES
    data_files: Mapping[str, str] = field(default_factory=dict)
    kept_after: str = ALL_OVER

    def staged_as(self, path: str) -> int:
        """Number of the file that a document's texts are staged in: its part in a fresh load, else the batch."""
        return self.parts[path] if self.fresh else self.number


@dataclass
class Outcome:
    """The result of extracting a batch.

    ``read`` are the entries of files that are new or changed, ``restamped`` of those with another size or time stamp
    and the known content, ``unreadable`` of those that cannot be read and keep the records that they had, ``rejects``
    rows of ``meta.rejects``, ``breaches`` those of ``meta.field_errors`` that stop the run. ``bytes_parsed`` are those
    of front matter that no memo had, ``declined`` documents that the fast reader left to PyYAML, ``distinct_blocks``
    blocks not seen before.
    """

    read: list[Entry] = field(default_factory=list)
    restamped: list[Entry] = field(default_factory=list)
    unreadable: list[Entry] = field(default_factory=list)
    rejects: list[dict] = field(default_factory=list)
    breaches: list[dict] = field(default_factory=list)
    bytes_read: int = 0
    bytes_parsed: int = 0
    declined: int = 0
    distinct_blocks: int = 0


@dataclass(frozen=True)
class Setup:
    """What all batches of a run have in common. Tables are staged below ``folder``."""

    run_id: str
    started_at: str
    limits: Limits
    audit_share: float
    folder: Path
    user_tables: "tuple[UserTable, ...]" = ()


class Extractor:
    """Extracts batches one after the other. Blocks of text that they share are parsed once."""

    def __init__(self, setup: Setup):
        self._setup, self._folder = setup, setup.folder
        self._reader = Reader(setup.limits)
        self._audit = Audit(setup.audit_share)
        self._shared: Shared | None = None

    def extract(
        self, batch: Batch, on_read: Callable[[int], None] = lambda size: None, folder: Path | None = None
    ) -> Outcome:
        """Read and stage a batch, in another ``folder`` if one is given; ``on_read`` is called with every file's size.

        Raises ``sources.SourceUnavailable`` and ``sources.AuditFailed``.
        """
        self._folder = folder or self._setup.folder
        parsed, distinct = self._reader.bytes_parsed, self._reader.distinct_blocks
        outcome = Outcome()
        for file, reason in batch.skipped:
            self._add_entry(batch, outcome, file, FileOutcome.SKIPPED, reason)
        pieces = self._pieces(batch, outcome, on_read)
        for piece in pieces:  # without documents, nothing that takes long to import is needed
            self._stage(batch, outcome, chain([piece], pieces))
        outcome.bytes_parsed = self._reader.bytes_parsed - parsed
        outcome.distinct_blocks = self._reader.distinct_blocks - distinct
        process.collect_new_garbage()
        return outcome

    def _pieces(self, batch: Batch, outcome: Outcome, on_read: Callable[[int], None]) -> Iterator[_Piece]:
        """The documents of the files, a few at a time; those of a piece are staged in the same file."""
        documents: list[dict] = []
        size = staged_as = 0
        shapes = Shapes(batch.data_files)
        for file, content in self._contents(batch, outcome, on_read):
            rows = self._rows(batch, outcome, file, content, shapes.of(file.path))
            if not rows:
                continue
            if documents and (size >= PIECE_BYTES or staged_as != batch.staged_as(file.path)):
                yield staged_as, documents
                documents, size = [], 0
            staged_as = batch.staged_as(file.path)
            documents += rows
            size += file.size
        if documents:
            yield staged_as, documents

    def _contents(
        self, batch: Batch, outcome: Outcome, on_read: Callable[[int], None]
    ) -> Iterator[tuple[File, bytes | Unreadable]]:
        """The contents of the files but those that are known; the reader is told of as many as fit into a piece."""
        found: list[tuple[File, bytes | Unreadable]] = []
        size = 0
        for file, content in batch.source.read(batch.files):
            on_read(file.size)
            outcome.bytes_read += len(content) if isinstance(content, bytes) else 0
            if self._is_restamped(batch, file, content):
                entry = batch.known[file.path]
                outcome.restamped.append(entry.with_stat(file.size, file.mtime_ns, batch.listed_ns))
                continue
            found.append((file, content))
            size += file.size
            if size >= PIECE_BYTES:
                yield from self._prepared(found)
                found, size = [], 0
        yield from self._prepared(found)

    def _prepared(self, found: list[tuple[File, bytes | Unreadable]]) -> list[tuple[File, bytes | Unreadable]]:
        if not self._setup.user_tables:  # these ask for every value
            self._reader.prepare([content for _, content in found if isinstance(content, bytes)])
        return found

    def _stage(self, batch: Batch, outcome: Outcome, pieces: Iterable[_Piece]) -> None:
        """Stage the documents. Their texts are written piece by piece; the rest is small where documents share it, and
        else written more often.
        """
        from matterhouse.warehouse import staging

        documents: list[dict] = []
        flattened_bytes = self._reader.bytes_to_hold
        write_tables = staging.table_writer(self._folder, batch.number)
        with staging.documents(self._folder) as write:
            for staged_as, piece in pieces:
                write(self._shared_in(batch).texts.frame(piece), staged_as)
                for document in piece:
                    del document["body"]
                documents += piece
                if self._reader.bytes_to_hold - flattened_bytes > FLATTENED_BYTES:
                    flattened_bytes = self._reader.bytes_to_hold
                    write_tables(self._flattened(batch, outcome, documents))
                    documents = []
                    process.collect_new_garbage()
            if documents:
                write_tables(self._flattened(batch, outcome, documents))

    def _flattened(self, batch: Batch, outcome: Outcome, documents: Sequence[Mapping[str, Any]]) -> "Tables":
        """The tidy tables of documents, misfits with their lines."""
        user_tables = self._setup.user_tables
        shared = self._shared_in(batch)
        tables = flattened(documents, batch.columns, batch.collections, user_tables, shared.entries)
        self._shared = shared.renewed(self._reader.forgotten)
        heads = {row["record_id"]: Head(row["file"], row["inside"], row["content_hash"]) for row in documents}
        errors = with_lines(tables["meta.field_errors"], batch.source, batch.files, heads)
        stopping = {table.qualified for table in user_tables if table.stops_run}
        if stopping:
            outcome.breaches += errors[errors["table_name"].isin(stopping)].to_dict("records")
        return tables | {"meta.field_errors": errors}

    def _shared_in(self, batch: Batch) -> "Shared":
        """What the documents of the batch's source share."""
        if self._shared is None or self._shared.source != batch.name:
            from matterhouse.engine.shared import Shared

            self._shared = Shared.of(batch.name, batch.publish_secured, self._reader.forgotten)
        return self._shared

    def _is_restamped(self, batch: Batch, file: File, content: bytes | Unreadable) -> bool:
        """Whether the content is the known one, whatever size and time stamp say, or still cannot be had."""
        entry = batch.known.get(file.path)
        if batch.reread or entry is None or entry.content_hash != file.content_hash or is_over(entry, batch.kept_after):
            return False
        if isinstance(content, Unreadable):
            return (entry.outcome, entry.reason) == (FileOutcome.REJECTED, content.reason)
        return entry.reason not in NOT_READ

    def _rows(
        self, batch: Batch, outcome: Outcome, file: File, content: bytes | Unreadable, shape: str | None
    ) -> list[dict]:
        """The documents that a file holds, with ``record`` None where one cannot be read."""
        try:
            document = self._document(batch, file, content, shape)
        except Unreadable as unreadable:
            if keeps_records(batch.known.get(file.path), batch.kept_after):
                self._keep_records(batch, outcome, file, unreadable, content)
                return []
            entry = self._add_entry(batch, outcome, file, FileOutcome.REJECTED, unreadable.reason)
            outcome.rejects.append(_reject(entry, unreadable, content))
            language = language_of(file.path, content) if isinstance(content, bytes) else None
            return [_row(entry, None, None, language)]
        except Skipped as skipped:
            self._add_entry(batch, outcome, file, FileOutcome.SKIPPED, skipped.reason)
            return []
        if document is None:
            reason = NO_MAPPING if of_data_file(file.path) else NO_FRONT_MATTER
            self._add_entry(batch, outcome, file, FileOutcome.SKIPPED, reason)
            return []
        outcome.declined += document.declined
        if document.items:
            return self._item_rows(batch, outcome, file, content, document)
        return [_row(self._add_entry(batch, outcome, file, FileOutcome.LOADED, records=1), document)]

    def _keep_records(
        self, batch: Batch, outcome: Outcome, file: File, unreadable: Unreadable, content: bytes | Unreadable
    ) -> None:
        """Reject a file and leave the records that it had as they are."""
        known = batch.known[file.path]
        entry = self._entry(batch, file, FileOutcome.REJECTED, unreadable.reason, known.records)
        entry = entry._replace(part=known.part, kept_since=known.kept_since or self._setup.started_at)
        outcome.unreadable.append(entry)
        outcome.rejects.append(_reject(entry, unreadable, content))

    def _item_rows(
        self, batch: Batch, outcome: Outcome, file: File, content: bytes | Unreadable, document: Document
    ) -> list[dict]:
        """The documents that a data file holds. An item that is no record is rejected, and costs no other one."""
        records = sum(item.unreadable is None for item in document.items)
        entry = self._add_entry(batch, outcome, file, FileOutcome.LOADED, records=records)
        rejected = [item for item in document.items if item.unreadable]
        outcome.rejects += [_reject(entry, item.unreadable, content, item) for item in rejected if item.unreadable]
        return [_row(entry, document, item) for item in document.items]

    def _document(self, batch: Batch, file: File, content: bytes | Unreadable, shape: str | None) -> Document | None:
        if isinstance(content, Unreadable):
            raise content
        document = self._reader.read(file.path, content, batch.templates, shape)
        self._audit.check(file.path, content, file.content_hash or "", document)
        return document

    def _add_entry(
        self,
        batch: Batch,
        outcome: Outcome,
        file: File,
        result: FileOutcome,
        reason: str | None = None,
        records: int = 0,
    ) -> Entry:
        """Add the entry of a file."""
        entry = self._entry(batch, file, result, reason, records)
        outcome.read.append(entry)
        return entry

    def _entry(self, batch: Batch, file: File, result: FileOutcome, reason: str | None, records: int) -> Entry:
        """The entry of a file. One whose content and outcome are the known ones keeps its times."""
        known = batch.known.get(file.path)
        unchanged = known if known and (known.content_hash, known.outcome) == (file.content_hash, result) else None
        return Entry(
            source=batch.name,
            path=file.path,
            size_bytes=file.size,
            modified_ns=file.mtime_ns,
            content_hash=file.content_hash,
            outcome=result,
            part=batch.parts[file.path],
            first_seen_at=known.first_seen_at if known else self._setup.started_at,
            last_changed_at=unchanged.last_changed_at if unchanged else self._setup.started_at,
            changed_run_id=unchanged.changed_run_id if unchanged else self._setup.run_id,
            listed_ns=batch.listed_ns,
            reason=reason,
            records=records,
        )


def flattened(
    documents: Sequence[Mapping[str, object]],
    columns: Mapping[Any, Sequence[str]],
    collections: Mapping[str, Sequence[str]],
    user_tables: "Sequence[UserTable]" = (),
    entries: "Entries | None" = None,
) -> "Tables":
    """The tidy tables of documents, by the settings ``columns`` and ``collections`` of their source; those that the
    user declares, too. ``entries`` are those of its earlier batches.
    """
    from matterhouse.sql import schema
    from matterhouse.transforms.drift import tree_of
    from matterhouse.transforms.tidy import documents_frame, tidy

    declared = schema.with_names(columns)
    covered = tree_of(schema.covered_paths(declared))
    wanted = {name: Globs(globs, ()).wants for name, globs in collections.items()}
    return tidy(documents_frame(documents), covered, declared, wanted, user_tables, _breaches_of_checks, entries)


def _breaches_of_checks(table: "UserTable", rows: "pd.DataFrame") -> Iterator[tuple[int, int]]:
    from matterhouse.warehouse.contract import breaches_of_checks  # DuckDB is imported where there is a CHECK

    return breaches_of_checks(table, rows)


def _row(entry: Entry, document: Document | None, item: Item | None = None, language: str | None = None) -> dict:
    """The row of a document: of a file, or of an item of it."""
    record = item.record if item else document.record if document else None
    body = document.body if document else None
    place = _place(entry, item)
    return place | {
        "file_id": record_id(entry.source, entry.path) if item else place["record_id"],
        "item_position": item.position if item else None,
        "file": entry.path,
        "inside": item.path if item else "",
        "format": document.format if document else language,
        "content_hash": entry.content_hash,
        "size_bytes": entry.size_bytes,
        "record": record,
        "problems": item.problems if item else document.problems if document else (),
        "body": body,
        "body_length": None if body is None else len(body),
        "first_seen_at": datetime.fromisoformat(entry.first_seen_at),
        "last_changed_at": datetime.fromisoformat(entry.last_changed_at),
        "changed_run_id": entry.changed_run_id,
    }


def _place(entry: Entry, item: Item | None) -> dict:
    """Where a document is, and its id."""
    if item is None:
        return {"record_id": record_id(entry.source, entry.path), "source": entry.source, "path": entry.path}
    return {
        "record_id": item_id(entry.source, entry.path, item.key),
        "source": entry.source,
        "path": path_of_item(entry.path, item.key),
    }


def _reject(entry: Entry, unreadable: Unreadable, content: bytes | Unreadable, item: Item | None = None) -> dict:
    return {
        **_place(entry, item),
        "line": unreadable.line,
        "column": unreadable.column,
        "reason": unreadable.reason,
        "message": message(content, unreadable) if isinstance(content, bytes) else unreadable.message,
        "excerpt": excerpt(content, unreadable.line) if isinstance(content, bytes) else None,
        "run_id": entry.changed_run_id,
        "rejected_at": datetime.fromisoformat(entry.last_changed_at),
    }
