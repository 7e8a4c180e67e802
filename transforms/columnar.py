"""Typed columns and texts out of blocks that the reader read by columns (``matterhouse.reading.sheets``).

What a kernel of Arrow's does exactly as ``fields`` does is done here; for all else the blocks become mappings.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse.reading.sheets import Block, Sheet, Values, by_sheet, is_range
from matterhouse.transforms.fields import Fields, dtype, keys_of

_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,17})$"
_INSTANT = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_JSON_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"
_BOOLEANS = pa.array(["true", "false"])
_IRREGULAR = object()  # a place that is no single value in all of the rows


class Listed(NamedTuple):
    """The mappings in the lists of some rows: ``parents`` and ``positions`` of each, and their ``fields``."""

    parents: np.ndarray
    positions: np.ndarray
    fields: "BlockFields"


class SheetRows(NamedTuple):
    """Some rows of a sheet, or of the part of it below a path, and their ``numbers`` among all rows."""

    template: dict[str, Any]
    rows: np.ndarray
    numbers: np.ndarray

    def at(self, path: str) -> Any:
        """What the template has at a path: None, ``Values``, a list or a mapping; ``_IRREGULAR`` below a value."""
        found: Any = self.template
        for key in keys_of(path):
            if found is not None and not isinstance(found, dict):
                return _IRREGULAR
            found = found and found.get(key)
        return found

    def column(self, path: str, type: str) -> pa.Array | None:
        """The values at a path as DuckDB's ``type``; None where it is not for a kernel to tell."""
        found = self.at(path)
        if found is None:
            return pa.nulls(len(self.rows), dtype(type).pyarrow_dtype)
        return _converted(found, self.rows, type) if isinstance(found, Values) else None


class BlockFields(Fields):
    """Reads columns out of blocks: as ``Fields`` of their mappings, but these are only made where a column needs
    them.
    """

    def __init__(self, parts: Sequence[SheetRows], count: int):
        super().__init__(())
        self._parts, self._count = parts, count
        self._nothing = [None] * count

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> tuple[list[int], "BlockFields"]:
        """The fields of blocks sheet by sheet, and the numbers of the blocks in that order."""
        order: list[int] = []
        parts = []
        for sheet, numbers, rows in by_sheet(blocks):
            parts.append(SheetRows(sheet.template, np.array(rows), np.arange(len(order), len(order) + len(rows))))
            order += numbers
        return order, cls(parts, len(blocks))

    @property
    def rows(self) -> list[Any]:
        """The mappings."""
        if not self._rows:
            self._rows = [None] * self._count
            for part in self._parts:
                for number, mapping in zip(part.numbers.tolist(), Sheet(part.template).mappings(part.rows)):
                    self._rows[number] = mapping
        return self._rows

    def column(self, path: str, type: str) -> pd.Series:
        known = self._columns.get((path, type))
        if known is None and None not in (columns := [part.column(path, type) for part in self._parts]) and columns:
            whole = pa.concat_arrays(columns)
            whole = whole if self._in_order else whole.take(self._places)
            known = self._columns[path, type] = pd.Series(pd.arrays.ArrowExtensionArray(whole))
        return super().column(path, type) if known is None else known

    def listed(self, path: str) -> Listed | None:
        """The mappings in the lists at a path, in the order of rows; None where something else stands in one."""
        places = [part.at(path) for part in self._parts]
        if not all(place is None or (isinstance(place, list) and _are_mappings(place)) for place in places):
            return None
        counts = np.zeros(self._count, np.int64)
        for part, place in zip(self._parts, places):
            counts[part.numbers] = len(place or ())
        begins = np.cumsum(counts) - counts
        found = [
            SheetRows(item, part.rows, begins[part.numbers] + position)
            for part, place in zip(self._parts, places)
            for position, item in enumerate(place or ())
        ]
        parents = np.repeat(np.arange(self._count), counts)
        total = len(parents)
        return Listed(parents, np.arange(total) - np.repeat(begins, counts), BlockFields(found, total))

    @cached_property
    def _in_order(self) -> bool:
        """Whether the rows are those of the parts, one behind the other."""
        return is_range(np.concatenate([part.numbers for part in self._parts]))

    @cached_property
    def _places(self) -> pa.Array:
        """For each row, its place when the parts are put one behind the other."""
        return pa.array(np.argsort(np.concatenate([part.numbers for part in self._parts])))


