"""Every scalar of a front matter but those that a declared table takes out of lists: the rows of ``raw.scalars``.

Paths are written as ``matterhouse.sql.paths`` says. Values keep their text as written, beside their type.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from matterhouse.reading.sheets import Block, opened
from matterhouse.sql.paths import ITEM, below, places
from matterhouse.transforms.fields import TEXT, arrow_series, frame

LEFT_OUT = "secured"  # nobody's to read, at whatever depth

_NOWHERE: tuple[int, ...] = ()
# How the scalars of mappings with the same keys and types of values are found is remembered up to so many keys: a
# mapping of more is hardly like another one, and what is remembered of it weighs more than it does.
_MOST_KEYS = 100


def scalars(
    ids: pd.Series,
    records: Iterable[Mapping[str, object]],
    taken: Iterable[Set[str]],
    misfits: Mapping[int, Sequence[str]],
) -> pd.DataFrame:
    """One row per scalar, empty list and empty mapping: ``record_id``, ``path``, ``positions``, ``type`` and ``value``.

    ``taken`` has for each record the paths that declared tables take of it: what they take out of a list is left out,
    unless it did not fit its column. ``misfits`` has by a record's number the places, such as ``related[3].quality``,
    of values that did not.
    ``positions`` has a number from 0 for each ``[]`` of the path. ``type`` is what YAML reads (str, int, float, bool,
    timestamp, null), or list or mapping where these are empty; ``value`` is NULL for the last three.
    """
    walks: dict[Set[str], _Walk] = {}
    paths: list[str] = []
    found = _Found()
    ends = [0]
    for number, (record, of_record) in enumerate(zip(records, taken)):
        if of_record not in walks:
            walks[of_record] = _Walk(of_record, paths)
        walks[of_record].record(record, found)
        for misfit in misfits.get(number, ()):
            walks[of_record].misfit(record, misfit, found)
        ends.append(len(found.numbers))
    documents = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
    return frame(
        {
            "record_id": _pointed(documents, pa.array(ids, pa.string())),
            "path": _pointed(np.array(found.numbers, np.int32), pa.array(paths, pa.string())),
            "positions": _series(_lists(found.positions)),
            "type": _series(pa.array(found.kinds, pa.string()).dictionary_encode()),
            "value": arrow_series(found.values, TEXT),
        }
    )


class _Found:
    """What was found: a column of numbers of paths, of positions, of types and of values."""

    __slots__ = ("kinds", "numbers", "positions", "values")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.positions: list[tuple[int, ...]] = []
        self.kinds: list[str] = []
        self.values: list[str | None] = []

    def add(self, number: int, positions: tuple[int, ...], kind: str, value: str | None) -> None:
        self.numbers.append(number)
        self.positions.append(positions)
        self.kinds.append(kind)
        self.values.append(value)

    def add_below(self, at: tuple[int, ...], other: "_Found") -> None:
        """Add what was found in an item of the list item ``at``."""
        self.numbers += other.numbers
        self.positions += [at + rest for rest in other.positions]
        self.kinds += other.kinds
        self.values += other.values


class _Run(NamedTuple):
    """Scalars that follow each other in mappings of the same keys and types: where they are, and what gives them."""

    numbers: list[int]
    kinds: list[str]
    values: Callable[[Mapping[str, Any]], Sequence[str | None]]


class _Place:
    """A path of a front matter.

    ``is_taken`` tells that a scalar there is left out, ``takes_list`` that an empty list or mapping is,
    ``takes_mappings`` that a single mapping is a list of one.
    """

    __slots__ = (
        "children",
        "clean",
        "is_taken",
        "items",
        "known",
        "number",
        "path",
        "steps",
        "takes_list",
        "takes_mappings",
    )

    def __init__(self, path: str, number: int, is_taken: bool, takes_list: bool, takes_mappings: bool):
        self.path, self.number, self.is_taken = path, number, is_taken
        self.takes_list, self.takes_mappings = takes_list, takes_mappings
        self.children: dict[str, _Place] = {}
        self.items: _Place | None = None
        self.known: dict[int, _Found] = {}  # what was found in an item of lists, by its identity
        self.clean: set[int] = set()  # the items in which nothing was, or their sheets
        self.steps: dict[tuple[object, ...], list[_Run | str]] = {}  # by keys and types of values: runs, and other keys


class _Walk:
    """Walks records that the same paths are taken of; an item that many of them list is looked into once."""

    def __init__(self, taken: Set[str], paths: list[str]):
        self._taken, self._paths = taken, paths
        self._lists, self._lists_of_mappings = (
            {path[: end.start()] for path in taken for end in re.finditer(item, path)} for item in (r"\[\]", r"\[\]\.")
        )
        self._root = _Place("", -1, False, False, False)

    def record(self, record: Mapping[str, object], found: _Found) -> None:
        """Add what a record holds to ``found``."""
        self._mapping(self._root, record, _NOWHERE, found)

    def misfit(self, record: Mapping[str, object], field: str, found: _Found) -> None:
        """Add the value at a place with positions, if it was left out because a table takes such values."""
        steps = places(field)
        if LEFT_OUT in steps:
            return
        place, value, positions = self._root, cast(Any, record), _NOWHERE
        for step in steps:
            if isinstance(step, int):
                place, positions = self._items(place), (*positions, step)
                if isinstance(value, list):  # else it is a list of one
                    value = opened(value[step]) if step < len(value) else None
            else:
                place, value = self._child(place, step), value.get(step) if isinstance(value, dict) else None
        if place.is_taken and isinstance(value, str):
            found.add(place.number, positions, getattr(value, "type", "str"), value)

    def _mapping(self, place: _Place, mapping: Mapping[str, object], positions: tuple[int, ...], found: _Found) -> None:
        kinds = (*mapping, *map(type, mapping.values()))
        steps = place.steps.get(kinds)
        if steps is None:
            steps = self._steps(place, mapping)
            if len(mapping) <= _MOST_KEYS:
                place.steps[kinds] = steps
        for step in steps:
            if isinstance(step, _Run):
                found.numbers += step.numbers
                found.kinds += step.kinds
                found.values += step.values(mapping)
                found.positions += [positions] * len(step.numbers)
            else:
                self._value(place.children[step], mapping[step], positions, found)

    def _steps(self, place: _Place, mapping: Mapping[str, object]) -> list[_Run | str]:
        """The way through a mapping, which others of the same keys and types of values share."""
        steps: list[_Run | str] = []
        children = [(key, self._child(place, key), value) for key, value in mapping.items() if key != LEFT_OUT]
        for is_scalar, group in groupby(children, lambda each: each[2] is None or isinstance(each[2], str)):
            if not is_scalar:
                steps += [key for key, _, _ in group]
            elif wanted := [(key, child.number, _kind(value)) for key, child, value in group if not child.is_taken]:
                keys, numbers, kinds = map(list, zip(*wanted))
                steps.append(_Run(numbers, kinds, _getter(keys)))
        return steps

    def _value(self, place: _Place, value: object, positions: tuple[int, ...], found: _Found) -> None:
        if value is None or isinstance(value, str):
            if not place.is_taken:
                found.add(place.number, positions, _kind(value), value)
        elif not value and place.takes_list:
            return
        elif not value:
            found.add(place.number, positions, "list" if isinstance(value, list) else "mapping", None)
        elif isinstance(value, list):
            self._list(place, value, positions, found)
        elif place.takes_mappings:
            self._list(place, [value], positions, found)
        elif isinstance(value, dict):
            self._mapping(place, value, positions, found)

    def _list(self, place: _Place, items: list[object], positions: tuple[int, ...], found: _Found) -> None:
        within = self._items(place)
        clean = within.clean
        if clean.issuperset(map(id, items)):  # as of most lists that a table takes
            return
        for position, item in enumerate(items):
            number = id(
                item.sheet if type(item) is Block else item
            )  # blocks of a sheet have something, or nothing, alike
            if number in clean:
                continue
            at = (*positions, position)
            if item is None or isinstance(item, str):
                self._value(within, item, at, found)
                continue
            of_item = within.known.get(id(item))
            if of_item is None:
                of_item = _Found()
                self._value(within, opened(item), _NOWHERE, of_item)
                if not of_item.numbers:
                    clean.add(number)
                    continue
                within.known[id(item)] = of_item
            found.add_below(at, of_item)

    def _child(self, place: _Place, key: str) -> _Place:
        if key not in place.children:
            place.children[key] = self._place(below(place.path, key))
        return place.children[key]

    def _items(self, place: _Place) -> _Place:
        if place.items is None:
            place.items = self._place(place.path + ITEM)
        return place.items

    def _place(self, path: str) -> _Place:
        is_taken = path in self._taken and ITEM in path
        self._paths.append(path)
        return _Place(path, len(self._paths) - 1, is_taken, path in self._lists, path in self._lists_of_mappings)


def _kind(value: object) -> str:
    return "null" if value is None else getattr(value, "type", "str")


def _getter(keys: Sequence[str]) -> Callable[[Mapping[str, Any]], Sequence[str | None]]:
    if len(keys) > 1:
        return itemgetter(*keys)
    (key,) = keys
    return lambda mapping: (mapping[key],)


def _pointed(numbers: np.ndarray, texts: pa.Array) -> pd.Series:
    return _series(pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), texts))


def _lists(positions: Sequence[tuple[int, ...]]) -> pa.ListArray:
    ends = np.cumsum([0, *map(len, positions)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, pa.array(chain.from_iterable(positions), pa.int32()))


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(array))
