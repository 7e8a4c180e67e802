"""``matterhouse run``."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli import failures, streams
from matterhouse.cli.options import AsJson, Config, Exclude, Include, Sources, Tables, Warehouse
from matterhouse.cli.terminal import complain

if TYPE_CHECKING:
    from matterhouse.cli.progress import Watch
    from matterhouse.engine.report import Report
    from matterhouse.engine.run import Run


FullRefresh = Annotated[bool, typer.Option("--full-refresh", help="Read every file again, changed or not.")]
AcceptDrop = Annotated[
    bool,
    typer.Option(
        "--accept-drop",
        help="Publish even when tables lose more rows than is allowed, or all those of sources configured no more.",
    ),
]
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="Sources that are configured no more.")]
Audit = Annotated[
    float | None,
    typer.Option(
        "--audit",
        metavar="SHARE",
        min=0,
        max=1,
        help="Share of the documents to read a second time, by PyYAML, and compare.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing unless the run fails.")]
DryRunFlag = Annotated[
    bool, typer.Option("--dry-run", help="Tell what would be read, rejected and removed; write nothing.")
]
Profile = Annotated[bool, typer.Option("--profile", help="Print what each stage took.")]


def run(
    source: Sources = None,
    config: Config = None,
    warehouse: Warehouse = None,
    include: Include = None,
    exclude: Exclude = None,
    tables: Tables = None,
    full_refresh: FullRefresh = False,
    accept_drop: AcceptDrop = False,
    audit: Audit = None,
    dry_run: DryRunFlag = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    profile: Profile = False,
) -> None:
    """Load what changed in the sources; publish a snapshot.

    Without changes there is no new snapshot. Exit codes: 0 loaded or unchanged, 1 failed, 2 wrong usage or
    configuration, 3 partial (some sources failed and kept their rows, or an object store did not take the snapshot), 75
    another run holds the lock, 130 and 143 stopped by Ctrl-C and by SIGTERM.
    """
    from matterhouse.cli.progress import Watch
    from matterhouse.engine.run import Run
    from matterhouse.settings.loading import load, only

    kind = Run
    if dry_run:
        from matterhouse.engine.dry_run import DryRun as kind
    sources = source or []
    names = sources if all("=" not in each for each in sources) else []  # of the configuration's
    flags = [] if names else sources
    settings = load(config, flags, warehouse, include=include or (), exclude=exclude or (), tables=tables, names=names)
    settings = only(settings, names)
    if audit is not None:
        settings = settings.model_copy(update={"audit_share": audit})
    watch = Watch(visible=sys.stderr.isatty() and not (quiet or as_json))
    run = kind(
        settings,
        full_refresh=full_refresh,
        accept_drop=accept_drop,
        on_progress=watch,
    )
    do(run, watch, settings.warehouse, as_json, quiet, profile)


def forget(
    names: Names,
    config: Config = None,
    warehouse: Warehouse = None,
    tables: Tables = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take the rows of sources out that are configured no more.

    It is a run: the sources that are configured are refreshed, too. Snapshots that were published before keep the
    rows until they are retired.
    """
    from matterhouse.cli.progress import Watch
    from matterhouse.engine.run import Run
    from matterhouse.settings.loading import load

    settings = load(config, (), warehouse, tables=tables)
    watch = Watch(visible=sys.stderr.isatty() and not (quiet or as_json))
    run = Run(settings, drop_sources=names, trigger="forget", on_progress=watch)
    do(run, watch, settings.warehouse, as_json, quiet)


def do(run: "Run", watch: "Watch", warehouse: Path, as_json: bool, quiet: bool, profile: bool = False) -> None:
    """Do a run, tell of it and end with its exit code."""
    code = _finish(run, watch)
    try:
        _tell(run.report, warehouse, watch, as_json, quiet, profile)
        streams.flush_output()
    except OSError as error:  # the exit code is the run's, whether anybody reads about it or not
        streams.discard_output()
        complain(f"the run is {run.report.state}, but its account could not be printed: {failures.message(error)}")
    if code:
        raise typer.Exit(code)


def _finish(run: "Run", watch: "Watch") -> int:
    """Do the run to its end, and give the exit code; a mistake in the code is shown here, the rest is in the report."""
    from matterhouse.engine.interrupts import Stopped, interrupts

    with interrupts() as signals:
        try:
            with watch, run, signals.heeded():
                for stage in signals.between(run.stages()):
                    stage()
        except Stopped as stopped:
            return stopped.exit_code
        except Exception as error:
            if run.report.ended_at is None:  # it never began
                raise
            if failures.exit_code(error) is None:
                failures.tell_mistake()
    return {"loaded": 0, "unchanged": 0, "partial": failures.PARTIAL}.get(run.report.state, failures.FAILED)


def _tell(report: "Report", warehouse: Path, watch: "Watch", as_json: bool, quiet: bool, profile: bool) -> None:
    from matterhouse.cli import account, dry_account

    if as_json:
        account.tell_json(report)
        return
    if not quiet:
        account.tell(report, warehouse) if report.files is None else dry_account.tell(report)
    if profile:
        account.tell_profile(report, watch.last)
    if report.error is not None:
        account.tell_failure(report, warehouse)
