"""Every scalar of a front matter but those in lists that a declared table takes: the rows of ``raw.scalars``.

Paths are written as ``matterhouse.sql.paths`` says. Values keep their text as written, beside their type.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa

from matterhouse.sql.paths import written
from matterhouse.transforms.fields import TEXT, arrow_series, frame

LEFT_OUT = "secured"  # nobody's to read, at whatever depth

_NOWHERE: tuple[int, ...] = ()
_Found = tuple["_Place", tuple[int, ...], str, str | None]


def scalars(ids: pd.Series, records: Iterable[Mapping[str, object]], taken: Iterable[Set[str]]) -> pd.DataFrame:
    """One row per scalar, empty list and empty mapping: ``record_id``, ``path``, ``positions``, ``type`` and ``value``.

    ``taken`` has for each record the paths that declared tables take of it: what they take out of a list is left out.
    ``positions`` has a number from 0 for each ``[]`` of the path. ``type`` is what YAML reads (str, int, float, bool,
    timestamp, null), or list or mapping where these are empty; ``value`` is NULL for the last three.
    """
    walks: dict[Set[str], _Walk] = {}
    paths: list[str] = []
    found: list[_Found] = []
    ends = [0]
    for record, of_record in zip(records, taken):
        if of_record not in walks:
            walks[of_record] = _Walk(of_record, paths)
        walks[of_record].record(record, found)
        ends.append(len(found))
    places, positions, kinds, values = zip(*found) if found else ((), (), (), ())
    documents = np.repeat(np.arange(len(ends) - 1, dtype=np.int32), np.diff(ends))
    numbers = np.fromiter((place.number for place in places), np.int32, len(places))
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

    ``is_taken`` tells that a scalar there is left out, ``takes_list`` that a single mapping is a list of one.
    """

    __slots__ = ("children", "is_taken", "items", "known", "number", "path", "takes_list")

    def __init__(self, path: str, number: int, is_taken: bool, takes_list: bool):
        self.path, self.number, self.is_taken, self.takes_list = path, number, is_taken, takes_list
        self.children: dict[str, _Place] = {}
        self.items: _Place | None = None
        self.known: dict[int, list[_Found]] = {}  # what was found in an item of lists, by its identity


class _Walk:
    """Walks records that the same paths are taken of; an item that many of them list is looked into once."""

    def __init__(self, taken: Set[str], paths: list[str]):
        self._taken, self._paths = taken, paths
        self._lists = {path[: end.start()] for path in taken for end in re.finditer(r"\[\]", path)}
        self._root = _Place("", -1, False, False)

    def record(self, record: Mapping[str, object], found: list[_Found]) -> None:
        """Add what a record holds to ``found``."""
        self._mapping(self._root, record, _NOWHERE, found)

    def _mapping(
        self, place: _Place, mapping: Mapping[str, object], positions: tuple[int, ...], found: list[_Found]
    ) -> None:
        children = place.children
        for key, value in mapping.items():
            if key != LEFT_OUT:
                child = children.get(key)
                if child is None:
                    child = children[key] = self._below(place, f".{written(key)}")
                self._value(child, value, positions, found)

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
        elif place.takes_list:
            self._list(place, [value], positions, found)
        elif isinstance(value, dict):
            self._mapping(place, value, positions, found)

    def _list(self, place: _Place, items: list[object], positions: tuple[int, ...], found: list[_Found]) -> None:
        if place.items is None:
            place.items = self._below(place, "[]")
        item_place, known = place.items, place.items.known
        for position, item in enumerate(items):
            if item is None or isinstance(item, str):
                self._value(item_place, item, (*positions, position), found)
                continue
            of_item = known.get(id(item))
            if of_item is None:
                of_item = known[id(item)] = []
                self._value(item_place, item, _NOWHERE, of_item)
            at = (*positions, position)
            found += [(below, at + rest, kind, value) for below, rest, kind, value in of_item]

    def _below(self, place: _Place, step: str) -> _Place:
        path = f"{place.path}{step}".removeprefix(".")
        is_taken = path in self._taken and "[]" in path
        self._paths.append(path)
        return _Place(path, len(self._paths) - 1, is_taken, path in self._lists)


def _pointed(numbers: np.ndarray, texts: pa.Array) -> pd.Series:
    return _series(pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), texts))


def _lists(positions: Sequence[tuple[int, ...]]) -> pa.ListArray:
    ends = np.cumsum([0, *map(len, positions)], dtype=np.int32)
    return pa.ListArray.from_arrays(ends, pa.array(chain.from_iterable(positions), pa.int32()))


def _series(array: pa.Array) -> pd.Series:
    return pd.Series(pd.arrays.ArrowExtensionArray(array))
