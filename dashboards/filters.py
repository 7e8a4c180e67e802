"""What a page is asked for by its address: filters, what it is about, search, order and page."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

LONGEST = 500  # characters of a text in an address
MOST_PAGES = 100_000
# What the address calls a filter -> what statements call it.
NAMES = {
    "source": "source",
    "collection": "collection",
    "language": "language",
    "from": "first_day",
    "to": "last_day",
    "topic": "topic",
    "author": "author",
    "provider": "provider",
}


class BadRequest(ValueError):
    """The address asks for something that makes no sense; the message names it."""


@dataclass(frozen=True)
class Filters:
    """Which records a page is about; None lets all through. Days are in UTC, both inclusive."""

    source: str | None = None
    collection: str | None = None
    language: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    topic: str | None = None
    author: str | None = None
    provider: str | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filters":
        """The filters of an address. Raises ``BadRequest``."""
        of_days = {name: column for name, column in NAMES.items() if column.endswith("_day")}
        days: dict[str, Any] = {column: _day(name, query.get(name)) for name, column in of_days.items()}
        texts: dict[str, Any] = {column: text(name, query) for name, column in NAMES.items() if column not in days}
        found = cls(**texts, **days)
        if found.first_day and found.last_day and found.first_day > found.last_day:
            raise BadRequest(f"from: {found.first_day} lies after to: {found.last_day}")
        return found

    def parameters(self) -> dict[str, Any]:
        """As statements take them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def query(self, *without: str) -> dict[str, str]:
        """As an address has them, but for those named."""
        return {
            name: str(value)
            for name, column in NAMES.items()
            if (value := getattr(self, column)) is not None and name not in without
        }

    def __bool__(self) -> bool:
        return any(value is not None for value in self.parameters().values())


def text(name: str, query: Mapping[str, str]) -> str | None:
    """A text of the address; None where it is empty. Raises ``BadRequest``."""
    value = query.get(name, "")
    if not is_answered(value):
        raise BadRequest(f"{name}: expected a text of at most {LONGEST} characters")
    return value or None


def is_answered(value: str) -> bool:
    """Whether an address may have a text."""
    return len(value) <= LONGEST and "\0" not in value


def number(name: str, query: Mapping[str, str], default: int) -> int:
    """A whole number from 1. Raises ``BadRequest``."""
    written = query.get(name, "")
    if not written:
        return default
    is_number = written.isascii() and written.isdigit() and len(written) <= 12
    if not is_number or not 1 <= int(written) <= MOST_PAGES:
        raise BadRequest(f"{name}: expected a whole number from 1 to {MOST_PAGES:,}, got {written[:40]!r}")
    return int(written)


def one_of(name: str, query: Mapping[str, str], choices: tuple[str, ...]) -> str:
    """One of some words, the first one by default. Raises ``BadRequest``."""
    value = query.get(name) or choices[0]
    if value not in choices:
        raise BadRequest(f"{name}: expected {' or '.join(choices)}, got {value[:40]!r}")
    return value


def _day(name: str, written: str | None) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadRequest(f"{name}: expected a day such as 2026-01-31, got {written[:40]!r}") from None
