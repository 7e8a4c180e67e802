"""``matterhouse status``."""

from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import AsJson, Config, Warehouse, layout_of
from matterhouse.cli.snapshots import described
from matterhouse.cli.terminal import counted, moment, safe, say, say_json, size, table

if TYPE_CHECKING:
    from matterhouse.warehouse.layout import Layout
    from matterhouse.warehouse.snapshots import Snapshot

_LAST_RUNS = 10
_WAS = {"cancelled": "was cancelled", "partial": "was partial", "killed": "did not end"}
_COUNTS = ("found", "loaded", "unchanged", "rejected", "skipped", "removed")


class StatusFormat(StrEnum):
    """How the status is printed: for people, for programs, or as metrics for Prometheus."""

    TEXT = "text"
    JSON = "json"
    PROMETHEUS = "prometheus"


def status(
    config: Config = None,
    warehouse: Warehouse = None,
    as_json: AsJson = False,
    printed: Annotated[StatusFormat, typer.Option("--format", help="How it is printed.")] = StatusFormat.TEXT,
) -> None:
    """Show snapshot, sources, rows and the last runs."""
    layout = layout_of(config, warehouse)
    if printed is StatusFormat.PROMETHEUS:
        _tell_metrics(layout)
        return
    facts = _gathered(layout)
    _mark_configured(facts, config)
    if as_json or printed is StatusFormat.JSON:
        say_json(facts)
        return
    _tell_snapshot(facts)
    _tell_sources(facts["sources"])
    _tell_runs(facts["runs"])
    if facts["tables"]:
        say()
        table(("table", "rows"), facts["tables"].items(), ("rows",))
    for number, note in enumerate(facts["notes"]):
        say(f"{'' if number else chr(10)}Note: {safe(note)}.")


def _tell_metrics(layout: "Layout") -> None:
    from matterhouse.warehouse import metrics
    from matterhouse.warehouse.manifest import Damaged

    _need_warehouse(layout)
    try:
        say(metrics.exposition(layout).decode().removesuffix("\n"))
    except Damaged as damage:
        raise Failure(f"the current snapshot is damaged ({damage}); `matterhouse run` makes a new one") from damage


def _need_warehouse(layout: "Layout") -> None:
    if not layout.root.is_dir():
        raise Failure(f"there is no warehouse at {layout.root}; `matterhouse run` makes one")


def _gathered(layout: "Layout") -> dict[str, Any]:
    """Everything that ``status`` tells, without DuckDB: from the manifests, the ledger and the lock's holder."""
    from matterhouse.warehouse import snapshots

    _need_warehouse(layout)
    notes: list[str] = []
    newest = snapshots.newest(layout)
    try:
        current = snapshots.current(layout)
    except snapshots.NoSnapshot:
        current = None
    manifest = _manifest(current, notes)
    runs, sources = _recorded(layout, manifest, notes)
    _mark_failed(runs, sources)
    notes += _notes(layout, current, newest, runs)
    return {
        "warehouse": str(layout.root),
        "current": described(current, True) if current else None,
        "newest": newest.id if newest else None,
        "sources": sources,
        "runs": runs[: -_LAST_RUNS - 1 : -1],
        "tables": {name: each["rows"] for name, each in manifest.get("tables", {}).items()},
        "notes": notes,
    }


def recorded_runs(layout: "Layout") -> list[dict]:
    """Every run that is known, the oldest first, also one that was killed."""
    from matterhouse.warehouse import snapshots

    notes: list[str] = []
    try:
        current = snapshots.current(layout)
    except snapshots.NoSnapshot:
        current = None
    return _recorded(layout, _manifest(current, notes), notes)[0]


def _mark_failed(runs: list[dict], sources: dict[str, dict]) -> None:
    """Say of each source why it failed in the last run, so that its rows are older."""
    for account in runs[-1]["sources"] if runs else ():
        if account["source"] in sources:
            sources[account["source"]]["error"] = account["error"]


def _mark_configured(facts: dict[str, Any], config: Path | None) -> None:
    """Say of each source whether the configuration names it; without a configuration that cannot be known."""
    from matterhouse.settings.file import read

    named = read(config).values.get("sources")
    if not isinstance(named, dict) or not named:
        return
    for name, known in facts["sources"].items():
        known["is_configured"] = name in named
        if not known["is_configured"]:
            records = counted(known["counts"]["records"], "record")
            forget = f"`matterhouse forget {name}` takes them out"
            facts["notes"].append(f"source {name} is not configured any more and keeps {records}; {forget}")


def _manifest(current: "Snapshot | None", notes: list[str]) -> dict[str, Any]:
    if current is None:
        return {}
    try:
        return current.manifest()
    except (OSError, ValueError) as error:
        notes.append(f"the manifest of {current.id} cannot be read ({error}); `matterhouse run` makes a new snapshot")
        return {}


