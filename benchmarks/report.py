"""The figures as Markdown."""

import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks import rivals
from benchmarks.contest import NEWEST, OURS, SPREAD, UNCHANGED, Result
from benchmarks.measure import Cost

_READING = {
    "ours": "Matterhouse's reader",
    "pyyaml": "PyYAML's C loader",
    "read_and_hash": "read and SHA-1 only",
    "rapidyaml": "rapidyaml's bare parse",
}
_RIVAL = "dlt"
_FLOOR = "floor: imports, reading, SHA-1, bare parse"
_DOCUMENTS = re.compile(r"([\d,]+) documents")
_BEGIN, _END = "<!-- written by make bench -->", "<!-- end -->"
_INTRODUCTION = """\
# What it costs

Written by `make bench`. CPU seconds are user and system time of a whole program, its start and its children
included; memory is the most that its largest process held. MB/s and documents/s are those of the whole
repository per CPU second, and the last column is CPU time as a multiple of our full load. The script
and dlt write records, related entries, images and topics as Parquet, and nothing else; a full load of ours also
hashes, writes all other tables, DuckDB and Parquet, checks them, and publishes a snapshot.
"""


def render(results: Iterable[Result], rounds: int, of_sources: str = "", of_history: str = "") -> str:
    """The whole report; ``of_sources`` and ``of_history`` are tables of many sources and of a history."""
    results = list(results)
    parts = [_INTRODUCTION, _conditions(rounds)]
    parts += [part for result in results for part in (f"## {_heading(result)}\n", *_sections(result))]
    generated = [result for result in results if result.is_generated and OURS in result.costs]
    if len(generated) > 1:
        parts += ["## Growth\n", growth(generated)]
    if of_sources:
        parts += ["## Many sources\n", of_sources]
    if of_history:
        parts += ["## History\n", of_history]
    return "\n".join(parts)


def summary(text: str) -> str:
    """What a reader of the README needs of the whole report: the machine, and the repositories with rivals that have
    most documents.
    """
    conditions = next(line for line in text.splitlines() if line.startswith("Measured on"))
    sections = [part for part in text.split("\n## ")[1:] if f"| {_RIVAL} |" in part]
    documents = [int(_DOCUMENTS.search(part)[1].replace(",", "")) for part in sections]
    largest = [part.partition("\n") for part, count in zip(sections, documents) if count == max(documents)]
    tables = [f"{heading}:\n\n{rest.split('Same rows')[0].strip()}\n" for heading, _, rest in largest]
    return "\n".join([f"{conditions}\n", *tables])


def put_into(file: Path, text: str, begin: str = _BEGIN) -> None:
    """Replace what stands between the two marks of a file, of which ``begin`` is the first."""
    before, _, rest = file.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(_END)
    file.write_text(f"{before}{begin}\n{text}{_END}{after}", encoding="utf-8")


def _conditions(rounds: int) -> str:
    packages = {name: version(name) for name in ("duckdb", "pandas", "pyarrow", "pyyaml")} | rivals.versions()
    named = ", ".join(f"{name} {number}" for name, number in packages.items())
    times = "one round" if rounds == 1 else f"the least of {rounds} rounds"
    return (
        f"Measured on {os.cpu_count()} cores ({_processor()}), {platform.system()}, "
        f"Python {platform.python_version()}, {named}; {times}.\n"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def _heading(result: Result) -> str:
    return f"{result.name}: {result.documents:,} documents, {result.bytes / 1e6:.1f} MB"


def _sections(result: Result) -> Iterable[str]:
    yield costs(result)
    yield same_rows(result)
    if result.reading:
        yield reading(result)
    if result.failures:
        yield "".join(f"- {label} failed: {why}\n" for label, why in result.failures.items())


def costs(result: Result) -> str:
    """One row per contender and kind of run."""
    ours = result.costs.get(OURS)
    rows = [(label, *_figures(result, cost, ours)) for label, cost in result.costs.items()]
    if result.floor is not None:
        share = f"{result.floor / ours.cpu:.2f}" if ours else ""
        rows.append((_FLOOR, f"{result.floor:.2f}", *[""] * 4, share))
    return table(("run", "CPU s", "wall s", "peak MB", "MB/s", "documents/s", "CPU ÷ ours"), rows)


def _figures(result: Result, cost: Cost, ours: Cost | None) -> tuple[str, ...]:
    return (
        f"{cost.cpu:.2f}",
        f"{cost.wall:.2f}",
        f"{cost.peak_bytes / 1e6:,.0f}",
        f"{result.bytes / 1e6 / cost.cpu:,.1f}",
        f"{result.documents / cost.cpu:,.0f}",
        f"{cost.cpu / ours.cpu:.2f}" if ours else "",
    )


def same_rows(result: Result) -> str:
    """Whether the contenders agree, and on how many rows."""
    if not result.found:
        return ""
    if not result.agree:
        return "**They found different rows:**\n\n" + "".join(
            f"- {label}: {found}\n" for label, found in result.found.items()
        )
    first = next(iter(result.found.values()))
    counts = ", ".join(f"{count:,} {name}" for name, count in first.items() if isinstance(count, int))
    return f"Same rows ({'; '.join(result.found)}): {counts}.\n"


def reading(result: Result) -> str:
    """Reading alone, one row per way, and our bound: read, hash and a bare parse in C++."""
    ways = {_READING[way]: seconds for way, seconds in result.reading.items()}
    if {"read_and_hash", "rapidyaml"} <= result.reading.keys():
        ways["read, SHA-1 and bare parse together"] = result.reading["read_and_hash"] + result.reading["rapidyaml"]
    ours = result.reading.get("ours")
    rows = [
        (way, f"{seconds * result.bytes / 1e6:.3f}", f"{1 / seconds:,.0f}", f"{seconds / ours:.2f}" if ours else "")
        for way, seconds in ways.items()
    ]
    return table(("reading alone", "CPU s", "MB/s", "CPU ÷ ours"), rows)


def growth(results: Iterable[Result]) -> str:
    """How our costs grow with the repository; shares are of the full load."""
    rows = []
    for result in results:
        full = result.costs[OURS]
        changed = [_share(result.costs.get(label), full) for label in (UNCHANGED, SPREAD, NEWEST)]
        each = f"{full.cpu / result.documents * 1000:.2f}"
        rows.append((_heading(result), f"{full.cpu:.2f}", each, f"{full.peak_bytes / 1e6:,.0f}", *changed))
    header = (
        "repository",
        "full load, CPU s",
        "CPU ms a document",
        "peak MB",
        "nothing changed",
        "1 % changed",
        "newest 1 %",
    )
    return table(header, rows)


def _share(cost: Cost | None, full: Cost) -> str:
    return f"{cost.cpu:.2f} ({cost.cpu / full.cpu:.0%})" if cost else ""


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [header, ("---", *["---:"] * (len(header) - 1)), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
