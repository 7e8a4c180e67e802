"""Lengths of content, written by many hands, in seconds."""

import re
from collections.abc import Iterable

_ISO = re.compile(
    r"P(?:(?P<weeks>[\d.]+)W)?(?:(?P<days>[\d.]+)D)?"
    r"(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?\Z",
    re.I,
)
_CLOCK = re.compile(r"(?:(?P<hours>\d+):)?(?P<minutes>[0-5]?\d):(?P<seconds>[0-5]\d)\Z")
_WORDS = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)\s*"
    r"(?P<unit>weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])"
    r"[\s,]*(?:and\s+)?",
    re.I,
)
_LONGEST = 100  # characters; no length takes more, and a hostile text would keep the patterns busy
_SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_UNIT_OF_LETTER = {unit[0]: unit for unit in _SECONDS}


def seconds(length: str) -> int | None:
    """``PT13M34S`` (ISO 8601), ``1:02:03``, ``12 hours``, ``1 hour 30 min``, ``1h30m`` in whole seconds.

    None for what is no length.
    """
    text = length.strip()
    if len(text) > _LONGEST:
        return None
    match = _ISO.match(text) or _CLOCK.match(text)
    try:
        if match:
            parts = {unit: float(number) for unit, number in match.groupdict().items() if number}
            return _total(parts.items()) if parts else None
        pairs = [(_UNIT_OF_LETTER[m["unit"][0].lower()], float(m["number"])) for m in _WORDS.finditer(text)]
        return _total(pairs) if pairs and not _WORDS.sub("", text).strip() else None
    except (ValueError, OverflowError):
        return None


def _total(parts: Iterable[tuple[str, float]]) -> int | None:
    total = round(sum(number * _SECONDS[unit] for unit, number in parts))
    return total if total < 2**63 else None