def texts(sheet: Sheet, rows: Sequence[int], left_out: Sequence[str], typed: bool) -> list[bytes]:
    """The JSON text of each block, as ``raw`` writes the mapping without the keys ``left_out``; if ``typed``, that of
    ``raw.typed_text``.
    """
    pieces: list[Any] = []
    for piece in _pieces(sheet.template, np.array(rows), left_out, typed):
        if isinstance(piece, bytes) and pieces and isinstance(pieces[-1], bytes):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    if len(pieces) == 1:
        return pieces * len(rows)
    parts = [pa.scalar(piece.decode()) if isinstance(piece, bytes) else piece for piece in pieces]
    return pc.binary_join_element_wise(*parts, "").cast(pa.binary()).to_pylist()


def _pieces(template: Any, rows: np.ndarray, left_out: Sequence[str], typed: bool) -> Iterator[bytes | pa.Array]:
    """The JSON text of a template in pieces: bytes that all rows have, and arrays of what each has."""
    if isinstance(template, Values):
        yield from _value(template, template.of(rows), typed)
    elif isinstance(template, dict):
        before = b"{"
        for key, value in template.items():
            if key not in left_out:
                yield before + orjson.dumps(key) + b":"
                yield from _pieces(value, rows, left_out, typed)
                before = b","
        yield b"}" if before == b"," else b"{}"
    elif isinstance(template, list):
        for number, value in enumerate(template):
            yield b"," if number else b"["
            yield from _pieces(value, rows, left_out, typed)
        yield b"]" if template else b"[]"
    else:
        yield b"null"


def _value(values: Values, texts: pa.Array, typed: bool) -> Iterator[bytes | pa.Array]:
    """The pieces of some ``texts`` of values."""
    kind = _kind(values.type)
    quoted = texts if values.is_plain else _escaped(texts)
    if typed and kind != "str":
        yield b"!" + kind.encode()
    elif kind in ("int", "float", "bool"):
        is_bare = pc.is_in(texts, _BOOLEANS) if kind == "bool" else pc.match_substring_regex(texts, _JSON_NUMBER)
        yield texts if pc.all(is_bare).as_py() else pc.if_else(is_bare, texts, _joined('"', quoted, '"'))
        return
    yield b'"'
    yield quoted
    yield b'"'


def _escaped(values: pa.Array) -> pa.Array:
    r"""Texts as they stand in JSON: of the plain subset's characters, only ``"`` and ``\`` are escaped there."""
    for sign in ("\\", '"'):
        values = pc.replace_substring(values, sign, "\\" + sign)
    return values


def _joined(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _converted(values: Values, rows: np.ndarray, type: str) -> pa.Array | None:
    """Values of some rows as DuckDB's ``type``; None where it is not for a kernel to tell."""
    texts, kind = values.of(rows), _kind(values.type)
    if type == "VARCHAR":
        return texts
    if type == "BIGINT" and kind == "int" and _all_match(texts, _DECIMAL):
        return texts.cast(pa.int64())
    if type == "BOOLEAN" and kind == "bool" and pc.all(pc.is_in(texts, _BOOLEANS)).as_py():
        return pc.equal(texts, "true")
    if type == "TIMESTAMP WITH TIME ZONE" and kind == "timestamp" and _all_match(texts, _INSTANT):
        try:
            return texts.cast(pa.timestamp("us", "UTC"))
        except pa.ArrowInvalid:  # such as February 30
            return None
    return None


def _kind(type: type[str]) -> str:
    """The YAML type of scalars of a class."""
    return getattr(type, "type", "str")


def _all_match(texts: pa.Array, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(texts, pattern)).as_py()


def _are_mappings(items: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in items)
