"""Columns that are worked out: the functions that the DDL names with ``By:``, all of them pure.

A function is called with one value, and where a column has several paths the first result that is not None counts; or,
``together``, with the values of all paths, in their order. ``reads`` says what it is given: ``TEXT`` (values as text
columns read them) or ``RAW`` (as they were parsed: nested dicts and lists with text at the leaves, None where absent).
With ``beside`` a column of the documents, such as ``path``, comes first. A result ``Misfits`` names values that did
not fit.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from matterhouse.transforms import keys, places
from matterhouse.transforms.durations import seconds
from matterhouse.transforms.fields import MISFIT, flag, kind
from matterhouse.transforms.moments import moment

TEXT, RAW = "text", "raw"


@dataclass(frozen=True)
class Computed:
    """A function and what it is called with; ``expected`` says in words what a value that fits is,
    ``read_by`` has, by path, what makes of a value there the one that the function is given. ``column`` does for a
    whole column of texts what the function does for each.
    """

    function: Callable[..., Any]
    reads: str = TEXT
    together: bool = False
    beside: str | None = None
    expected: str = ""
    column: Callable[[pa.StringArray], pa.StringArray] | None = None
    read_by: Mapping[str, Callable[[object], object]] = field(default_factory=dict)


class Misfits(NamedTuple):
    """What a function makes of values of which some do not fit: the ``result``, and the ``misfits`` by the path's
    number.
    """

    result: Any
    misfits: dict[int, object]


def is_present(value: object) -> bool:
    """Whether a front matter has the value at all."""
    return value is not None


def is_valid_secured(secured: object) -> bool | None:
    """Whether a secured value is ``base64;base64`` with a second part of 16 bytes; None where there is none."""
    if secured is None:
        return None
    if not isinstance(secured, str):
        return False
    text, _, vector = secured.partition(";")
    try:
        return bool(b64decode(text, validate=True)) and len(b64decode(vector, validate=True)) == 16
    except ValueError:
        return False


def published_at(path: str, *values: object) -> Any:
    """The first value that is a date and time; else the date in the file's path."""
    found = updated_at(*values)
    result, misfits = found if isinstance(found, Misfits) else (found, {})
    result = places.date_of(path) if result is None else result
    return Misfits(result, misfits) if misfits else result


def date_of_address(value: object) -> object:
    """The date in an address such as ``/2020/01/31/hello/``; None of any other."""
    return places.date_in_folders(value) if isinstance(value, str) else None


def updated_at(*values: object) -> Any:
    """The first value that is a date and time. ``published: true`` and the like are flags, and no misfits here."""
    misfits: dict[int, object] = {}
    for number, value in enumerate(values):
        if value is None or (isinstance(value, str) and flag(value) is not MISFIT):
            continue
        found = value if isinstance(value, datetime) else moment(value)
        if found is not MISFIT:
            return Misfits(found, misfits) if misfits else found
        misfits[number] = value
    return Misfits(None, misfits) if misfits else None


def flag_or_date(value: object) -> Any:
    """True or false; None for a date, which ``published`` also holds on some sites."""
    if value is None or kind(value) == "timestamp" or moment(value) is not MISFIT:
        return None
    found = flag(value)
    return Misfits(None, {0: value}) if found is MISFIT else found


def is_draft(path: str, *values: object) -> Any:
    """The first value that is true or false; else true below a folder of drafts."""
    misfits = {}
    for number, value in enumerate(values):
        found = None if value is None else flag(value)
        if found is MISFIT:
            misfits[number] = value
        elif found is not None:
            return found
    return Misfits(places.is_draft(path), misfits) if misfits else places.is_draft(path)


def slug(path: str, *values: object) -> Any:
    """The first value that is a text; else what the path says."""
    return _first_text(values) or places.slug(path)


def language(path: str, *values: object) -> Any:
    """The first value that is a text; else what the path says."""
    return _first_text(values) or places.language(path)


def address(*values: object) -> Any:
    """The first value that is a text; ``permalink: false`` is none."""
    return _first_text(values)


def first_of(value: object) -> Any:
    """A text, or the first of a list of texts; the others do not fit."""
    if value is None:
        return None
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return Misfits(str(value[0]), {0: ", ".join(value[1:])}) if len(value) > 1 else str(value[0])
    return str(value) if isinstance(value, str) else Misfits(None, {0: value})


def _first_text(values: tuple[object, ...]) -> str | None:
    return next((str(value) for value in values if isinstance(value, str) and value and kind(value) != "bool"), None)


_SCHEME = r"^https?://(?:www\.)?"
_PLAIN_ADDRESS = rf"{_SCHEME}[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[A-Za-z0-9._~!$&'()*+,;=@%-]*)*$"  # all the rest is its key


def url_keys(addresses: pa.StringArray) -> pa.StringArray:
    """``keys.url_key`` of each address."""
    is_plain = pc.fill_null(pc.match_substring_regex(addresses, _PLAIN_ADDRESS), True)
    found = pc.utf8_rtrim(pc.replace_substring_regex(addresses, _SCHEME, "", max_replacements=1), "/")
    others = addresses.filter(pc.invert(is_plain)).to_pylist()
    return pc.replace_with_mask(found, pc.invert(is_plain), pa.array(map(keys.url_key, others), pa.string()))


FUNCTIONS = {
    "collection": Computed(places.collection, beside="path", together=True),
    "slug": Computed(slug, RAW, together=True, beside="path"),
    "language": Computed(language, RAW, together=True, beside="path"),
    "published_at": Computed(
        published_at,
        RAW,
        together=True,
        beside="path",
        expected="a date and time",
        read_by=dict.fromkeys(("permalink", "url", "path"), date_of_address),
    ),
    "updated_at": Computed(updated_at, RAW, together=True, expected="a date and time"),
    "is_draft": Computed(is_draft, RAW, together=True, beside="path", expected="true or false"),
    "flag_or_date": Computed(flag_or_date, RAW, together=True, expected="true or false"),
    "first_of": Computed(first_of, RAW, together=True, expected="one text"),
    "address": Computed(address, RAW, together=True),
    "url_key": Computed(keys.url_key, column=url_keys),
    "duration_seconds": Computed(seconds),
    "provider_id": Computed(keys.provider_id, together=True),
    "is_present": Computed(is_present, RAW, together=True),
    "is_valid_secured": Computed(is_valid_secured, RAW, together=True),
}
