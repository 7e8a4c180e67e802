"""Values of the warehouse as JSON, without DuckDB: what a query gives, a manifest or the ledger holds."""

import json
import math
import re
import secrets
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

# JSON escapes the signs below U+0020 itself; these may steer a terminal, or cannot be written as UTF-8.
# Marks text that is to be a number; no content can know it.
_MARK = secrets.token_hex(16)
_MARKED = re.compile(f'"{_MARK}([^"]*)"')
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON; whatever characters it holds, the text can be shown on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent, default=_marked)
    if _MARK in text:
        text = _MARKED.sub(r"\1", text)
    return _UNSAFE.sub(lambda unsafe: f"\\u{ord(unsafe[0]):04x}", text)


class _Digits:
    """A number that JSON can write and a float cannot hold."""

    def __init__(self, text: str):
        self.text = text


def _number(value: Decimal) -> int | float | _Digits | None:
    """A decimal as the number that JSON shows with the same digits."""
    if not value.is_finite():
        return None
    if value == value.to_integral_value():
        return int(value)
    as_float = float(value)
    return as_float if Decimal(repr(as_float)) == value else _Digits(format(value, "f"))


def _marked(value: object) -> str:
    if isinstance(value, _Digits):
        return _MARK + value.text
    raise TypeError(f"{type(value).__name__} is not JSON")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: times are ISO 8601, bytes hexadecimal, NaN and infinity null.

    A decimal with more digits than a float holds is only for ``json_text``, which writes all of them.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return _number(value)
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case dict():
            return {key if isinstance(key, str) else str(plain(key)): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return str(value)
