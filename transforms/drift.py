"""Front-matter paths that no table covers."""

from collections.abc import Iterable

import pandas as pd
import pyarrow as pa

from transforms.fields import TEXT, arrow_series

Tree = dict[str, "Tree"]


def tree_of(paths: Iterable[str]) -> Tree:
    """Covered paths such as ``related[].images[].url`` as nested keys; ``[]`` is a list item, ``*`` any key."""
    root: Tree = {}
    for path in paths:
        node = root
        for key in path.replace("[]", ".[]").split("."):
            node = node.setdefault(key, {})
    return root


def document_drift(ids: pd.Series, records: Iterable[dict[str, object]], covered: Tree) -> pd.DataFrame:
    """One row per document and uncovered path: ``record_id``, ``field``, ``types`` (sorted YAML types)."""
    finder = _Finder(covered)
    rows = [
        (record_id, field, sorted(types))
        for record_id, record in zip(ids, records)
        for field, types in sorted(finder.document(record).items())
    ]
    return pd.DataFrame(
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
        self._shared: dict[tuple[int, str], list[tuple[str, str]]] = {}

    def document(self, record: dict[str, object]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in record.items():
            node = self._covered.get(key)
            if node is not None and isinstance(value, str):
                continue
            for field, kind in self._below(key, value, node):
                found.setdefault(field, set()).add(kind)
        return found

    def _below(self, field: str, value: object, node: Tree | None) -> list[tuple[str, str]]:
        """Uncovered (path, type) pairs at ``field`` and below it; ``node`` is None where it is not covered."""
        if node is None and not (isinstance(value, (dict, list)) and value):
            return [(field, _type(value))]
        node = node or {}
        if isinstance(value, dict) and "[]" in node:
            value = [value]  # a list of one, as ``unnest`` takes it
        if isinstance(value, dict):
            return [
                pair
                for key, item in value.items()
                for pair in self._below(f"{field}.{key}", item, node.get(key, node.get("*")))
            ]
        if isinstance(value, list):
            return [pair for item in value for pair in self._item(f"{field}[]", item, node.get("[]"))]
        return []

    def _item(self, field: str, item: object, node: Tree | None) -> list[tuple[str, str]]:
        if not isinstance(item, dict):
            return self._below(field, item, node)
        pairs = self._shared.get((id(item), field))
        if pairs is None:
            pairs = self._shared[id(item), field] = self._below(field, item, node)
        return pairs


def _type(value: object) -> str:
    if isinstance(value, str):
        return getattr(value, "type", "str")
    return "null" if value is None else "mapping" if isinstance(value, dict) else "list"
