"""Values of the warehouse as JSON, without DuckDB: what a query gives, a manifest or the ledger holds."""

import json
import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

# JSON escapes the signs below U+0020 itself; these may steer a terminal, or cannot be written as UTF-8.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def json_text(value: Any, indent: int | None = None) -> str:
    """A value as JSON; whatever characters it holds, the text can be shown on a terminal."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return _UNSAFE.sub(lambda unsafe: f"\\u{ord(unsafe[0]):04x}", text)


def plain(value: Any) -> Any:
    """A value as JSON can hold it: times are ISO 8601, bytes hexadecimal, NaN and infinity null."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
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
