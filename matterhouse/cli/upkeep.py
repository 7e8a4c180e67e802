"""``matterhouse maintain`` and ``matterhouse backfill``: what the flows of these names do, for those who use cron."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli import running
from matterhouse.cli.options import AsJson, Config, Warehouse
from matterhouse.cli.running import AcceptDrop, Quiet
from matterhouse.cli.terminal import safe, say

if TYPE_CHECKING:
    from matterhouse.engine.report import Report

HistorySince = Annotated[
    str | None,
    typer.Option("--history-since", metavar="COMMIT", help="Read only the history again that follows this commit."),
]


def maintain(config: Config = None, warehouse: Warehouse = None, quiet: Quiet = False) -> None:
    """Prove snapshots whole; retire old ones; compact tables.

    Tables that are damaged, or have grown too much, are made anew from the sources. Exit codes: 0 when nothing is left
    to do, 1 when something was damaged or a check failed, 75 when another run holds the lock.
    """
    from matterhouse.engine.maintenance import Maintenance
    from matterhouse.engine.run import refresh
    from matterhouse.settings.loading import load
    from matterhouse.warehouse import snapshots
    from matterhouse.warehouse.layout import Layout

    settings = load(config, (), warehouse)
    snapshots.current(Layout(settings.warehouse))
    maintenance, anew = Maintenance(settings), None
    for work in maintenance.parts.values():
        work()
    if maintenance.findings.made_anew:
        anew = refresh(settings, full_refresh=True, trigger="maintain")
    maintenance.set_aside()
    failed = bool(maintenance.findings.troubles) or (anew is not None and anew.error is not None)
    if failed or not quiet:
        say(safe(maintenance.findings.told(_ended(anew) if anew else None)))
    if failed:
        raise typer.Exit(1)


def _ended(report: "Report") -> str:
    return f"{report.state}, {report.error}" if report.error else str(report.state)


def backfill(
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for `meta.runs`.")],
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Sources; none: all.")] = None,
    config: Config = None,
    warehouse: Warehouse = None,
    history_since: HistorySince = None,
    accept_drop: AcceptDrop = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Read every file of sources again, and note why.

    It is a full refresh of these sources, their histories included, and gives the same tables for the same content.
    The reason stands in `meta.runs` and on the report's page. Exit codes are those of `matterhouse run`.
    """
    from matterhouse.cli.progress import Watch
    from matterhouse.engine.run import Run
    from matterhouse.settings.loading import load, only

    settings = only(load(config, (), warehouse), names or [])
    watch = Watch(visible=sys.stderr.isatty() and not (quiet or as_json))
    trigger = f"backfill: {reason}"
    run = Run(
        settings,
        full_refresh=history_since is None,
        history_since=history_since,
        accept_drop=accept_drop,
        trigger=trigger,
        on_progress=watch,
    )
    running.do(run, watch, settings.warehouse, as_json, quiet)
