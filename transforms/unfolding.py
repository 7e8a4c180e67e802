"""Lists and mappings inside of front matters, unfolded level by level, for the tables that the user declares."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from matterhouse.sql import paths
from matterhouse.sql.user_tables import UserTable
from matterhouse.transforms.declared import ITSELF, Places, Records
from matterhouse.transforms.fields import A_MAPPING, NUMBER, Fields, as_number, kind
from matterhouse.transforms.unnest import split_at_commas, unnest

_NOT_FINITE = re.compile(r"[-+]?\.?(inf|nan)", re.I)


class Taken:
    """Which places of a front matter the tables of a collection take, and what leads to them. ``lists`` such as
    ``tags[]`` are taken by others.
    """

    def __init__(self, tables: Iterable[UserTable], lists: Iterable[str] = ()):
        self.scalars: set[str] = set()
        self.mappings: set[str] = set()
        self.lists = {path.removesuffix(paths.ITEM) for path in lists}
        for table in tables:
            self.scalars |= table.paths
        for path in chain.from_iterable((*table.paths, *table.patterns) for table in tables):
            steps = paths.tokens(path)
            for number, step in enumerate(steps):
                (self.lists if step == paths.ITEM else self.mappings).add(paths.of_tokens(steps[:number]))


class UserFields(Fields):
    """Columns out of the mappings at the place ``at``. A value of another shape fits where another column takes it."""

    def __init__(self, mappings: Iterable[object], at: str, taken: Taken):
        super().__init__(mappings)
        self.at, self._taken = at, taken

    def absolute(self, path: str) -> str:
        """A path below ``at`` as a path of the front matter."""
        return joined(self.at, path)

    def column(self, path: str, type: str) -> pd.Series:
        """As of any fields; a column of DOUBLE has infinities and nan, too, as those of the tables of content."""
        known = self._columns.get((path, type))
        if known is None and type == "DOUBLE":
            known = self._columns[path, type] = self._column(path, _any_number, NUMBER, "a number")
        return super().column(path, type) if known is None else known

    def _fitting(
        self, row: int, path: str, value: object, convert: Callable[[object], object], expected: str
    ) -> object:
        if isinstance(value, dict | list) and (not value or self.is_taken(value, path)):
            return None
        return super()._fitting(row, path, value, convert, expected)

    def _get(self, row: int, value: object, parent: str, key: str) -> object:
        if isinstance(value, str | list) and (value == [] or self.is_taken(value, parent)):
            return None
        return super()._get(row, value, parent, key)

    def is_taken(self, value: object, path: str) -> bool:
        """Whether a column or table takes what a value at a path holds."""
        place, taken = self.absolute(path), self._taken
        if place in taken.lists:
            return True
        return not isinstance(value, list) and place in (taken.mappings if isinstance(value, dict) else taken.scalars)

    def values(self, path: str) -> list[object]:
        """The values at a path, or, where it is empty, the items themselves."""
        return self.raw(path) if path else list(map(bare, self.rows))


def _any_number(value: object) -> object:
    if kind(value) == "float" and isinstance(value, str) and _NOT_FINITE.fullmatch(value):
        return float(value.replace(".", ""))
    return as_number(value)


@dataclass
class Level:
    """Distinct values, and where they stand: in rows ``parent`` of the level above, at a position or key ``place``.

    On the first level they are the front matters themselves.
    """

    records: Records
    taken: Taken
    parents: np.ndarray
    places: list[object]
    items: np.ndarray

    def __post_init__(self) -> None:
        self.below: dict[tuple[str, bool, bool], Level] = {}

    @property
    def _fields(self) -> UserFields:
        assert isinstance(self.records.fields, UserFields)
        return self.records.fields

    def unfolded(self, path: str, is_list: bool, split: bool = False) -> "Level":
        """The level of what the lists, or mappings, at a path hold."""
        known = self.below.get((path, is_list, split))
        if known is None:
            known = self.below[path, is_list, split] = self._items(path, split) if is_list else self._keys(path)
        return known

    def everything(self) -> Iterator["Level"]:
        """The level and all below it."""
        yield self
        for level in self.below.values():
            yield from level.everything()

    def _items(self, path: str, split: bool) -> "Level":
        values = [None if value == {} else value for value in self._fields.values(path)]
        nested = unnest(split_at_commas(values) if split else values)

        def places(item: int, field: str) -> Iterator[tuple[int, str]]:
            for parent, position in nested.places[item]:
                yield from self.records.places(parent, joined(joined(path, f"[{position}]"), field))

        parents, items = (nested.links[name].to_numpy() for name in ("parent", "item"))
        return self._level(nested.items, joined(path, "[]"), places, parents, nested.links["position"].tolist(), items)

    def _keys(self, path: str) -> "Level":
        fields = self._fields
        entries: list[tuple[int, str, object]] = []
        for row, value in enumerate(fields.values(path)):
            if isinstance(value, dict):
                entries += [(row, key, below) for key, below in value.items()]
            elif value is not None and value != [] and not fields.is_taken(value, path):
                fields.misfit(row, path, value, A_MAPPING)

        def places(item: int, field: str) -> Iterator[tuple[int, str]]:
            parent, key, _ = entries[item]
            yield from self.records.places(parent, joined(joined(path, paths.written(key)), field))

        parents = np.array([entry[0] for entry in entries], np.int64)
        keys: list[object] = [entry[1] for entry in entries]
        values = [entry[2] for entry in entries]
        return self._level(values, joined(path, "*"), places, parents, keys, np.arange(len(entries)))

    def _level(
        self, values: list[object], step: str, places: Places, parents: np.ndarray, at: list[object], items: np.ndarray
    ) -> "Level":
        place = self._fields.absolute(step)
        plain = place in self.taken.scalars or place in self.taken.lists
        mapping = place in self.taken.mappings or not plain
        wrapped = [_wrapped(value, plain, mapping) for value in values]
        records = Records(pd.DataFrame(), UserFields(wrapped, place, self.taken), places)
        return Level(records, self.taken, parents, at, items)


def _wrapped(value: object, plain: bool, mapping: bool) -> object:
    """An item as the columns read it: a mapping, or a plain value as the one that is called ``ITSELF``."""
    return value if not plain or value is None or (mapping and isinstance(value, dict)) else {ITSELF: value}


def bare(value: object) -> object:
    return value[ITSELF] if isinstance(value, dict) and ITSELF in value else value


def joined(path: str, below: str) -> str:
    """A path, and one below it; ``ITSELF`` is the same place."""
    below = "" if below == ITSELF else below.removeprefix(f"{ITSELF}.")
    if not path or path == ITSELF or not below or below.startswith("["):
        return ("" if path == ITSELF else path) + below
    return f"{path}.{below}"
