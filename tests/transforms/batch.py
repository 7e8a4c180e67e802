"""Batches for tests: front matters in, read as the pipeline reads them, tidy tables out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from textwrap import dedent
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.files import blob_id
from matterhouse.sql import schema
from matterhouse.transforms import keys, raw
from matterhouse.transforms.drift import tree_of
from matterhouse.transforms.places import path_of_item
from matterhouse.transforms.tidy import Tables, documents_frame, tidy

SOURCE = "coast"
STORY = "_news/2025-01-02-story.md"
FIRST_SEEN, LAST_CHANGED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)
COVERED = tree_of(schema.covered_paths())


def read(files: Mapping[str, str | bytes], reader: Reader | None = None) -> list[dict[str, object]]:
    """Documents as the transforms take them, of files by path: whole files as bytes, or front matters as text."""
    reader = reader or Reader()
    contents = {path: file if isinstance(file, bytes) else _content(path, file) for path, file in files.items()}
    found = [_documents(reader, path, content) for path, content in contents.items()]
    return [document for documents in found for document in documents]


def documents(files: Mapping[str, str | bytes], reader: Reader | None = None) -> pd.DataFrame:
    """The frame of documents that ``tidy`` takes."""
    return documents_frame(read(files, reader))


def tables(files: Mapping[str, str | bytes], publish_secured: bool = False) -> Tables:
    """Every table that comes of these files."""
    found = read(files)
    return {"raw.documents": raw.Documents(publish_secured).frame(found)} | tidy(documents_frame(found), COVERED)


def listed(of: Tables, name: str) -> pd.DataFrame:
    """The rows of ``related_entries`` or ``related_entry_images`` wherever their entries are listed, in order."""
    by_entry: dict[str, list[dict]] = {}
    for row in _dicts(of[name]):
        by_entry.setdefault(row.pop("entry_id"), []).append(row)
    places = [place | row for place in _dicts(of["related_links"]) for row in by_entry.get(place.pop("entry_id"), ())]
    return pd.DataFrame(places, columns=["record_id", "position", *of[name].columns[1:]], dtype=object)


def _dicts(frame: pd.DataFrame) -> list[dict]:
    return pa.table({name: pa.array(frame[name]) for name in frame}).to_pylist()


def story(front_matter: str, path: str = STORY) -> Tables:
    """Every table that comes of one document."""
    return tables({path: front_matter})


def id_of(path: str = STORY) -> str:
    return keys.record_id(SOURCE, path)


def rows(frame: pd.DataFrame, *columns: str) -> list[tuple]:
    """The rows of a table as tuples of Python values, None for NULL; of some columns, or of all."""
    return list(zip(*(pa.array(frame[name]).to_pylist() for name in columns or frame.columns)))


def column(frame: pd.DataFrame, name: str) -> list:
    return [value for (value,) in rows(frame, name)]


def errors(of: Tables) -> list[tuple[str, str]]:
    """Field and value of every value that did not fit."""
    return rows(of["meta.field_errors"], "field", "value")


class Reading(NamedTuple):
    """What became of one written value: the column's ``value``, and the ``errors`` of its document."""

    value: object
    errors: list[tuple[str, str]]


def readings(
    table: str, name: str, front_matter: str, written: Iterable[str], folder: str = "_news"
) -> dict[str, Reading]:
    """What the column ``name`` makes of each way to write a value, put for ``?`` into a front matter."""
    written = list(written)
    files = numbered([front_matter.replace("?", value) for value in written], folder)
    of = tables(files)
    values = dict(rows(of[table], "record_id", name))
    misfits = {path: [] for path in files}
    for path, *error in rows(of["meta.field_errors"], "path", "field", "value"):
        misfits[path].append(tuple(error))
    return {value: Reading(values[id_of(path)], misfits[path]) for value, path in zip(written, files)}


def numbered(front_matters: Iterable[str], folder: str = "_news") -> dict[str, str]:
    """A file for each front matter, in order: many cases make one batch, which is quicker than many."""
    return {f"{folder}/{number}.md": front_matter for number, front_matter in enumerate(front_matters)}


def _content(path: str, front_matter: str) -> bytes:
    text = dedent(front_matter).strip("\n") + "\n"
    return (text if path.endswith((".yaml", ".yml")) else f"---\n{text}---\n").encode()


def _documents(reader: Reader, path: str, content: bytes) -> list[dict[str, object]]:
    """The rows of a file: one, none where it has no front matter, or one per item."""
    try:
        document = reader.read(path, content)
    except Unreadable:
        return [_row(path, content, None)]
    if document is None or not document.items:
        return [] if document is None else [_row(path, content, document)]
    return [
        _row(path, content, document)
        | {"path": path_of_item(path, item.key), "record_id": keys.item_id(SOURCE, path, item.key)}
        | {"item_position": item.position, "record": item.record, "problems": item.problems}
        for item in document.items
    ]


def _row(path: str, content: bytes, document: Document | None) -> dict[str, object]:
    return {
        "record_id": id_of(path),
        "file_id": id_of(path),
        "source": SOURCE,
        "path": path,
        "item_position": None,
        "format": document.format if document else "yaml",
        "content_hash": blob_id(content),
        "size_bytes": len(content),
        "problems": document.problems if document else (),
        "record": document and document.record,
        "body": document and document.body,
        "body_length": None if document is None or document.body is None else len(document.body),
        "first_seen_at": FIRST_SEEN,
        "last_changed_at": LAST_CHANGED,
        "changed_run_id": "run-2",
    }
