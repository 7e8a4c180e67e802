"""Every scalar of a front matter but those that a declared table takes out of lists: the rows of ``raw.scalars``.

Paths are written as ``matterhouse.sql.paths`` says. Values keep their text as written, beside their type.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from matterhouse.reading.sheets import Block, opened
from matterhouse.sql.paths import ITEM, below, places
from matterhouse.transforms.fields import TEXT, arrow_series, frame

LEFT_OUT = "secured"  # nobody's to read, at whatever depth

_NOWHERE: tuple[int, ...] = ()
_Found = tuple["_Place", tuple[int, ...], str, str | None]


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
    found: list[_Found] = []
    ends = [0]
    for number, (record, of_record) in enumerate(zip(records, taken)):
        if of_record not in walks:
            walks[of_record] = _Walk(of_record, paths)
        walks[of_record].record(record, found)
        for misfit in misfits.get(number, ()):
            walks[of_record].misfit(record, misfit, found)
        ends.append(len(found))
    at, positions, kinds, values = zip(*found) if found else ((), (), (), ())
    documents = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
    numbers = np.fromiter((place.number for place in at), np.int32, len(at))
    return frame(
        {
            "record_id": _pointed(documents, pa.array(ids, pa.string())),
            "path": _pointed(numbers, pa.array(paths, pa.string())),
            "positions": _series(_lists(positions)),
            "type": _series(pa.array(kinds, pa.string()).dictionary_encode()),
            "value": arrow_series(values, TEXT),
        }
    )


class _Place:
    """A path of a front matter.

    ``is_taken`` tells that a scalar there is left out, ``takes_list`` that an empty list or mapping is,
    ``takes_mappings`` that a single mapping is a list of one.
    """

    __slots__ = ("children", "is_taken", "items", "known", "number", "path", "takes_list", "takes_mappings")

    def __init__(self, path: str, number: int, is_taken: bool, takes_list: bool, takes_mappings: bool):
        self.path, self.number, self.is_taken = path, number, is_taken
        self.takes_list, self.takes_mappings = takes_list, takes_mappings
        self.children: dict[str, _Place] = {}
        self.items: _Place | None = None
        self.known: dict[int, list[_Found]] = {}  # what was found in an item of lists, by its identity


class _Walk:
    """Walks records that the same paths are taken of; an item that many of them list is looked into once."""

    def __init__(self, taken: Set[str], paths: list[str]):
        self._taken, self._paths = taken, paths
        self._lists, self._lists_of_mappings = (
            {path[: end.start()] for path in taken for end in re.finditer(item, path)} for item in (r"\[\]", r"\[\]\.")
        )
        self._root = _Place("", -1, False, False, False)

    def record(self, record: Mapping[str, object], found: list[_Found]) -> None:
        """Add what a record holds to ``found``."""
        self._mapping(self._root, record, _NOWHERE, found)

    def misfit(self, record: Mapping[str, object], field: str, found: list[_Found]) -> None:
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
            found.append((place, positions, getattr(value, "type", "str"), value))

    def _mapping(
        self, place: _Place, mapping: Mapping[str, object], positions: tuple[int, ...], found: list[_Found]
    ) -> None:
        children = place.children
        for key, value in mapping.items():
            if key != LEFT_OUT:
                child = children.get(key) or self._child(place, key)
                if type(value) is not str:
                    self._value(child, value, positions, found)
                elif not child.is_taken:  # as most are
                    found.append((child, positions, "str", value))

    def _value(self, place: _Place, value: object, positions: tuple[int, ...], found: list[_Found]) -> None:
        if value is None or isinstance(value, str):
            if not place.is_taken:
                kind = "null" if value is None else getattr(value, "type", "str")
                found.append((place, positions, kind, value))
        elif not value and place.takes_list:
            return
        elif not value:
            found.append((place, positions, "list" if isinstance(value, list) else "mapping", None))
        elif isinstance(value, list):
            self._list(place, value, positions, found)
        elif place.takes_mappings:
            self._list(place, [value], positions, found)
        elif isinstance(value, dict):
            self._mapping(place, value, positions, found)

    def _list(self, place: _Place, items: list[object], positions: tuple[int, ...], found: list[_Found]) -> None:
        item_place = self._items(place)
        known = item_place.known
        for position, item in enumerate(items):
            if item is None or isinstance(item, str):
                self._value(item_place, item, (*positions, position), found)
                continue
            if type(item) is Block and known.get(id(item.sheet)) == []:
                continue
            of_item = known.get(id(item))
            if of_item is None:
                of_item = known[id(item)] = []
                self._value(item_place, opened(item), _NOWHERE, of_item)
                if type(item) is Block:
                    known.setdefault(id(item.sheet), of_item)  # blocks of a sheet have something, or nothing, alike
            at = (*positions, position)
            found += [(within, at + rest, kind, value) for within, rest, kind, value in of_item]

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


def _pointed(numbers: np.ndarray, texts: pa.Array) -> pd.Series:
    return _series(pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), texts))


def _lists(positions: Sequence[tuple[int, ...]]) -> pa.ListArray:
    ends = np.cumsum([0, *map(len, positions)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, pa.array(chain.from_iterable(positions), pa.int32()))


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(array))
