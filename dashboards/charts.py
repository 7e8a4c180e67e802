"""Charts as a page draws them: figures for the template, which makes plain SVG of them, and a table beside it.

Where JavaScript runs, static/dashboard.js reads that table and draws the same with uPlot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from matterhouse.dashboards.looking import Look
from matterhouse.dashboards.words import day, number

_DAYS, _WEEKS, _MONTHS = 120, 3 * 365, 15 * 365
PERIODS = ("day", "week", "month", "year")


@dataclass(frozen=True)
class Bar:
    """One bar: where it stands from 0 to 1,000, how high it is from 0 to 100, what it says."""

    x: float
    width: float
    height: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Values over time: ``kind`` is bars, or steps. ``rows`` are the points: when, and how much; None for no figure."""

    kind: str
    caption: str
    unit: str
    rows: Sequence[tuple[date | datetime, int | None]]
    csv: str | None = None
    each: str = ""

    @property
    def top(self) -> int:
        return max((value for _, value in self.rows if value is not None), default=0)

    @property
    def first(self) -> str:
        return day(self.rows[0][0])

    @property
    def last(self) -> str:
        return day(self.rows[-1][0])

    @property
    def summary(self) -> str:
        """The chart in a sentence, for those who do not see it."""
        if self.kind == "steps":
            now = number(self.rows[-1][1])
            return (
                f"{self.caption} ({self.unit}) from {self.first} to {self.last}: at most {number(self.top)}, now {now}."
            )
        when, most = max(self.rows, key=lambda each: each[1] or 0)
        total = sum(value or 0 for _, value in self.rows)
        return (
            f"{self.caption}: {number(total)} {self.unit} from {self.first} to {self.last}, by {self.each};"
            f" most in the {self.each} of {day(when)}: {number(most)}."
        )

    @property
    def bars(self) -> list[Bar]:
        """One per point that is not zero."""
        step = 1000 / len(self.rows)
        gap = min(step * 0.25, 3)
        return [
            Bar(round(place * step + gap / 2, 2), round(step - gap, 2), round(value / self.top * 100, 2), day(when))
            for place, (when, value) in enumerate(self.rows)
            if value
        ]

    @property
    def path(self) -> str:
        """The line of steps, in the same measure."""
        begin, end = _seconds(self.rows[0][0]), _seconds(self.rows[-1][0])
        span = max(end - begin, 1)
        points, is_drawn = [], False
        for when, value in self.rows:
            x, y = (_seconds(when) - begin) / span * 1000, 100 - (value or 0) / (self.top or 1) * 100
            if is_drawn:
                points.append(f"H{x:.1f}")
            if value is not None:
                points.append(f"V{y:.1f}" if is_drawn else f"M{x:.1f} {y:.1f}")
            is_drawn = value is not None
        return "".join(points)


def published(look: Look, unit: str, totals: dict[str, Any], **more: Any) -> Chart | None:
    """What was published over time, by day, week, month or year, so that there are not too many bars."""
    first, last = totals["first_day"], totals["last_day"]
    if first is None:
        return None
    period = period_for((last - first).days)
    rows = [(row["day"], row["documents"]) for row in look.ask("published", period=period, **more)]
    link = look.links.csv("published", **look.filters.query() | {"period": period} | more)
    return Chart("bars", f"{unit.capitalize()} per {period}", unit, rows, link, period)


def period_for(days: int) -> str:
    """The period to count by, for a span of so many days."""
    bounds = zip(PERIODS, (_DAYS, _WEEKS, _MONTHS))
    return next((period for period, most in bounds if days <= most), "year")


def coverage(related: Sequence[dict[str, Any]], link: str | None) -> Chart | None:
    """How many related articles had been published by when."""
    times = [row["published_at"] for row in related if row["published_at"] is not None]
    if len(times) < 2:
        return None
    rows = [(when, number) for number, when in enumerate(times, 1)]
    return Chart("steps", "Related articles so far", "articles", rows, link)


def heat(rows: Sequence[dict[str, Any]], link: str | None) -> Chart | None:
    """How the heat of a document went, where commits tell of it."""
    points = [(row["since"], row["heat"]) for row in rows]
    if len(points) < 2 or all(value is None for _, value in points):
        return None
    return Chart("steps", "Heat", "heat", points, link)


def _seconds(when: date | datetime) -> float:
    return when.timestamp() if isinstance(when, datetime) else when.toordinal() * 86_400.0
