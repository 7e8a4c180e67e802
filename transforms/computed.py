"""Columns that are worked out: the functions that the DDL names with ``By:``, all of them pure.

``Computed.reads`` says what a function is given: ``text`` (front-matter values as text columns read them), ``raw`` (as they
were parsed, None where absent) or the name of a column of the documents, such as ``path``. It is called with one value, and
where a column has several paths the first result that is not None counts; or, ``together``, with the values of all paths.
"""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matterhouse.transforms import keys
from matterhouse.transforms.durations import seconds

TEXT, RAW = "text", "raw"


@dataclass(frozen=True)
class Computed:
    """A function and what it is called with."""

    function: Callable[..., Any]
    reads: str = TEXT
    together: bool = False


def is_present(value: object) -> bool:
    """Whether a front matter has the value at all."""
    return value is not None


def is_valid_secured(secured: object) -> bool | None:
    """Whether a secured value is ``base64;base64`` with a second part of 16 bytes; None where there is none."""
    if secured is None:
        return None
    try:
        text, _, vector = secured.partition(";")  # type: ignore[attr-defined]  # what is no text has no partition
        return bool(b64decode(text, validate=True)) and len(b64decode(vector, validate=True)) == 16
    except (AttributeError, ValueError):
        return False


FUNCTIONS = {
    "collection": Computed(keys.collection, reads="path"),
    "slug": Computed(keys.slug, reads="path"),
    "url_key": Computed(keys.url_key),
    "duration_seconds": Computed(seconds),
    "provider_id": Computed(keys.provider_id, together=True),
    "is_present": Computed(is_present, reads=RAW, together=True),
    "is_valid_secured": Computed(is_valid_secured, reads=RAW, together=True),
}
