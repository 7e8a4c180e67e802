"""The rows of tables that the user declares: one way for documents, items of lists and keys of mappings, at any depth.

What does not fit a column, or breaks a table's contract, is told with its place; an empty list or mapping is no value.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from matterhouse.sql import paths
from matterhouse.sql.schema import Column
from matterhouse.sql.user_tables import UserTable, levels, relative
from matterhouse.transforms.declared import ITSELF, Places, Records, Watched, column_of, counted
from matterhouse.transforms.drift import Tree, tree_of
from matterhouse.transforms.fields import arrow_series, dtype, frame, python_values, shown
from matterhouse.transforms.unfolding import Level, Taken, UserFields, joined

# For a table and its rows, the numbers of rows that break one of its checks, and that check's number.
BreachesOfChecks = Callable[[UserTable, pd.DataFrame], Iterable[tuple[int, int]]]


@dataclass(frozen=True)
class Breach:
    """A row that breaks a table's contract: where the value stands, as found and as expected."""

    table: UserTable
    document: int
    field: str
    value: str | None
    expected: str


@dataclass
class _Rows:
    """The rows of a pattern: for each level the numbers of the distinct values that the rows are in, and the places."""

    table: UserTable
    pattern: str
    levels: list[Level]
    numbers: list[np.ndarray]
    places: list[np.ndarray]

    @classmethod
    def of(cls, table: UserTable, pattern: str, top: Level) -> "_Rows":
        rows = cls(table, pattern, [top], [np.arange(len(top.items))], [])
        for path, is_list in levels(pattern):
            split = table.rows is not None and path in table.rows.split
            rows._unfold(rows.levels[-1].unfolded(path, is_list, split))
        return rows

    def _unfold(self, level: Level) -> None:
        above = self.numbers[-1]
        begins = np.searchsorted(level.parents, above, "left")
        counts = np.searchsorted(level.parents, above, "right") - begins
        rows = np.repeat(np.arange(len(above)), counts)
        links = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) + begins[rows]
        places = np.empty(len(level.places), object)
        places[:] = level.places
        self._take(rows)
        self.levels.append(level)
        self.numbers.append(level.items[links])
        self.places.append(places[links])

    def _take(self, rows: np.ndarray) -> None:
        self.numbers = [each[rows] for each in self.numbers]
        self.places = [each[rows] for each in self.places]

    def frame(self) -> pd.DataFrame:
        """The rows as columns of the table, but positions among several lists."""
        top = self.levels[0].records.documents
        columns: dict[str, pd.Series] = {"record_id": top["record_id"].take(self.numbers[0])}
        for column in self.table.columns:
            if column.name in self.table.places:
                place = self.places[self.table.places.index(column.name)]
                columns[column.name] = arrow_series(list(place), dtype(column.type))
            elif column.name == "field" and len(self.table.patterns) > 1:
                name = self.pattern.removesuffix("[]").rpartition(".")[2]
                columns[column.name] = arrow_series([name] * len(self.numbers[0]), dtype("VARCHAR"))
            elif column.name not in columns:
                columns[column.name] = self._column(column)
        return frame({name: columns[name] for name in self.table.column_names})

    def _column(self, column: Column) -> pd.Series:
        if not column.paths:
            return self.levels[0].records.documents[column.name].take(self.numbers[0])
        depth, below = self._places(column)
        if not below:
            return arrow_series([None] * len(self.numbers[0]), dtype(column.type))
        return column_of(column, self.levels[depth].records, below).take(self.numbers[depth])

    def _places(self, column: Column) -> tuple[int, list[str]]:
        """The level that a column's values are on, and their paths there."""
        found = [each for path in column.paths if (each := relative(path, self.pattern)) is not None]
        depth = max((depth for depth, _ in found), default=0)
        return depth, [path or ITSELF for at, path in found if at == depth]

    def value(self, row: int, column: Column) -> tuple[str, str | None]:
        """Where the value of a column in a row stands or would stand, such as ``ingredients[2].amount``, and what
        stands there.
        """
        depth, below = self._places(column)
        way = ""
        for (path, is_list), places in zip(levels(self.pattern)[:depth], self.places):
            step = f"[{places[row]}]" if is_list else paths.written(str(places[row]))
            way = joined(joined(way, path), step)
        values = [self.levels[depth].records.fields.raw(path)[self.numbers[depth][row]] for path in below]
        given = next((number for number, value in enumerate(values) if value is not None), None)
        if given is None:
            return joined(way, below[0] if below else column.name), None
        return joined(way, below[given]), shown(values[given])

    def of_other_shape(self) -> np.ndarray:
        """For each row whether its item is a mapping where the table takes plain values: then it holds nothing."""
        items = self.levels[-1].records.fields.rows
        of_items = [
            isinstance(item, dict) and isinstance(item.get(ITSELF), dict) and item != {ITSELF: {}} for item in items
        ]
        return np.array(of_items, bool)[self.numbers[-1]]

    def breaches(self, made: pd.DataFrame, check: BreachesOfChecks) -> Iterator[tuple[int, Column, str]]:
        """The rows that break the table's contract, with a column that does, and what is expected there."""
        table = self.table
        for column in table.values:
            if column.not_null:
                expected = f"a value, as {table.qualified}.{column.name} is NOT NULL"
                yield from ((int(row), column, expected) for row in np.flatnonzero(made[column.name].isna()))
        if table.checks and len(made):
            for row, number in check(table, made):
                of_check = table.checks[number]
                columns = [column for column in table.columns if column.paths]
                named = [column for column in columns if column.name in of_check.columns]
                expected = f"what {table.qualified} demands: CHECK {of_check.expression}"
                yield row, (named or columns or list(table.columns))[0], expected


