"""Lists inside of records, unfolded into rows: the one place where repetition is made use of.

The reader hands out one object for one block of text, however many documents list it. So a list is
unfolded in two steps: each distinct item becomes a row once (``Nested.items``), and the places where
it is listed become pairs of numbers (``Nested.links``). Tables are made from the few distinct items
and then spread over the many places by ``spread``, which copies row numbers and no text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd
import pyarrow as pa


@dataclass(frozen=True)
class Nested:
    """``items``: the distinct items. ``links``: a frame of ``parent`` (row of the list), ``position``
    (place in the list, from 0) and ``item`` (index into ``items``), in the order of the lists."""

    items: list[object]
    links: pd.DataFrame

    @classmethod
    def of_distinct(cls, parents: np.ndarray, positions: np.ndarray) -> "Nested":
        """Items that are listed once each, numbered in the order of the lists."""
        numbers = np.arange(len(parents))
        return cls(list(numbers), pd.DataFrame({"parent": parents, "position": positions, "item": numbers}))

    @cached_property
    def places(self) -> list[list[tuple[int, int]]]:
        """Where each item is listed: pairs of parent and position."""
        places: list[list[tuple[int, int]]] = [[] for _ in self.items]
        for parent, position, item in zip(*(self.links[name].tolist() for name in ("parent", "position", "item"))):
            places[item].append((parent, position))
        return places


def unnest(values: Iterable[object]) -> Nested:
    """Unfold a column of lists. None is no list; any other single value is a list of one."""
    lists = [_as_list(value) for value in values]
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    listed = list(chain.from_iterable(lists))
    codes, identities = pd.factorize(np.fromiter(map(id, listed), np.int64, len(listed)))
    first = np.empty(len(identities), np.int64)
    first[codes[::-1]] = np.arange(len(listed))[::-1]
    starts = np.cumsum(lengths) - lengths
    links = pd.DataFrame(
        {
            "parent": np.repeat(np.arange(len(lists)), lengths),
            "position": np.arange(len(listed), dtype=np.int64) - np.repeat(starts, lengths),
            "item": codes,
        }
    )
    return Nested([listed[row] for row in first], links)


def split_at_commas(values: Iterable[object]) -> list[object]:
    """A column of lists in which a text with commas becomes a list of texts, and lists inside a list are laid open."""
    return [_split(value) for value in values]


def _split(value: object) -> object:
    if isinstance(value, str) and (not value or "," in value):
        return [part for part in map(str.strip, value.split(",")) if part]
    if type(value) is list and any(type(item) is list for item in value):
        return [inner for item in value for inner in (item if type(item) is list else [item])]
    return value


def _as_list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def spread(distinct: pd.DataFrame, rows: pd.Series) -> dict[str, pd.Series]:
    """The columns of ``distinct`` with rows repeated by number. Texts are held once and pointed to (dictionaries)."""
    numbers = rows.to_numpy()
    return {str(name): pd.Series(_pointed(column.array).take(numbers)) for name, column in distinct.items()}


def _pointed(column: pd.arrays.ArrowExtensionArray) -> pd.arrays.ArrowExtensionArray:
    array = column.__arrow_array__()
    return pd.arrays.ArrowExtensionArray(array.dictionary_encode()) if pa.types.is_string(array.type) else column
