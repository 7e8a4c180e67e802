"""Front-matter paths that no table covers."""

from collections.abc import Iterable
from copy import deepcopy
from functools import lru_cache

import pandas as pd
import pyarrow as pa

from matterhouse.reading.sheets import Block, opened
from matterhouse.sql.paths import ITEM, steps, written
from matterhouse.transforms.fields import TEXT, arrow_series, frame

_written = lru_cache(maxsize=1 << 14)(written)  # a site has few keys, and each of them often

# What is found in records of more keys is not remembered: it weighs more than they do, and hardly any two share it.
_MOST_KEYS = 100

Tree = dict[str, "Tree"]


def tree_of(paths: Iterable[str], more_than: Tree | None = None) -> Tree:
    """Covered paths such as ``related[].images[].url`` as nested keys; ``[]`` is a list item, ``*`` any key.

    What ``more_than`` covers is covered, too.
    """
    root = deepcopy(more_than or {})
    for path in paths:
        node = root
        for key in steps(path):
            node = node.setdefault(ITEM if key is None else key, {})
    return root


def document_drift(ids: pd.Series, records: Iterable[dict[str, object]], covered: Iterable[Tree]) -> pd.DataFrame:
    """One row per document and uncovered path: ``record_id``, ``field``, ``types`` (sorted YAML types).

    ``covered`` has a tree for each document.
    """
    finders: dict[int, _Finder] = {}
    rows = [
        (record_id, field, types)
        for record_id, record, tree in zip(ids, records, covered)
        for field, types in (finders.get(id(tree)) or finders.setdefault(id(tree), _Finder(tree))).document(record)
    ]
    return frame(
        {
            "record_id": arrow_series([row[0] for row in rows], TEXT),
            "field": arrow_series([row[1] for row in rows], TEXT),
            "types": arrow_series([row[2] for row in rows], pd.ArrowDtype(pa.list_(pa.string()))),
        }
    )


class _Finder:
    """Finds uncovered paths; a list item that many documents share is looked at once."""

    def __init__(self, covered: Tree):
        self._covered = covered
        # By keys and the classes of their values: what was found in scalars, and the keys of lists and mappings.
        self._of_scalars: dict[tuple[object, ...], tuple[tuple[tuple[str, str], ...], list[str]]] = {}
        # By field, what was found in its items, and the items in which nothing was.
        self._seen: dict[str, tuple[dict[int, list[tuple[str, str]]], set[int]]] = {}

    def document(self, record: dict[str, object]) -> list[tuple[str, list[str]]]:
        """The uncovered paths of a record with the sorted types of their values."""
        if len(record) > _MOST_KEYS:
            return _sorted.__wrapped__(tuple(self._mapping("", record, self._covered)))
        kinds = (*record, *map(type, record.values()))
        known = self._of_scalars.get(kinds)
        if known is None:
            scalars: dict[str, object] = {
                key: value for key, value in record.items() if value is None or isinstance(value, str)
            }
            nested = [key for key in record if key not in scalars]
            known = self._of_scalars[kinds] = tuple(self._mapping("", scalars, self._covered)), nested
        pairs, nested = known
        if nested:
            below = self._mapping("", {key: record[key] for key in nested}, self._covered)
            pairs = (*pairs, *below) if below else pairs
        return (_sorted if len(pairs) <= _MOST_KEYS else _sorted.__wrapped__)(pairs) if pairs else []

    def _mapping(self, field: str, mapping: dict[str, object], node: Tree) -> list[tuple[str, str]]:
        any_key = node.get("*")
        covered = node.keys() >= mapping.keys() or any_key is not None
        pairs = []
        for key, value in mapping.items():
            if not covered or (value is not None and not isinstance(value, str)):
                pairs += self._value(f"{field}.{_written(key)}", value, node.get(key, any_key))
        return pairs

    def _value(self, field: str, value: object, node: Tree | None) -> list[tuple[str, str]]:
        """Uncovered (path, type) pairs at ``field`` and below it; ``node`` is None where it is not covered."""
        if isinstance(value, dict) and (node or {}).get("[]"):
            value = [value]  # the tables take its mappings, one alone for a list of one
        if isinstance(value, dict) and value:
            return self._mapping(field, value, node or {})
        if isinstance(value, list) and value:
            return self._list(f"{field}[]", value, (node or {}).get("[]"))
        return [(field, _type(value))] if node is None else []

    def _list(self, field: str, items: list[object], node: Tree | None) -> list[tuple[str, str]]:
        """As ``_value`` of every item, but once for an object that is listed many times, and for blocks that hold the
        same keys and types.
        """
        seen, clean = self._seen.setdefault(field, ({}, set()))
        pairs: list[tuple[str, str]] = []
        if clean.issuperset(map(id, items)):  # as of most lists, unless they are read by columns
            return pairs
        numbers = [id(item.sheet if type(item) is Block else item) for item in items]
        if clean.issuperset(numbers):
            return pairs
        for item, number in [each for each in zip(items, numbers) if each[1] not in clean]:
            found = seen.get(number) or self._value(field, opened(item), node)
            if found:
                seen[number] = found
                pairs += found
            else:
                clean.add(number)
        return pairs


@lru_cache(maxsize=1 << 12)
def _sorted(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, list[str]]]:
    """Paths, each once, with the sorted types of their values."""
    found: dict[str, set[str]] = {}
    for field, kind in pairs:
        found.setdefault(field.removeprefix("."), set()).add(kind)
    return [(field, sorted(types)) for field, types in sorted(found.items())]


def _type(value: object) -> str:
    if isinstance(value, str):
        return getattr(value, "type", "str")
    return "null" if value is None else "mapping" if isinstance(value, dict) else "list"
