"""How values read on a page."""

import json
import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from matterhouse.warehouse.jsontext import plain

NOTHING = "–"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def number(value: Any, digits: int = 0) -> str:
    """``12,345``, or with digits after the point; a dash for nothing."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.{digits}f}"


def share(value: Any) -> str:
    """``12 %`` of 0.12; small ones with a digit."""
    if value is None:
        return NOTHING
    percent = float(value) * 100
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def day(value: date | None) -> str:
    """``2026-01-31``."""
    return NOTHING if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """``2026-01-31 14:05``, in UTC as all times of the warehouse."""
    return NOTHING if value is None else f"{value:%Y-%m-%d %H:%M}"


def hours(value: Any) -> str:
    """Hours as people say them: ``40 min``, ``5 h``, ``3 d``."""
    if value is None:
        return NOTHING
    sign, value = ("-" if value < 0 else ""), abs(float(value))
    if value < 1:
        return f"{sign}{value * 60:.0f} min"
    return f"{sign}{value:.0f} h" if value < 48 else f"{sign}{value / 24:,.0f} d"


def ago(since: datetime | None, now: datetime) -> str:
    """How long ago: ``3 h ago``."""
    return "" if since is None else f"{hours(max(0.0, (now - since).total_seconds() / 3600))} ago"


def size(value: Any) -> str:
    """``1.2 MB``."""
    if value is None:
        return NOTHING
    for unit, one in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= one:
            return f"{value / one:,.1f} {unit}"
    return f"{value:,} B"


def counted(value: int, one: str, many: str | None = None) -> str:
    """``1 file``, ``2 files``."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def cell(value: Any) -> str:
    """Any value of any table, as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    if isinstance(value, dict | list | tuple | bytes):
        return json.dumps(plain(value), ensure_ascii=False)
    return str(value)


def is_number(value: Any) -> bool:
    """Whether a column of such values is set to the right."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def safe(value: Any) -> str:
    """A text of content without signs that steer what stands beside it, such as those that turn its direction."""
    return _STEERING.sub("\ufffd", str(value))


def language(value: Any) -> str | None:
    """A language as HTML takes it; None where it is none."""
    return value if isinstance(value, str) and _LANGUAGE.fullmatch(value) else None


def in_code(text: str) -> Markup:
    """A text in which what stands between backticks is shown as code."""
    parts = str(text).split("`")
    return Markup("").join(
        Markup('<span class="code">{}</span>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )


FILTERS = {
    "in_code": in_code,
    "number": number,
    "share": share,
    "day": day,
    "moment": moment,
    "hours": hours,
    "size": size,
    "cell": cell,
    "safe_text": safe,
    "language": language,
}
