"""Typed columns out of front matters, and an account of what did not fit.

Scalars arrive as text; a ``str`` subclass with a ``type`` attribute (int, float, bool, timestamp)
where YAML 1.1 reads the text as such a value. A text column takes the text as written whatever its
type. The other columns take what YAML reads, and quoted text that says the same.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import repeat
from typing import Any

import pandas as pd
import pyarrow as pa

from matterhouse.sql import paths, schema

TEXT = pd.ArrowDtype(pa.string())
WHOLE = pd.ArrowDtype(pa.int64())
SMALL = pd.ArrowDtype(pa.int32())
NUMBER = pd.ArrowDtype(pa.float64())
FLAG = pd.ArrowDtype(pa.bool_())
DAY = pd.ArrowDtype(pa.date32())
INSTANT = pd.ArrowDtype(pa.timestamp("us", tz="UTC"))

_LONGEST_SHOWN = 200
_LONGEST_NUMBER = 100
MISFIT = object()  # what a value that cannot be of a type is read as
A_MAPPING = "a mapping of keys and values"


class Fields:
    """Reads columns out of ``mappings``, one mapping or None a row.

    Every method takes a path such as ``provider.name`` and gives a Series aligned with the rows, NULL
    where the path is absent. A value that cannot be the column's type is NULL too, and is added to
    ``errors`` as (row, path, value as written, what was expected), once a row and path.
    """

    def __init__(self, mappings: Iterable[object]):
        self._rows: list[Any] = list(mappings)
        self._all_mappings = set(map(type, self._rows)) <= {dict}
        self._nothing: list[Any] = [None] * len(self._rows)
        self._at_top: dict[str, list[Any]] = {}
        self._columns: dict[tuple[str, str], pd.Series] = {}
        self._errors: dict[tuple[int, str], tuple[str, str]] = {}

    @property
    def rows(self) -> list[Any]:
        """The mappings."""
        return self._rows

    @property
    def errors(self) -> list[tuple[int, str, str, str]]:
        return [(*place, *misfit) for place, misfit in self._errors.items()]

    def column(self, path: str, type: str) -> pd.Series:
        """The values at ``path`` as a column of DuckDB's ``type``. Raises ``KeyError`` for one that front matter has
        not.
        """
        known = self._columns.get((path, type))
        if known is None:
            known = self._columns[path, type] = self._column(path, *_READ_AS[type])
        return known

    def text(self, path: str) -> pd.Series:
        """The values at ``path`` as texts."""
        return self.column(path, "VARCHAR")

    def texts_below(self, path: str) -> tuple[list[int], list[str], pd.Series]:
        """Rows, keys and values of the mappings at ``path``, one entry a key."""
        entries = [
            (row, key, self._fitting(row, paths.below(path, key), value, _text, "a text"))
            for row, mapping in enumerate(self.raw(path))
            for key, value in (self._fitting(row, path, mapping, _mapping, A_MAPPING) or {}).items()
        ]
        rows, keys, texts = map(list, zip(*entries)) if entries else ([], [], [])
        return rows, keys, arrow_series(texts, TEXT)

    def named(self, name: str) -> list[Any]:
        """The values of a front-matter name: of the key itself, dots and all, else of the path."""
        values = self.raw(name)
        if "." not in name:
            return values
        return [
            row[name] if isinstance(row, dict) and row.get(name) is not None else value
            for row, value in zip(self.rows, values)
        ]

    def place(self, row: int, name: str) -> str:
        """The path of the value that ``named`` gives for a row."""
        of_row = self.rows[row]
        return paths.written(name) if isinstance(of_row, dict) and of_row.get(name) is not None else name

    def raw(self, path: str) -> list[Any]:
        """The values at ``path`` as they were parsed, None where absent; the list is not to be changed."""
        first, *below = keys_of(path)
        values = self._at_top.get(first)
        if values is None:
            values = self._at_top[first] = self._top(first)
        if values is self._nothing:
            return values
        parent = first
        for key in below:
            values = [
                value.get(key) if type(value) is dict else self._get(row, value, parent, key)
                for row, value in enumerate(values)
            ]
            parent = f"{parent}.{key}"
        return values

    @cached_property
    def _keys(self) -> set[str]:
        """The keys at the top of any row."""
        return set().union(*self.rows)

    def may_have(self, path: str) -> bool:
        """Whether a row may have a value at a path."""
        return self.raw(path) is not self._nothing

    def _top(self, key: str) -> list[Any]:
        if self._all_mappings:
            return list(map(dict.get, self.rows, repeat(key))) if key in self._keys else self._nothing
        return [self._get(row, value, "", key) for row, value in enumerate(self.rows)]

    def _get(self, row: int, value: object, parent: str, key: str) -> object:
        if value is None:
            return None
        if isinstance(value, dict):
            return value.get(key)
        self.misfit(row, parent, value, A_MAPPING)
        return None

    def _column(
        self,
        path: str,
        convert: Callable[[object], object],
        dtype: pd.ArrowDtype,
        expected: str,
    ) -> pd.Series:
        """A column of converted values; plain texts of a text column are taken as they are."""
        values = self.raw(path)
        types = set(map(type, values)) if values is not self._nothing else set()
        fitting = {str, type(None)} if dtype is TEXT else {type(None)}
        if types <= {type(None)}:
            return pd.Series(pd.arrays.ArrowExtensionArray(pa.nulls(len(values), dtype.pyarrow_dtype)))
        if not types <= fitting:
            values = [self._fitting(row, path, value, convert, expected) for row, value in enumerate(values)]
        return arrow_series(values, dtype)

    def _fitting(self, row: int, path: str, value: object, convert: Callable[[object], object], expected: str) -> Any:
        """``value`` converted; None where there is none, or where it does not fit."""
        if value is None:
            return None
        fitting = convert(value)
        if fitting is MISFIT:
            self.misfit(row, path, value, expected)
            return None
        return fitting

    def misfit(self, row: int, path: str, value: object, expected: str) -> None:
        """Note a value that does not fit what is expected, once a row and path."""
        self._errors.setdefault((row, path), (shown(value), expected))


def keys_of(path: str) -> list[str]:
    """The keys of a path without lists; one in which a quote is no mark of a key has no marks."""
    if '"' not in path:
        return path.split(".")
    keys = [step for step in paths.steps(path) if step is not None]
    return keys if paths.joined(keys) == path else path.split(".")


def dtype(type: str) -> pd.ArrowDtype:
    """pandas' type for a column of DuckDB's ``type``."""
    return pd.ArrowDtype(schema.arrow_type(type))


def arrow_series(values: Sequence[object], dtype: pd.ArrowDtype) -> pd.Series:
    """A Series on an Arrow array built from Python values."""
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, dtype.pyarrow_dtype)))


def frame(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """A frame of columns that have the same rows in the same order.

    Made of their arrays: pandas would compare the columns' indexes and copy them, which takes longer than all else that
    is done with a small batch.
    """
    return pd.DataFrame({name: column.array for name, column in columns.items()}, copy=False)


def python_values(column: pd.Series) -> list[Any]:
    """The values of a Series as Python objects, None for NULL."""
    return pa.array(column, from_pandas=True).to_pylist()


def arrow_array(column: pd.Series) -> pa.Array:
    """The values of a Series as one Arrow array."""
    found = pa.array(column.array)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def shown(value: object) -> str:
    """A value as text to show in a report: as written, or what it is where it is no scalar."""
    if isinstance(value, str):
        return str(value)[:_LONGEST_SHOWN]
    return "(a mapping)" if isinstance(value, dict) else "(a list)"


def kind(value: object) -> str:
    """The YAML type of a scalar, such as int or timestamp; ``collection`` of anything else."""
    return getattr(value, "type", "str") if isinstance(value, str) else "collection"


def _number_kind(value: object) -> str:
    """The kind of a value that may be a number: a text too long for one is not looked into, it may be made to cost."""
    return kind(value) if isinstance(value, str) and len(value) <= _LONGEST_NUMBER else "no number"


def _text(value: object) -> object:
    return str(value) if isinstance(value, str) else MISFIT


def _mapping(value: object) -> object:
    return value if isinstance(value, dict) else MISFIT


_DECIMAL = re.compile(r"[-+]?[0-9]{1,19}\Z")
_SIMPLE_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")


def _whole(value: object) -> object:
    return _remembered_whole(value) if isinstance(value, str) and len(value) < _SHORT else _new_whole(value)


def _new_whole(value: Any) -> Any:
    number = _integer(value)
    if number is MISFIT:
        number = as_number(value)
    if number is MISFIT or number != int(number) or not -(2**63) <= number < 2**63:
        return MISFIT
    return int(number)


def _small_whole(value: object) -> object:
    number = _whole(value)
    return number if isinstance(number, int) and -(2**31) <= number < 2**31 else MISFIT


_SHORT = 20
_remembered_whole = lru_cache(maxsize=1 << 14, typed=True)(_new_whole)  # few numbers are written once only


def _integer(value: Any) -> Any:
    kind = _number_kind(value)
    if kind == "int":
        return _yaml_int(value)
    return int(value) if kind == "str" and _DECIMAL.match(value) else MISFIT


def _yaml_int(text: str) -> Any:
    """What YAML 1.1 reads: 0b binary, 0x hexadecimal, 0 octal, base 60 with colons."""
    digits = text.replace("_", "")
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    try:
        if digits.startswith(("0b", "0x")):
            return sign * int(digits, 0)
        if ":" in digits:
            return sign * _base_60(int(part) for part in digits.split(":"))
        return sign * int(digits, 8 if digits.startswith("0") and digits != "0" else 10)
    except ValueError:
        return MISFIT


def _base_60(parts: Iterable[float]) -> float:
    total: float = 0
    for part in parts:
        total = total * 60 + part
    return total


def as_number(value: Any) -> Any:
    """The number that a scalar is; ``MISFIT`` for anything else, infinities and nan too."""
    kind = _number_kind(value)
    if kind == "int":
        whole = _yaml_int(value)
        return whole if whole is MISFIT else _finite(whole)
    if kind == "float" or (kind == "str" and _SIMPLE_FLOAT.match(value)):
        return _yaml_float(value)
    return MISFIT


def _yaml_float(text: str) -> object:
    digits = text.replace("_", "")
    try:
        if ":" in digits:
            sign = -1.0 if digits.startswith("-") else 1.0
            return sign * _base_60(float(part) for part in digits.lstrip("+-").split(":"))
        return _finite(digits)
    except ValueError:
        return MISFIT


def _finite(value: Any) -> Any:
    """``value`` as a float; infinities and nan are no numbers that a column should carry."""
    try:
        number = float(value)
    except OverflowError:
        return MISFIT
    return number if abs(number) < float("inf") else MISFIT


_FLAGS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def flag(value: Any) -> Any:
    """True or false as YAML 1.1 writes them; ``MISFIT`` for anything else."""
    return _FLAGS.get(value.lower(), MISFIT) if kind(value) in ("bool", "str") else MISFIT


# https://yaml.org/type/timestamp.html
_TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d\d?-\d\d?)"
    r"(?:(?:[Tt]|[ \t]+)(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d*))?)?"
    r"[ \t]*(?P<zone>Z|z|[-+]\d\d?(?::?\d\d)?)?)?\Z"
)


def instant(value: Any) -> Any:
    """A moment in UTC; a date is its midnight, and a time without a zone is UTC."""
    if (
        isinstance(value, str)
        and len(value) == 20
        and kind(value) == "timestamp"
        and value[10] == "T"
        and value[19] == "Z"
    ):
        try:  # as most are written
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    match = _TIMESTAMP.match(value.strip()) if kind(value) in ("timestamp", "str") else None
    if match is None:
        return MISFIT
    try:
        day = date(*map(int, match["date"].split("-")))
        if match["hour"] is None:
            return datetime.combine(day, time(), UTC)
        micros = int((match["fraction"] or "")[:6].ljust(6, "0"))
        at = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0), micros)
        return datetime.combine(day, at, UTC) - offset(match["zone"])
    except (ValueError, OverflowError):
        return MISFIT


def offset(zone: str | None) -> timedelta:
    """What ``+02:00`` and the like are ahead of UTC; nothing for ``Z`` and None. Raises ValueError beyond 23:59."""
    if zone is None or zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    clock = time(int(hours), int(minutes))  # raises ValueError beyond 23:59
    offset = timedelta(hours=clock.hour, minutes=clock.minute)
    return -offset if zone[0] == "-" else offset


def _day(value: Any) -> Any:
    """The date that is written, whatever time stands behind it."""
    match = _TIMESTAMP.match(value.strip()) if isinstance(value, str) and kind(value) in ("timestamp", "str") else None
    if match is None or instant(value) is MISFIT:
        return MISFIT
    return date(*map(int, match["date"].split("-")))


# By a column's type in DuckDB: how a value becomes one, pandas' type, and what is expected, in words.
_READ_AS = {
    "VARCHAR": (_text, TEXT, "a text"),
    "BIGINT": (_whole, WHOLE, "a whole number"),
    "INTEGER": (_small_whole, pd.ArrowDtype(pa.int32()), "a whole number of at most 2,147,483,647"),
    "DOUBLE": (as_number, NUMBER, "a number"),
    "BOOLEAN": (flag, FLAG, "true or false"),
    "DATE": (_day, DAY, "a date"),
    "TIMESTAMP WITH TIME ZONE": (instant, INSTANT, "a date and time"),
}
