"""What a monitoring system asks of a warehouse, in the text format of Prometheus.

Everything is read from the manifest of the current snapshot and from the ledger, without DuckDB.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest, write_to_textfile
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, StateSetMetricFamily
from prometheus_client.registry import Collector

from matterhouse import __version__
from matterhouse.warehouse import manifest, snapshots
from matterhouse.warehouse.layout import MANIFEST, Layout
from matterhouse.warehouse.ledger import UNNAMED_SINCE, Ledger, LedgerDamaged

STATES = ("loaded", "unchanged", "partial", "failed", "cancelled", "killed")
SUCCESSES = ("loaded", "unchanged")
_OF_A_RUN = ("found", "loaded", "unchanged", "rejected", "skipped", "removed")
_OF_A_SOURCE = ("found", "rejected", "kept", "skipped", "records")


def exposition(layout: Layout) -> bytes:
    """The metrics of a warehouse, for a scraper. Raises ``manifest.Damaged`` where the snapshot is."""
    return generate_latest(_registry(layout))


def write(layout: Layout, file: Path, notes: list[str]) -> None:
    """Write the metrics to a file, for the text collector of the node exporter: whole, or as it was.

    Where that fails, ``notes`` says so, and nothing else happens.
    """
    try:
        write_to_textfile(str(file), _registry(layout))
    except (OSError, ValueError) as error:
        notes.append(f"the metrics could not be written to {file}: {error}")


def _registry(layout: Layout) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Warehouse(layout))
    return registry


class _Warehouse(Collector):
    def __init__(self, layout: Layout):
        self._layout = layout

    def describe(self) -> Iterable[Any]:
        return []

    def collect(self) -> Iterator[Any]:
        runs, sources = _recorded(self._layout)
        yield InfoMetricFamily("matterhouse", "The version of Matterhouse that tells this.", {"version": __version__})
        yield from _of_runs(runs)
        yield from _of_sources(sources)
        yield from _of_snapshots(self._layout)


def _recorded(layout: Layout) -> tuple[list[dict], dict[str, dict]]:
    """Runs, the oldest first, and sources, as the ledger knows them; a damaged one tells of none until it is mended."""
    if not layout.ledger.exists():
        return [], {}
    try:
        ledger = Ledger(layout.ledger, read_only=True)
    except (LedgerDamaged, DatabaseError):
        return [], {}
    try:
        return ledger.runs(), ledger.sources()
    finally:
        ledger.close()


def _of_runs(runs: list[dict]) -> Iterator[Any]:
    if not runs:
        return
    last = runs[-1]
    yield StateSetMetricFamily(
        "matterhouse_last_run_state", "How the last run ended.", {state: state == last["state"] for state in STATES}
    )
    yield _moment("matterhouse_last_run_timestamp_seconds", "When the last run ended.", last["ended_at"])
    succeeded = next((run for run in reversed(runs) if run["state"] in SUCCESSES), None)
    if succeeded is not None:
        yield _moment(
            "matterhouse_last_success_timestamp_seconds",
            "When the last run ended that read every source.",
            succeeded["ended_at"],
        )
    yield _family(
        "matterhouse_last_run_files", "Files of the last run.", "outcome", {name: last[name] for name in _OF_A_RUN}
    )
    yield _family(
        "matterhouse_last_run_stage_seconds", "Seconds of a stage of the last run.", "stage", last["stage_seconds"]
    )


def _of_sources(sources: Mapping[str, dict]) -> Iterator[Any]:
    read = GaugeMetricFamily(
        "matterhouse_source_refreshed_timestamp_seconds",
        "When the last run began that read the source to its end.",
        labels=["source"],
    )
    counted = GaugeMetricFamily(
        "matterhouse_source_documents",
        "Files of a source by what became of them, and the records of them.",
        labels=["source", "outcome"],
    )
    for name, facts in sources.items():
        if UNNAMED_SINCE not in facts:  # nobody waits for one that the configuration does not name any more
            read.add_metric([name], datetime.fromisoformat(facts["refreshed_at"]).timestamp())
        for outcome in _OF_A_SOURCE:
            counted.add_metric([name, outcome], facts["counts"].get(outcome, 0))
    yield from (read, counted)


def _of_snapshots(layout: Layout) -> Iterator[Any]:
    kept = snapshots.snapshots(layout)
    yield GaugeMetricFamily("matterhouse_snapshots", "Snapshots that are kept.", len(kept))
    try:
        current = snapshots.current(layout)
    except snapshots.NoSnapshot:
        return
    yield GaugeMetricFamily(
        "matterhouse_snapshot_published_timestamp_seconds",
        "When the current snapshot was published.",
        (current.path / MANIFEST).stat().st_mtime,
    )
    described = current.manifest()
    size = sum(file["bytes"] for file in manifest.files(described))
    yield GaugeMetricFamily("matterhouse_snapshot_bytes", "Bytes of the current snapshot's files.", size)
    rows = {name: table["rows"] for name, table in described["tables"].items()}
    yield _family("matterhouse_table_rows", "Rows of a table or view of the current snapshot.", "table", rows)


def _moment(name: str, text: str, moment: str | None) -> GaugeMetricFamily:
    value = datetime.fromisoformat(moment).timestamp() if moment else float("nan")
    return GaugeMetricFamily(name, text, value)


def _family(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for each, value in values.items():
        family.add_metric([each], value)
    return family
