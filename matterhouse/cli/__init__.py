"""The command line, ``matterhouse``: each command in words, with what it imports left to the moment it runs.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 75 another run holds the warehouse's lock,
130 and 143 stopped by Ctrl-C and by SIGTERM.
"""

import signal
import sys
from types import FrameType
from typing import Annotated, NoReturn

import typer

from matterhouse import __version__, process
from matterhouse.cli import (
    checking,
    dashboard,
    describing,
    inferring,
    querying,
    rejects,
    running,
    scheduling,
    setup,
    snapshots,
    status,
    streams,
    upkeep,
    validating,
)

app = typer.Typer(
    name="matterhouse",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("init")(setup.init)
app.command("run")(running.run)
app.command("validate")(validating.validate)
app.command("infer")(inferring.infer)
app.command("backfill")(upkeep.backfill)
app.command("forget")(running.forget)
app.command("maintain")(upkeep.maintain)
app.command("status")(status.status)
app.command("rejects")(rejects.rejects)
app.command("query")(querying.query)
app.command("describe")(describing.describe)
app.command("dashboard")(dashboard.dashboard)
app.command("path")(snapshots.path)
app.command("snapshots")(snapshots.snapshots)
app.command("rollback")(snapshots.rollback)
app.command("check")(checking.check)
app.command("serve")(scheduling.serve)
app.command("deploy")(scheduling.deploy)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"matterhouse {__version__}")
        raise typer.Exit


@app.callback()
def matterhouse(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """From front matter to warehouse: content repositories in; tidy, checked, always-readable tables out.

    `matterhouse init` writes a configuration, `matterhouse run` loads what it names, and the other commands
    look at what was loaded.
    """


def main() -> None:
    """Run the command that the arguments name, and exit with its code."""
    from matterhouse.cli.failures import told

    process.tune()
    streams.set_up()
    signal.signal(signal.SIGTERM, _end)
    try:
        with told():
            app(prog_name="matterhouse")
        raise SystemExit(0)
    except SystemExit as ended:
        _leave(ended)


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Let go of files and temporary folders, then end as SIGTERM demands; a run has a handler of its own."""
    raise SystemExit(128 + number)


def _leave(ended: SystemExit) -> NoReturn:
    """End the process; after a load at once, unless Prefect may have something left to do."""
    if "duckdb" in sys.modules and "prefect" not in sys.modules and isinstance(ended.code, int):
        process.leave(ended.code)
    raise ended
