"""The columns of a record that its history follows: those that ``history.record_versions`` shares with ``records``.

They are made by the same declarations as the rows of ``records`` and ``record_topics``, so they are what these tables
would hold. ``sql.followed.FOLLOWED`` names them, in the order of a record's ``values``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from matterhouse.sources import Globs
from matterhouse.sql import schema
from matterhouse.sql.followed import OF_RECORDS
from matterhouse.transforms import declared, places
from matterhouse.transforms.declared import Records
from matterhouse.transforms.fields import TEXT, WHOLE, Fields, arrow_series, frame
from matterhouse.transforms.raw import value_text

Related = tuple[tuple[str | None, str | None], ...]
"""Canonical address and provider of each entry of a list of related articles, in order; None for one without."""


@dataclass(slots=True)
class Record:
    """One record as a version of its file has it.

    ``values`` are those of ``sql.followed.FOLLOWED``, times in microseconds since 1970.
    """

    path: str
    collection: str | None = None
    values: tuple[Any, ...] = ()
    related: Related = ()


class Document(NamedTuple):
    """What the values of ``state`` are made of: see ``transforms.tidy`` for the rest."""

    state: Record
    record_id: str
    path: str
    record: object
    body_length: int | None


class Followed:
    """Fills records: ``columns`` and ``collections`` are the settings of their source, ``other_paths`` front-matter
    paths that it names.
    """

    def __init__(
        self,
        columns: Mapping[str, Sequence[str]],
        collections: Mapping[str, Sequence[str]],
        other_paths: Sequence[str] = (),
    ):
        tables = schema.with_names(columns)
        records = tables["records"]
        wanted = tuple(column for column in records.columns if column.name in OF_RECORDS)
        self._records = replace(records, columns=wanted)
        self._topics, self._images, self._entries = (
            tables[name] for name in ("record_topics", "record_images", "related_entries")
        )
        self._collections = {name: Globs(globs, ()).wants for name, globs in collections.items()}
        self._other_paths = other_paths

    def fill(self, source: str, documents: Sequence[Document]) -> None:
        """Fill the states of documents."""
        records = self._frame(source, documents)
        columns = [_values(column) for _, column in declared.rows(self._records, records).items()]
        topics = _lists(declared.rows(self._topics, records), "topic", len(documents))
        images = _counts(records, "images", len(documents))
        related = self._related(records, len(documents))
        others = [_others(records.fields, self._other_paths)] if self._other_paths else [[None] * len(documents)]
        collections = _values(records.documents["collection"])
        counts = [len(each) for each in related]
        for document, collection, entries, values in zip(
            documents, collections, related, zip(*columns, topics, counts, images, *others)
        ):
            state = document.state
            state.collection, state.values, state.related = collection, values, tuple(entries)

    def _frame(self, source: str, documents: Sequence[Document]) -> Records:
        """The documents as the transforms take them; each has a number in place of its id, as one may come twice."""
        paths = [document.path for document in documents]
        columns = {
            "record_id": arrow_series([str(number) for number in range(len(documents))], TEXT),
            "source": arrow_series([source] * len(documents), TEXT),
            "path": arrow_series(paths, TEXT),
            "collection": arrow_series([places.collection(path, self._collections) for path in paths], TEXT),
            "body_length": arrow_series([document.body_length for document in documents], WHOLE),
        }
        fields = Fields([document.record for document in documents])
        return Records(frame(columns), fields, lambda row, path: [(row, path)])

    def _related(self, records: Records, count: int) -> list[list[tuple[str | None, str | None]]]:
        """Address and provider of each entry that the documents list."""
        items = records.items("related")
        columns = [column for column in self._entries.columns if column.name in ("url_key", "provider_id")]
        found = declared.rows(_as_items(self._entries, tuple(columns)), records)
        lists: list[list[tuple[str | None, str | None]]] = [[] for _ in range(count)]
        once: dict[tuple[str | None, str | None], tuple[str | None, str | None]] = {}
        pairs = zip(_values(found["url_key"]), _values(found["provider_id"]))
        for parent, pair in zip(items.nested.links["parent"].tolist(), pairs):
            lists[parent].append(once.setdefault(pair, pair))
        return lists


def _as_items(table: schema.Table, columns: tuple[schema.Column, ...]) -> schema.Table:
    """A table of distinct entries as one of all entries, with some of its columns."""
    return replace(table, columns=columns, rows=schema.Rows(schema.ITEMS, ("related",)))


def _values(column: pd.Series) -> list[Any]:
    """Python's values of a column, times in microseconds since 1970."""
    array = column.array.__arrow_array__()
    if pa.types.is_timestamp(array.type):
        array = array.cast(pa.int64())
    return array.to_pylist()


def _lists(rows: pd.DataFrame, name: str, count: int) -> list[tuple[Any, ...] | None]:
    """A column of rows of items as a list per document, None where it has none."""
    found: list[list[Any] | None] = [None] * count
    for number, value in zip(_values(rows["record_id"]), _values(rows[name])):
        row = int(number)
        of_row = found[row]
        if of_row is None:
            found[row] = [value]
        else:
            of_row.append(value)
    return [None if each is None else tuple(each) for each in found]


def _counts(records: Records, path: str, count: int) -> list[int]:
    """How many items each document lists at a path."""
    counts = [0] * count
    for parent in records.items(path).nested.links["parent"].tolist():
        counts[parent] += 1
    return counts


def _others(fields: Fields, paths: Sequence[str]) -> list[tuple[tuple[str, str], ...] | None]:
    """The values at other paths that each document has, as text."""
    columns = [(path, fields.named(path)) for path in paths]
    found = []
    for row in range(len(fields.rows)):
        pairs = [(path, value_text(values[row])) for path, values in columns if values[row] is not None]
        found.append(tuple(pairs) or None)
    return found
