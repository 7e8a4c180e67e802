"""Entries that are kept once, on their way into the warehouse: the staged ones told apart, and joined to their lists.

A batch stages an entry when it is the first to list it; since two processes may do so, an entry can be staged twice.
In the database its rows lie once. In the Parquet files of a view that joins them they stand at every place that lists
the entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse.sql import schema
from matterhouse.sql.schema import Table
from matterhouse.warehouse import staging

KEY = "entry_id"


@cache
def kept_once() -> dict[str, tuple[str, ...]]:
    """By list, the tables that keep its entries once: that of the entries first, then those of lists in them."""
    found: dict[str, tuple[str, ...]] = {}
    for path, name in sorted((_path(table), name) for name, table in schema.tables_of(schema.ENTRY).items()):
        outer = path.partition("[]")[0]
        found[outer] = (*found.get(outer, ()), name)
    return found


@cache
def links() -> dict[str, str]:
    """By list, the table that says where its entries are listed."""
    of = schema.tables_of(schema.DOCUMENT).items()
    return {_path(table): name for name, table in of if table.rows and table.rows.kind == schema.LINKS}


@cache
def joining() -> dict[str, tuple[str, str]]:
    """The views that join such links with what belongs to the entries -> both tables."""
    entries, places = schema.tables_of(schema.ENTRY), set(links().values())
    return {
        view: (linking, joined)
        for view, declared in schema.views().items()
        if len(declared.reads) == 2
        for linking in declared.reads & places
        for joined in declared.reads & entries.keys()
    }


def _list_of(name: str) -> str:
    """The list whose entries a table keeps once."""
    return _path(schema.tables()[name]).partition("[]")[0]


def _path(table: Table) -> str:
    return table.rows.of[0] if table.rows and table.rows.of else ""


class StagedEntries:
    """The entries that a run staged below a folder."""

    def __init__(self, staged: Path):
        self._staged = staged
        self._first: dict[str, dict[Path, np.ndarray]] = {}
        self._rows: dict[str, _Rows] = {}

    def once(self, path: str) -> Iterator[dict[str, pa.Table]]:
        """The staged rows of the tables of a list, file by file, each entry once."""
        entries, *others = kept_once()[path]
        for file, is_first in self._is_first(entries).items():
            rows = staging.read(file).filter(pa.array(is_first))
            found = {entries: rows}
            for name in others:
                beside = self._staged / name / file.name
                if beside.exists():
                    items = staging.read(beside)
                    found[name] = items if rows.num_rows == len(is_first) else _of(items, rows[KEY])
            yield found

    def files(self, name: str) -> list[Path]:
        """The staged files that have the rows of a table, or the links of a view that joins entries."""
        return staging.files(self._staged, joining().get(name, (name,))[0])

    def read(self, name: str, file: Path) -> pa.Table:
        """The staged rows of a table, or of a view that joins entries, in one of its files."""
        rows = staging.read(file)
        return self._joined(rows, joining()[name][1]) if name in joining() else rows

    def _joined(self, places: pa.Table, name: str) -> pa.Table:
        """``places`` with the rows of table ``name`` that belong to the entries listed there."""
        pointed = places[KEY].unify_dictionaries().combine_chunks()
        rows = self._rows_by_entry(name)
        wanted, at_wanted = _numbers(pointed.dictionary), pointed.indices.to_numpy()
        begins, ends = (np.searchsorted(rows.entries, wanted, side)[at_wanted] for side in ("left", "right"))
        repeats = ends - begins
        at_place = np.repeat(np.arange(len(repeats)), repeats)
        within = np.arange(len(at_place)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        used, at_row = np.unique(rows.numbers[begins[at_place] + within], return_inverse=True)
        columns = {column: places[column].take(at_place) for column in places.column_names if column != KEY}
        for column, values in rows.take(used).items():
            columns[column] = (values.dictionary_encode() if pa.types.is_string(values.type) else values).take(at_row)
        return pa.table(columns)

    def _rows_by_entry(self, name: str) -> "_Rows":
        """All staged rows of a table of entries that count."""
        if name not in self._rows:
            entries = kept_once()[_list_of(name)][0]
            is_first = {file.name: each for file, each in self._is_first(entries).items()}
            files = staging.files(self._staged, name)
            ids = [_numbers(staging.read(file)[KEY]) for file in files]
            first = [_numbers(staging.read(self._staged / entries / file.name)[KEY]) for file in files]
            counts = [np.isin(each, of[is_first[file.name]]) for each, of, file in zip(ids, first, files)]
            self._rows[name] = _Rows.of(files, ids, np.concatenate([np.empty(0, bool), *counts]))
        return self._rows[name]

    def _is_first(self, entries: str) -> dict[Path, np.ndarray]:
        """By staged file, which of its entries no file before has."""
        if entries not in self._first:
            files = staging.files(self._staged, entries)
            ids = [_numbers(staging.read(file)[KEY]) for file in files]
            every = np.concatenate(ids or [np.empty(0, np.uint64)])
            is_first = np.zeros(len(every), bool)
            is_first[np.unique(every, return_index=True)[1]] = True
            ends = np.cumsum([len(each) for each in ids])
            self._first[entries] = dict(zip(files, np.split(is_first, ends[:-1])))
        return self._first[entries]


@dataclass(frozen=True)
class _Rows:
    """Rows in staged ``files``: their ``entries`` as numbers, in order, and for each the row's number over all files,
    of which those before ``ends[i]`` are in file ``i`` or before."""

    files: list[Path]
    ends: np.ndarray
    entries: np.ndarray
    numbers: np.ndarray

    @classmethod
    def of(cls, files: list[Path], entries: list[np.ndarray], counts: np.ndarray) -> "_Rows":
        """``counts`` says which rows count."""
        numbers = np.flatnonzero(counts)
        every = np.concatenate([np.empty(0, np.uint64), *entries])[numbers]
        order = np.argsort(every, kind="stable")
        return cls(files, np.cumsum([len(each) for each in entries]), every[order], numbers[order])

    def take(self, numbers: np.ndarray) -> dict[str, pa.Array]:
        """The columns of some rows, by ascending numbers, but ``KEY``; files are open only meanwhile."""
        of_files = np.split(numbers, np.searchsorted(numbers, self.ends[:-1]))
        begins = [0, *self.ends[:-1]]
        found = [
            staging.read(file).drop_columns(KEY).take(mine - begin)
            for file, mine, begin in zip(self.files, of_files, begins)
            if len(mine)
        ]
        if not found:
            return {}
        rows = pa.concat_tables(found).combine_chunks()
        return {name: column.combine_chunks() for name, column in zip(rows.column_names, rows.columns)}


def _of(rows: pa.Table, ids: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The rows that belong to these entries."""
    return rows.filter(pc.is_in(rows[KEY], ids))


def _numbers(ids: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Ids as numbers, which take less memory and are compared sooner."""
    return np.array([int(each, 16) for each in ids.to_pylist()], np.uint64)
