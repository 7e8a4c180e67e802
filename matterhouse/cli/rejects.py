"""``matterhouse rejects``."""

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config, Format, Warehouse, layout_of
from matterhouse.cli.querying import write
from matterhouse.cli.terminal import counted, moment, safe, say

if TYPE_CHECKING:
    from matterhouse.warehouse.layout import Layout
    from matterhouse.warehouse.snapshots import Snapshot

_LAST_RUNS = 10
_COLUMNS = ["kind", "source", "path", "line", "column", "field", "reason", "message", "excerpt"]
_COLUMNS += ["run_id", "rejected_at", "kept_since"]


def rejects(
    config: Config = None,
    warehouse: Warehouse = None,
    format: Annotated[Format, typer.Option("--format", help="How to print them.")] = Format.TABLE,
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Also values that did not fit, files that were skipped, and paths that no declared table has."
        ),
    ] = False,
    of_run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="ID",
            help="Those of one run, also of one that published nothing; the begin of its id will do.",
        ),
    ] = None,
) -> None:
    """Show the files that could not be read, and why.

    Each comes with its place, `path:line:column`, the offending line and the start of the run that rejected it. A file
    that is mended is loaded by the next run, and leaves the list. Files that the last run rejected without publishing
    that come first. `matterhouse status` has the ids of runs.
    """
    from matterhouse.warehouse.query import Rows

    layout = layout_of(config, warehouse)
    if of_run is not None:
        run = _run(layout, of_run)
        published: list[dict[str, Any]] | None = _of_run(layout, run)
        unpublished = _unpublished(layout, run["run_id"])
    else:
        unpublished = _unpublished(layout)
        published = _published(layout, everything, needed=not unpublished)
    problems = unpublished + (published or [])
    if format is Format.TABLE:
        _tell(problems, everything, has_snapshot=published is not None, of_run=of_run)
    else:
        names = [name for name in _COLUMNS if everything or name != "field"]
        write(Rows(names, (tuple(problem.get(name) for name in names) for problem in problems)), format.value)


def _run(layout: "Layout", begin: str) -> dict[str, Any]:
    """The run whose id begins so. Raises ``Failure`` where it is not one."""
    from matterhouse.cli.status import recorded_runs

    runs = recorded_runs(layout)
    found = [run for run in runs if run["run_id"].startswith(begin)]
    if len(found) == 1:
        return found[0]
    last = ", ".join(run["run_id"] for run in runs[: -_LAST_RUNS - 1 : -1]) or "none"
    what = "no run's id begins" if not found else f"the ids of {len(found):,} runs begin"
    raise Failure(f"{what} with {begin}; the last ones are: {last}")


def _of_run(layout: "Layout", run: dict[str, Any]) -> list[dict[str, Any]]:
    """What a run rejected and published: from its own snapshot while that is kept, else what is left of it today."""
    import duckdb

    from matterhouse.warehouse import snapshots

    if not run["snapshot_id"]:
        return []
    problems = None
    for kept in (each for each in snapshots.snapshots(layout) if each.id == run["snapshot_id"]):
        with suppress(duckdb.Error):  # a snapshot of another version may have other columns
            problems = _problems(kept, everything=False)
    problems = _problems(snapshots.current(layout), everything=False) if problems is None else problems
    return [problem for problem in problems if problem["run_id"] == run["run_id"]]


def _unpublished(layout: "Layout", run_id: str | None = None) -> list[dict[str, Any]]:
    """What a run, the last one, rejected without publishing it: from the ledger; nothing where that cannot be read."""
    from sqlite3 import DatabaseError

    from matterhouse.warehouse.ledger import Ledger, LedgerDamaged
    from matterhouse.warehouse.lock import Locked

    if not layout.ledger.exists():
        return []
    try:
        with closing(Ledger(layout.ledger, read_only=True)) as ledger:
            return [{**reject, "kind": "unpublished"} for reject in ledger.rejects(run_id)]
    except (LedgerDamaged, DatabaseError, Locked):
        return []


def _published(layout: "Layout", everything: bool, needed: bool) -> list[dict[str, Any]] | None:
    """What the current snapshot knows; None where there is none. Raises ``NoSnapshot`` for that if it is ``needed``."""
    from matterhouse.warehouse import snapshots

    try:
        snapshot = snapshots.current(layout)
    except snapshots.NoSnapshot:
        if needed:
            raise
        return None
    return _problems(snapshot, everything)


