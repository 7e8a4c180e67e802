"""Dates and times as the writers of content sites write them, beyond YAML's own timestamps.

ISO 8601 and YAML's forms first (``transforms.fields``); then ``Jul 08 2022``, ``9 June 2020``, ``June 9, 2020 10:00``,
``Tue, 09 Jun 2020 10:00:00 +0200`` (RFC 5322), ``Jun 9 2020 10:00 GMT+2``, ``01/31/2020`` (month first, as the sites
that write it do, unless that cannot be), and a date in double brackets, as Obsidian links it.
"""

import re
from datetime import UTC, date, datetime, time

from matterhouse.transforms.fields import MISFIT, instant, kind, offset

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_LONGEST = 60
_CLOCK = (
    r"(?:[ ,T]+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: *(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r"(?: *(?:UTC|GMT|Z)?(?P<offset>[-+]\d\d?(?::?\d\d)?)?)?(?: *\([A-Za-z ]+\))?"
)
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_FORMS = [
    re.compile(rf"(?:[A-Za-z]{{3,9}},? +)?{_MONTH} +{_DAY},? +(?P<year>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?:[A-Za-z]{{3,9}},? +)?{_DAY}[ -]+{_MONTH},?[ -]+(?P<year>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<month>\d\d?)/{_DAY}/(?P<year>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d\d?)[-/.]{_DAY}{_CLOCK}"),
]


def moment(value: object) -> object:
    """A value as a moment in UTC, a date as its midnight; ``MISFIT`` for what is no date."""
    found = instant(value)
    if found is not MISFIT or not isinstance(value, str) or kind(value) not in ("str", "timestamp"):
        return found
    text = value.strip().removeprefix("[[").removesuffix("]]").strip()
    if len(text) > _LONGEST:
        return MISFIT
    found = instant(text)
    return _written(text) if found is MISFIT else found


def _written(text: str) -> object:
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _of(found)
    return MISFIT


def _of(found: re.Match[str]) -> object:
    month, day = found["month"], int(found["day"])
    number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
    if month.isdigit() and number > 12 and "/" in found[0]:
        number, day = day, number
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] in "pP" else 0)
    try:
        at = time(hour, int(found["minute"] or 0), int(found["second"] or 0))
        return datetime.combine(date(int(found["year"]), number, day), at, UTC) - offset(found["offset"])
    except (ValueError, OverflowError):
        return MISFIT
