"""What files held at a commit: each distinct content is read once, and reduced to the columns that are followed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from matterhouse import process
from matterhouse.history.states import Document, Followed, Record
from matterhouse.reading.excerpts import excerpt, message
from matterhouse.reading.items import Shapes
from matterhouse.reading.reader import Document as Read
from matterhouse.reading.reader import Reader
from matterhouse.sources import File, Limits, Skipped, Unreadable
from matterhouse.sources.gitlog import Change
from matterhouse.transforms.keys import item_id, record_id
from matterhouse.transforms.places import path_of_item

# Documents, or bytes of front matter that were not seen before, that are made into columns together.
_DOCUMENTS, _BYTES = 2_000, 5_000_000
_MOST_REMEMBERED, _MOST_ALIKE = 100_000, 40_000  # contents; of more, one that comes back is read again
_SECURED = b"\nsecured:"
_VALUE = re.compile(rb'\nsecured: "([A-Za-z0-9+/=;]+)"(?=\n)')


@dataclass(frozen=True)
class Reading:
    """How the documents of a source are read: its settings, as for the current state."""

    source: str
    limits: Limits
    columns: Mapping[str, Sequence[str]]
    collections: Mapping[str, Sequence[str]]
    templates: tuple[str, ...]
    data_files: Mapping[str, str]
    other_paths: tuple[str, ...] = ()


@dataclass(slots=True)
class Content:
    """What a file holds in one version of it: ``records`` by id; ``is_rejected`` where it cannot be read."""

    records: dict[str, Record] = field(default_factory=dict)
    is_rejected: bool = False


class Reject(NamedTuple):
    """A version of a file, or of an item of it, at ``path``, that cannot be read: the columns of ``meta.rejects``."""

    path: str
    row: dict[str, Any]


Rejects = dict[tuple[str, str], list[Reject]]
"""Those of contents that cannot be read, or not whole, by path and blob of the file."""


class Contents:
    """Reads contents of a source. ``distinct`` counts those that were read, ``bytes`` their size.

    ``rejects`` are those of the contents that it remembers.
    """

    def __init__(self, source: Any, reading: Reading):
        self._source, self._reading = source, reading
        self._reader = Reader(reading.limits)
        self._shapes = Shapes(reading.data_files)
        self._followed = Followed(reading.columns, reading.collections, reading.other_paths)
        self._known: dict[tuple[str, str], Content] = {}
        self._alike = _Alike(reading.limits.head_bytes)
        self._waiting: list[Document] = []
        self._parsed = 0
        self.distinct = self.bytes = 0
        self.rejects: Rejects = {}

    def read(self, changes: Iterable[Change]) -> dict[tuple[str, str], Content]:
        """The contents that changes brought, by path and blob. Raises ``sources.SourceUnavailable``."""
        if len(self._known) > _MOST_REMEMBERED:
            self._known.clear()
            self.rejects.clear()
        wanted = {(change.path, change.blob): change.raw_path for change in changes if change.blob is not None}
        files: dict[str, list[File]] = {}
        for (path, blob), raw_path in wanted.items():
            if (path, blob) not in self._known:
                files.setdefault(blob, []).append(File(path, raw_path, 0, 0, blob))
        for file, found in self._source.read([each[0] for each in files.values()]):
            self.distinct += 1
            self.bytes += len(found) if isinstance(found, bytes) else 0
            for each in files[file.content_hash]:
                self._known[each.path, file.content_hash] = self._content(each, found)
        self._flatten()
        return {place: self._known[place] for place in wanted}

    def _content(self, file: File, found: bytes | Unreadable) -> Content:
        if isinstance(found, Unreadable):
            return self._rejected(file, found, found)
        rest = self._alike.rest(file.path, found)
        known = self._alike.known(rest)
        if known is not None:
            return known
        try:
            shape = self._shapes.of(file.path)
            document = self._reader.read(file.path, found, self._reading.templates, shape)
        except Unreadable as unreadable:
            return self._rejected(file, unreadable, found)
        except Skipped:
            document = None
        content = Content() if document is None else self._accepted(file, document, found)
        if document is not None and not document.declined and not document.items:
            self._alike.remember(rest, document.record, content)
        return content

    def _accepted(self, file: File, document: Read, found: bytes) -> Content:
        content = Content()
        source = self._reading.source
        if not document.items:
            self._add(content, record_id(source, file.path), file.path, document.record, document.body)
        for item in document.items:
            path = path_of_item(file.path, item.key)
            if item.unreadable is not None:
                self._reject(file, path, item_id(source, file.path, item.key), item.unreadable, found)
            else:
                self._add(content, item_id(source, file.path, item.key), path, item.record, None)
        return content

    def _add(self, content: Content, key: str, path: str, record: object, body: str | None) -> None:
        """Note a document, of which columns are made with many others."""
        state = content.records[key] = Record(path)
        self._waiting.append(Document(state, key, path, record, None if body is None else len(body)))
        if len(self._waiting) >= _DOCUMENTS or self._reader.bytes_parsed - self._parsed > _BYTES:
            self._flatten()

    def _flatten(self) -> None:
        if self._waiting:
            self._followed.fill(self._reading.source, self._waiting)
            process.collect_new_garbage()
        self._waiting, self._parsed = [], self._reader.bytes_parsed

    def _rejected(self, file: File, unreadable: Unreadable, found: bytes | Unreadable) -> Content:
        self._reject(file, file.path, record_id(self._reading.source, file.path), unreadable, found)
        return Content(is_rejected=True)

    def _reject(self, file: File, path: str, key: str, unreadable: Unreadable, found: bytes | Unreadable) -> None:
        row = {
            "source": self._reading.source,
            "record_id": key,
            "line": unreadable.line,
            "column": unreadable.column,
            "reason": unreadable.reason,
            "message": message(found, unreadable) if isinstance(found, bytes) else unreadable.message,
            "excerpt": excerpt(found, unreadable.line) if isinstance(found, bytes) else None,
        }
        self.rejects.setdefault((file.path, file.content_hash or ""), []).append(Reject(path, row))


class _Alike:
    """Recognises contents of a file that differ in their encrypted text alone, which is not followed.

    Most commits of some repositories rewrite nothing else. Two contents are alike where all around the one line
    ``secured: "…"`` is the same, and the reader of the plain subset found that line's text as the value of ``secured``:
    there, whatever letters stand between the quotes, the rest means the same.
    """

    class Rest(NamedTuple):
        """A content without its encrypted text, as a digest, and that text."""

        digest: bytes
        secured: bytes

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._contents: dict[bytes, Content] = {}

    def rest(self, path: str, content: bytes) -> Rest | None:
        """The content without its encrypted text; None where it has none in the usual place."""
        if len(content) > self._most_bytes or not content.startswith(b"---\n") or b"\r" in content:
            return None
        at = content.find(_SECURED)
        if at < 0 or content.find(_SECURED, at + 1) >= 0:
            return None
        found = _VALUE.match(content, at)
        if found is None or content.find(b"\n---", 3, at) >= 0 or content.find(b"\n...", 3, at) >= 0:
            return None
        around = blake2b(path.encode("utf-8", "surrogatepass"), digest_size=16)
        for piece in (b"\0%d\0" % at, content[:at], content[found.end() :]):
            around.update(piece)
        return self.Rest(around.digest(), found[1])

    def known(self, rest: Rest | None) -> Content | None:
        """What a content like it holds, if there was one."""
        return None if rest is None else self._contents.get(rest.digest)

    def remember(self, rest: Rest | None, record: object, content: Content) -> None:
        """Note what a content holds, if it is sure that its line ``secured`` is what it seems."""
        secured = record.get("secured") if isinstance(record, dict) else None
        if rest is not None and isinstance(secured, str) and secured.encode() == rest.secured:
            if len(self._contents) > _MOST_ALIKE:
                self._contents.clear()
            self._contents[rest.digest] = content