def _problems(snapshot: "Snapshot", everything: bool) -> list[dict[str, Any]]:
    from matterhouse import sql
    from matterhouse.warehouse import query

    with query.locked_in(snapshot.database) as connection:
        names, rows = query.Answer(
            connection, sql.read("findings/problems" if everything else "findings/rejects")
        ).rows()
        return [dict(zip(names, row)) for row in rows]


def _tell(problems: list[dict[str, Any]], everything: bool, has_snapshot: bool, of_run: str | None) -> None:
    by_kind: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _TOLD}
    for problem in problems:
        by_kind[problem["kind"]].append(problem)
    for kind, tell in _TOLD.items():
        for problem in by_kind[kind]:
            tell(problem)
    if by_kind["skipped"] or by_kind["drift"]:
        say()
    if by_kind["unpublished"]:
        which = "this run" if of_run else "the last run"
        say(f"{counted(len(by_kind['unpublished']), 'file')} could not be read by {which}, which published none.")
    if of_run and (by_kind["reject"] or not problems):
        count = len(by_kind["reject"])
        say(f"{counted(count, 'reject')} of this run {'is' if count == 1 else 'are'} published.")
    elif has_snapshot and not of_run:
        where = "In the snapshot that readers have: " if by_kind["unpublished"] else ""
        say(f"{where}{_counts(by_kind, everything)}.")


def _counts(by_kind: dict[str, list[dict[str, Any]]], everything: bool) -> str:
    """How many problems of each kind the snapshot has."""
    rejects = [problem["is_item"] for problem in by_kind["reject"]]
    items = f" and {counted(sum(rejects), 'item')} of data files" if any(rejects) else ""
    counts = [f"{counted(len(rejects) - sum(rejects), 'file')}{items} could not be read"]
    if everything:
        counts.append(counted(len(by_kind["field_error"]), "value") + " did not fit")
        counts.append(counted(len(by_kind["skipped"]), "file") + " skipped")
        counts.append(counted(len(by_kind["drift"]), "front-matter path") + " in no declared table")
    return ", ".join(counts)


def _tell_field_error(problem: dict[str, Any]) -> None:
    place = ":".join(safe(problem[part]) for part in ("path", "line") if problem[part] is not None)
    say(f"{safe(problem['source'])}: {place}  {safe(problem['field'])}")
    say(
        f"    {safe(problem['message'])}, found {'nothing' if problem['excerpt'] is None else safe(problem['excerpt'])}"
    )
    say()


def _tell_skipped(problem: dict[str, Any]) -> None:
    say(f"{safe(problem['source'])}: {safe(problem['path'])}  skipped: {safe(problem['reason'])}")


def _tell_drift(problem: dict[str, Any]) -> None:
    from matterhouse.sql import paths

    say(f"{safe(paths.cut(problem['field']))}  {safe(problem['message'])}, such as {safe(problem['path'])}")


def _tell_reject(problem: dict[str, Any]) -> None:
    """``path:line:column``, the reason, and the line with a mark below the column."""
    place = ":".join(safe(problem[part]) for part in ("path", "line", "column") if problem[part] is not None)
    say(f"{safe(problem['source'])}: {place}  {safe(problem['reason'])}")
    say(f"    {safe(problem['message'])}")
    if problem["excerpt"] is not None:
        say(f"    | {safe(problem['excerpt'])}")
        if problem["column"] is not None and problem["column"] <= len(problem["excerpt"]) + 1:
            say(f"    | {' ' * _width(problem['excerpt'][: problem['column'] - 1])}^")
    if problem["rejected_at"] is not None:
        kept = f", keeps its records since {moment(str(problem['kept_since']))}" if problem.get("kept_since") else ""
        say(f"    rejected {moment(str(problem['rejected_at']))}{kept}")
    say()


def _width(text: str) -> int:
    """How many columns of a terminal a text takes, once it is safe: East Asian signs take two."""
    from rich.cells import cell_len

    return cell_len(safe(text))


_TOLD = {
    "unpublished": _tell_reject,
    "reject": _tell_reject,
    "field_error": _tell_field_error,
    "skipped": _tell_skipped,
    "drift": _tell_drift,
}
