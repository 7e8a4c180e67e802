"""The tables of docs/scaling.md."""

import math
import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from benchmarks.report import table
from benchmarks.watch import Step, Watched

BEGIN = "<!-- written by python -m benchmarks.scale -->"
FULL, UNCHANGED, ONE, NEWEST = "full load", "nothing changed", "one document changed", "the newest 1 % changed"
_ROWS = ("records", "related_articles", "related_entries", "raw.scalars", "marts.story_links", "marts.story_clusters")


@dataclass
class Scale:
    """What was measured on a repository: ``runs`` by what changed, bytes of its documents, its store and a snapshot."""

    documents: int
    text_bytes: int
    store_bytes: int = 0
    runs: dict[str, Watched] = field(default_factory=dict)
    database_bytes: int = 0
    parquet_bytes: int = 0

    @property
    def rows(self) -> dict[str, int]:
        """Rows of every table and view."""
        return self.runs[FULL].end["rows"]


def render(scales: Sequence[Scale], limit: float) -> str:
    """All tables; ``limit`` is that of memory, in GB."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "pyarrow"))
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, {packages}"
    return "\n".join([
        f"Measured on {machine}; a run is killed that takes more than {limit:g} GB of memory.\n",
        "### What there is\n", _sizes(scales),
        "### Runs\n", _runs(scales),
        "### A full load, stage by stage\n", _stages(scales),
        f"### A million documents, by the largest repository ({scales[-1].documents:,})\n", _per_million(scales[-1]),
    ])  # fmt: skip


def exponent(documents: Sequence[int], costs: Sequence[float]) -> float | None:
    """By which power of the documents a cost grows, from the last two of several; None where that cannot be told: 1 is
    as they do, 2 four times for twice as many.
    """
    if len(costs) < 2 or min(costs[-2:]) <= 0:
        return None
    return math.log(costs[-1] / costs[-2]) / math.log(documents[-1] / documents[-2])


def _sizes(scales: Iterable[Scale]) -> str:
    header = ("documents", "text MB", "git MB", *(f"`{name}`" for name in _ROWS), "database MB", "Parquet MB")
    rows = [
        (
            f"{scale.documents:,}",
            _mb(scale.text_bytes),
            _mb(scale.store_bytes),
            *(f"{scale.rows[name]:,}" for name in _ROWS),
            _mb(scale.database_bytes),
            _mb(scale.parquet_bytes),
        )
        for scale in scales
    ]
    return table(header, rows)


def _runs(scales: Iterable[Scale]) -> str:
    header = ("documents", "run", "CPU s", "of a full load", "wall s", "peak MB", "of it held MB", "disk at most MB")
    rows = []
    for scale in scales:
        full = scale.runs[FULL].total
        for name, watched in scale.runs.items():
            cost = watched.total
            share = f"{cost.cpu / full.cpu:.1%}"
            rows.append((f"{scale.documents:,}", name, f"{cost.cpu:,.1f}", share, f"{cost.wall:,.0f}", *_bytes(cost)))
    return table(header, rows)


def _stages(scales: Sequence[Scale]) -> str:
    sizes = [scale.documents for scale in scales]
    heads = [(f"CPU s, {size:,}", f"peak MB, {size:,}") for size in sizes]
    header = ("stage", *(head for pair in heads for head in pair), "CPU grows by documents to the power of")
    rows = []
    for name in _names(scales):
        steps = [scale.runs[FULL].steps.get(name, Step()) for scale in scales]
        rows.append((name, *_costs(steps), _told(exponent(sizes, [step.cpu for step in steps]))))
    totals = [scale.runs[FULL].total for scale in scales]
    rows.append(("together", *_costs(totals), _told(exponent(sizes, [step.cpu for step in totals]))))
    return table(header, rows)


def _names(scales: Iterable[Scale]) -> list[str]:
    """The steps of full loads, in the order in which they began."""
    return list(dict.fromkeys(name for scale in scales for name in scale.runs[FULL].steps))


def _costs(steps: Iterable[Step]) -> Iterator[str]:
    """CPU and memory of some steps; of one that was over too soon, memory is not known."""
    for step in steps:
        yield from (f"{step.cpu:,.1f}", _mb(step.memory) if step.memory else "")


def _told(power: float | None) -> str:
    return "" if power is None else f"{power:.2f}"


def _per_million(scale: Scale) -> str:
    """Costs of a million documents, extrapolated in proportion."""
    times = 1_000_000 / scale.documents
    full = scale.runs[FULL]
    rows = [
        ("text GB", f"{scale.text_bytes / 1e9 * times:,.1f}"),
        ("CPU s of a full load", f"{full.total.cpu * times:,.0f}"),
        ("CPU s of one changed document", f"{scale.runs[ONE].total.cpu * times:,.0f}"),
        ("CPU s of the newest 1 % changed", f"{scale.runs[NEWEST].total.cpu * times:,.0f}"),
        ("database GB", f"{scale.database_bytes / 1e9 * times:,.1f}"),
        ("Parquet GB", f"{scale.parquet_bytes / 1e9 * times:,.1f}"),
        ("disk GB at most, full load", f"{full.total.disk / 1e9 * times:,.1f}"),
    ]
    return table(("a million documents", "cost"), rows)


def _bytes(step: Step) -> tuple[str, str, str]:
    return _mb(step.memory), _mb(step.held), _mb(step.disk)


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f}"