class _OfCollection:
    """The tables that take documents of one collection, or of any, made from the documents that they take.

    ``documents`` has a column ``record``; ``numbers`` are those of its rows among all. ``lists`` are those that tables
    of ``main`` take: a list there is no misfit.
    """

    def __init__(self, documents: pd.DataFrame, numbers: np.ndarray, tables: Iterable[UserTable], lists: Iterable[str]):
        self._tables = list(tables)
        taken = Taken(self._tables, lists)
        count = len(documents)

        def places(row: int, path: str) -> list[tuple[int, str]]:
            return [(int(numbers[row]), path)]

        records = Records(documents, UserFields(documents["record"], "", taken), places)
        self._top = Level(records, taken, np.arange(count), [], np.arange(count))
        self._numbers = numbers

    def watched(self) -> Iterator[tuple[Watched, Places]]:
        """Everything that may have misfits."""
        for level in self._top.everything():
            yield level.records.fields, level.records.places

    def rows(self, table: UserTable, check: BreachesOfChecks, breaches: list[Breach]) -> pd.DataFrame:
        """The rows of a table that keep its contract; what breaks it is added to ``breaches``."""
        parts = [_Rows.of(table, pattern, self._top) for pattern in table.patterns]
        frames = [part.frame() for part in parts]
        keeps = []
        for part, made in zip(parts, frames):
            keep = np.ones(len(made), bool)
            for row, column, expected in part.breaches(made, check):
                keep[row] = False
                document = int(self._numbers[part.numbers[0][row]])
                breaches.append(Breach(table, document, *part.value(row, column), expected))
            keeps.append(keep & ~part.of_other_shape())
        if len(parts) == 1:
            return frames[0].loc[keeps[0]].reset_index(drop=True)
        return _together(table, frames, np.concatenate([part.numbers[0] for part in parts]), np.concatenate(keeps))


def _together(table: UserTable, frames: list[pd.DataFrame], documents: np.ndarray, keep: np.ndarray) -> pd.DataFrame:
    """The rows of several lists, those of a document one list after the other; positions go on unless ``field`` is in
    the key.
    """
    order = np.argsort(documents, kind="stable")
    rows = pd.concat(frames, ignore_index=True).take(order).reset_index(drop=True)
    if "field" not in table.key:
        starts = np.flatnonzero(np.diff(documents[order], prepend=-1))
        rows[table.places[0]] = counted(len(rows), starts)
    return rows.loc[keep[order]].reset_index(drop=True)


class OfCollections:
    """All tables that the user declares, from a batch of documents with their ``record`` and ``collection``.

    ``lists`` are those that tables of ``main`` take (``schema.lists_taken``). ``breaches`` is complete when ``tables``
    has made them.
    """

    def __init__(
        self, documents: pd.DataFrame, tables: Sequence[UserTable], lists: Iterable[tuple[str | None, str]] = ()
    ):
        self._user_tables = tables
        self._collections = python_values(documents["collection"])
        self._scopes: dict[str | None, _OfCollection] = {}
        for wanted in {table.collection for table in tables}:
            of = [table for table in tables if table.collection == wanted]
            numbers = np.flatnonzero([of[0].is_of(collection) for collection in self._collections])
            if len(numbers):
                rows = documents.iloc[numbers].reset_index(drop=True)
                of_main = [path for collection, path in lists if collection in (None, wanted)]
                self._scopes[wanted] = _OfCollection(rows, numbers, of, of_main)
        self.breaches: list[Breach] = []

    def trees(self, covered: Tree) -> Iterator[Tree]:
        """For each document the paths that some table takes: those ``covered``, and those of the user's tables."""
        trees: dict[str | None, Tree] = {}
        for collection in self._collections:
            if collection not in trees:
                own = {path for table in self._user_tables if table.is_of(collection) for path in table.paths}
                trees[collection] = tree_of(own, covered) if own else covered
            yield trees[collection]

    def tables(self, check: BreachesOfChecks) -> dict[str, pd.DataFrame]:
        """The tables that any of the documents is for, by name."""
        return {
            table.qualified: self._scopes[table.collection].rows(table, check, self.breaches)
            for table in self._user_tables
            if table.collection in self._scopes
        }

    def watched(self) -> Iterator[tuple[Watched, Places]]:
        """Everything that may have misfits, when the tables are made."""
        for scope in self._scopes.values():
            yield from scope.watched()
