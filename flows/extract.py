"""Changed files through reader and transforms, batch by batch, to staged tables."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from flows.parts import Parts
from flows.plan import SourcePlan
from load.changes import LOADED, REJECTED, SKIPPED
from load.ledger import Entry
from sources import File, Unreadable
from sources.audit import Audit
from sources.reader import Document, Reader
from transforms.keys import record_id

_SHOWN = 200
_PIECE_BYTES = 4_000_000  # of documents whose texts are held in memory


@dataclass
class Extraction:
    """What a run extracts, over all of its sources.

    ``run_id`` and ``started_at`` are the run's. Files are read, in the order of their paths, in batches of
    ``batch_bytes``, and staged as tidy tables in ``folder``. In a ``fresh`` load every batch is a part of
    its own, else changed files join the parts there are; ``next_part`` is the first free number.
    ``audit`` reads a share of the documents twice. ``on_file`` is told of every file. ``rejects`` gets the rows of ``meta.rejects`` for
    the files that were read.
    """

    run_id: str
    started_at: str
    reader: Reader
    audit: Audit
    folder: Path
    batch_bytes: int
    fresh: bool
    next_part: int
    on_file: Callable[[File], None]
    bytes_read: int = 0
    declined: int = 0
    batches: int = 0
    rejects: list[dict] = field(default_factory=list)

    def source(self, plan: SourcePlan) -> None:
        """Read the changed files of a source; ``plan.read`` and ``plan.refreshed`` tell what became of them."""
        self._parts = Parts({} if self.fresh else plan.known, self.next_part, self.batch_bytes)
        for file, _ in plan.changes.unread:
            self._keep(plan, file, SKIPPED)
        pieces = self._pieces(plan)
        for piece in pieces:
            self._stage(chain([piece], pieces), plan.settings.publish_secured)
        self.next_part = max(self.next_part, self._parts.next_part)

    def finish(self) -> None:
        """Give back the memory that reading took: the load needs its own."""
        self.reader = self.audit = None
        if self.batches:
            import pyarrow

            pyarrow.default_memory_pool().release_unused()

    def _pieces(self, plan: SourcePlan) -> Iterator[list[dict]]:
        """The documents of the changed files, a few at a time."""
        documents: list[dict] = []
        size = 0
        for file, content in plan.source.read(plan.changes.read):
            self.on_file(file)
            if self._is_as_known(plan, file, content):
                continue
            document = self._row(plan, file, content)
            if document is not None:
                documents.append(document)
                size += file.size
            if size >= min(_PIECE_BYTES, self.batch_bytes):
                yield documents
                documents, size = [], 0
        if documents:
            yield documents

    def _stage(self, pieces: Iterable[list[dict]], publish_secured: bool) -> None:
        """Stage the tables of a batch under its number, which a fresh load takes for the part's.

        Texts go to the disk piece by piece; what is left to flatten then is small, since documents share it.
        """
        from load import schema, staging
        from transforms import raw
        from transforms.drift import tree_of
        from transforms.tidy import documents_frame, tidy

        number = self.next_part if self.fresh else self.batches
        texts = raw.Documents(publish_secured)
        documents: list[dict] = []
        size = 0
        with staging.documents(self.folder, number) as write:
            for piece in pieces:
                write(texts.frame(piece))
                for document in piece:
                    del document["body"]
                documents += piece
                size += sum(document["size_bytes"] for document in piece)
                if size >= self.batch_bytes:
                    break
        staging.write_batch(self.folder, number, tidy(documents_frame(documents), tree_of(schema.covered_paths())))
        self.batches += 1
        if self.fresh:
            self.next_part += 1

    def _is_as_known(self, plan: SourcePlan, file: File, content: bytes | Unreadable) -> bool:
        """Whether the content is what it was, though size or time stamp made it look changed."""
        self.bytes_read += len(content) if isinstance(content, bytes) else 0
        entry = plan.known.get(file.path)
        if plan.reread or entry is None or file.content_hash is None or entry.content_hash != file.content_hash:
            return False
        plan.refreshed.append(entry.with_stat(file.size, file.mtime_ns, plan.listed_ns))
        return True

    def _row(self, plan: SourcePlan, file: File, content: bytes | Unreadable) -> dict | None:
        """The document that a file holds, with ``record`` None when it cannot be read; None when it holds none."""
        try:
            document = self._document(file, content)
        except Unreadable as unreadable:
            entry = self._keep(plan, file, REJECTED)
            self.rejects.append(_reject(entry, unreadable, content))
            return _document_row(entry, None)
        entry = self._keep(plan, file, LOADED if document else SKIPPED)
        return _document_row(entry, document) if document else None

    def _document(self, file: File, content: bytes | Unreadable) -> Document | None:
        if isinstance(content, Unreadable):
            raise content
        document = self.reader.read(file.path, content)
        self.audit.check(file.path, content, file.content_hash, document)
        self.declined += bool(document and document.declined)
        return document

    def _keep(self, plan: SourcePlan, file: File, outcome: str) -> Entry:
        """Note the file's outcome. A file read again unchanged (a full refresh) keeps its times."""
        known = plan.known.get(file.path)
        same = known is not None and known.content_hash == file.content_hash and known.outcome == outcome
        entry = Entry(
            source=plan.name,
            path=file.path,
            size=file.size,
            mtime_ns=file.mtime_ns,
            content_hash=file.content_hash,
            outcome=outcome,
            part=self.next_part if self.fresh else self._parts.of(file),
            first_seen=known.first_seen if known else self.started_at,
            last_changed=known.last_changed if same else self.started_at,
            changed_run=known.changed_run if same else self.run_id,
            listed_ns=plan.listed_ns,
        )
        plan.read.append(entry)
        return entry


def _document_row(entry: Entry, document: Document | None) -> dict:
    return {
        "record_id": record_id(entry.source, entry.path),
        "source": entry.source,
        "path": entry.path,
        "format": "yaml",
        "content_hash": entry.content_hash,
        "size_bytes": entry.size,
        "record": document.record if document else None,
        "body": document.body if document else None,
        "body_length": len(document.body) if document and document.body is not None else None,
        "first_seen_at": datetime.fromisoformat(entry.first_seen),
        "last_changed_at": datetime.fromisoformat(entry.last_changed),
        "changed_run_id": entry.changed_run,
    }


def _reject(entry: Entry, unreadable: Unreadable, content: bytes | Unreadable) -> dict:
    excerpt = _line(content, unreadable.line) if isinstance(content, bytes) and unreadable.line else None
    return {
        "record_id": record_id(entry.source, entry.path),
        "source": entry.source,
        "path": entry.path,
        "line": unreadable.line,
        "column": unreadable.column,
        "reason": unreadable.reason,
        "message": unreadable.message,
        "excerpt": excerpt,
        "run_id": entry.changed_run,
        "rejected_at": datetime.fromisoformat(entry.last_changed),
    }


def _line(content: bytes, number: int) -> str | None:
    """A line to show, unless it may hold a secured value."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if number > len(lines):
        return None
    above = next((line for line in reversed(lines[:number]) if line[:1].strip(b" \t-")), b"")
    if b"secured" in lines[number - 1] or above.startswith(b"secured"):
        return "(a secured value, not shown)"
    return lines[number - 1].decode("utf-8", "replace")[:_SHOWN]
