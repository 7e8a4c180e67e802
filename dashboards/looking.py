"""What a page is made from: one snapshot, what the address asks for, and how to name other pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from matterhouse.dashboards.filters import Filters, number, text
from matterhouse.dashboards.links import Links
from matterhouse.dashboards.opened import Row, View

ROWS_A_PAGE = 50
_SHORT = 10
EVERY_FILTER = ("source", "collection", "language", "topic", "from", "to")


class NotFound(LookupError):
    """There is no such thing in this snapshot; the message says what was looked for."""


@dataclass(frozen=True)
class Page:
    """A page to be filled in: its template and title, what the template shows, and the filters that it offers."""

    template: str
    title: str
    values: dict[str, Any]
    filters: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """Some of the rows that a statement gives: those of one page, and how many there are in all."""

    statement: str
    rows: list[Row]
    total: int
    page: int = 1
    per_page: int = ROWS_A_PAGE

    @property
    def first(self) -> int:
        return (self.page - 1) * self.per_page + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))


@dataclass
class Look:
    """One request: its snapshot, address and links. ``query`` has the address's parameters as they were given."""

    view: View
    query: Mapping[str, str]
    links: Links
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @cached_property
    def filters(self) -> Filters:
        return Filters.of(self.query)

    @cached_property
    def given(self) -> dict[str, Any]:
        """Whatever a statement of the dashboard may take as a parameter, but for limits and what a page adds."""
        started = self.view.manifest["run"]["started_at"]
        return self.filters.parameters() | {
            "now": self.now,
            "run_started_at": datetime.fromisoformat(started),
            "record": text("record", self.query),
            "search": text("search", self.query),
            "sort": text("sort", self.query),
            "period": "month",
            "offset": 0,
        }

    def ask(self, statement: str, **more: Any) -> list[Row]:
        """All rows of a statement, for this page's filters."""
        return self.view.ask(statement, **self.given | {"limit": None} | more)

    def one(self, statement: str, **more: Any) -> Row | None:
        """The first row of a statement."""
        return next(iter(self.ask(statement, **more)), None)

    def top(self, statement: str, limit: int = _SHORT, **more: Any) -> Listing:
        """The first rows of a statement."""
        rows = self.ask(statement, limit=limit, **more)
        return Listing(statement, rows, _total(rows), 1, limit)

    def paged(self, statement: str, **more: Any) -> Listing:
        """The rows that the page of the address has. Raises ``BadRequest``, and ``NotFound`` past the last page."""
        page = number("page", self.query, 1)
        rows = self.ask(statement, limit=ROWS_A_PAGE, offset=(page - 1) * ROWS_A_PAGE, **more)
        if not rows and page > 1:
            raise NotFound(f"There is no page {page:,} of this list.")
        return Listing(statement, rows, _total(rows), page)


def _total(rows: list[Row]) -> int:
    return rows[0].get("_rows", len(rows)) if rows else 0