def _recorded(layout: "Layout", manifest: dict[str, Any], notes: list[str]) -> tuple[list[dict], dict[str, dict]]:
    """Runs, the oldest first, and sources: from the ledger, or from the manifest where there is none."""
    from sqlite3 import DatabaseError

    from matterhouse.warehouse.ledger import Ledger, LedgerDamaged

    if layout.ledger.exists():
        try:
            ledger = Ledger(layout.ledger, read_only=True)
            try:
                return _with_killed(layout, ledger.runs(), manifest), ledger.sources()
            finally:
                ledger.close()
        except (LedgerDamaged, DatabaseError) as damage:
            notes.append(
                f"the ledger cannot be read ({damage}); the next run mends it, and this is what the snapshot knows"
            )
    return _with_killed(layout, _published(layout, manifest), manifest), manifest.get("sources", {})


def _published(layout: "Layout", manifest: dict[str, Any]) -> list[dict]:
    """The runs that the current snapshot, which has this manifest, knows."""
    from matterhouse.warehouse import snapshots
    from matterhouse.warehouse.manifest import Damaged, runs

    if not manifest:
        return []
    try:
        return runs(snapshots.current(layout).path, manifest)
    except Damaged:
        return [manifest["run"]]


def _with_killed(layout: "Layout", runs: list[dict], manifest: dict[str, Any]) -> list[dict]:
    """The runs, and the one that was killed, if one was since: but for one that had published, which is known."""
    from matterhouse.engine.marker import killed

    published = manifest.get("run", {})
    known = {run["run_id"] for run in (*runs, published) if run}
    run = killed(layout)
    return runs if run is None or run["run_id"] in known else [*runs, run]


def _notes(layout: "Layout", current: "Snapshot | None", newest: "Snapshot | None", runs: list[dict]) -> list[str]:
    found = []
    if current is not None and newest is not None and current != newest:
        why = "they were rolled back" if layout.rolled_back.exists() else "the next run mends that"
        found.append(
            f"readers have {current.id} and not the newest snapshot, {newest.id}: {why};"
            f" `matterhouse rollback {newest.id}` goes forward at once"
        )
    if runs and runs[-1]["error"]:
        was = _WAS.get(runs[-1]["state"], "failed")
        found.append(f"the last run {was}: {runs[-1]['error']}")
    if writer := _writer(layout):
        found.append(writer)
    return found


def _writer(layout: "Layout") -> str | None:
    """Who writes to the warehouse now, if anybody seems to."""
    import json
    import os
    import socket

    try:
        holder = json.loads((layout.state / "holder.json").read_text())
        if holder["host"] == socket.gethostname():
            os.kill(holder["pid"], 0)
        return f"process {holder['pid']} on {holder['host']} has been writing since {moment(holder['since'])}"
    except PermissionError:  # somebody else's process
        return f"process {holder['pid']} has been writing since {moment(holder['since'])}"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tell_snapshot(facts: dict[str, Any]) -> None:
    say(f"warehouse  {facts['warehouse']}")
    current = facts["current"]
    if current is None:
        say("snapshot   none yet: `matterhouse run` makes the first one")
        return
    told = (
        f"published {moment(current['published_at'])}, {size(current['bytes'] or 0)}"
        if current["run_id"]
        else "damaged"
    )
    records = f", {counted(current['records'], 'record')}" if current["run_id"] else ""
    say(f"snapshot   {current['id']}, {told}{records}")


def _tell_sources(sources: dict[str, dict]) -> None:
    if sources:
        rows = [
            (
                name,
                facts["uri"],
                facts["ref"],
                (facts["position"] or "")[:12],
                facts["counts"]["found"],
                facts["counts"]["rejected"],
                moment(facts["refreshed_at"]),
                "failed" if facts.get("error") else None,
            )
            for name, facts in sources.items()
        ]
        say()
        columns = ("source", "uri", "ref", "commit", "files", "rejected", "as of", "last run")
        table(columns if any(row[-1] for row in rows) else columns[:-1], rows, ("files", "rejected"))
    for name, facts in sources.items():
        if history := facts.get("history"):
            begins = ", begins in the middle: the repository is a shallow clone" if history["is_shallow"] else ""
            say(f"history    {name} up to {history['commit'][:12]}{begins}")


def _tell_runs(runs: list[dict]) -> None:
    if runs:
        rows = [
            (
                moment(run["started_at"]),
                run["state"],
                *(run[name] for name in _COUNTS),
                _took(run),
                run["snapshot_id"],
                run["run_id"],
            )
            for run in runs
        ]
        say()
        table(("run", "state", *_COUNTS, "seconds", "snapshot", "id"), rows, (*_COUNTS, "seconds"))
        _tell_why(runs)


def _tell_why(runs: list[dict]) -> None:
    """Why runs did not end well, the newest first; those that follow each other for the same reason together."""
    for (state, error), alike in groupby(runs, lambda run: (run["state"], run["error"])):
        if error is not None:
            ids = [run["run_id"] for run in alike]
            more = f" and {counted(len(ids) - 1, 'run')} before it" if ids[1:] else ""
            say(f"{state}  {ids[0]}{more}: {safe(error)}")


def _took(run: dict) -> str:
    return f"{sum(run['stage_seconds'].values()):.1f}"
