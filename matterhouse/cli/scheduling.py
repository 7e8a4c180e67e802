"""``matterhouse serve`` and ``matterhouse deploy``: runs by the clock, with Prefect."""

import os
from pathlib import Path
from typing import Annotated

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config
from matterhouse.cli.terminal import complain, say

Port = Annotated[
    int,
    typer.Option("--port", help="Where the Prefect server listens that is started when PREFECT_API_URL names none."),
]

Wait = Annotated[
    float, typer.Option("--wait", metavar="SECONDS", min=0, help="How long to wait for a server that does not answer.")
]


def serve(config: Config = None, port: Port = 4200, wait: Wait = 120) -> None:
    """Refresh every hour and maintain every night, until stopped.

    Nothing else has to be started: a Prefect server comes with it, reachable from this machine only, unless
    PREFECT_API_URL names one.
    """
    file = _checked_away_from_content(config)
    from matterhouse.flows.deployments import ServerUnavailable
    from matterhouse.flows.serve import ServeFailed
    from matterhouse.flows.serve import serve as serve_until_stopped

    try:
        serve_until_stopped(file, port, wait)
    except (ServeFailed, ServerUnavailable) as failed:
        raise Failure(str(failed)) from None


def deploy(config: Config = None, wait: Wait = 120) -> None:
    """Set up the schedules on a Prefect server, for its workers.

    PREFECT_API_URL names the server; one that is being started is waited for. Run it again at any time: what is there
    is brought up to date. A worker runs what is due: `prefect worker start --pool matterhouse`.
    """
    file = _checked_away_from_content(config)
    from matterhouse.flows import deployments

    try:
        for line in deployments.deploy(file, wait_seconds=wait, say=complain):
            say(line)
    except deployments.ServerUnavailable as failed:
        raise Failure(str(failed)) from None
    say("Now start a worker, which runs what is due: prefect worker start --pool matterhouse")


def _checked_away_from_content(config: Path | None) -> Path:
    """The configuration file, absolute and known to be usable; from now on the current folder is ``/``.

    Prefect takes settings from ``.env``, ``prefect.toml`` and ``pyproject.toml`` of the current folder, which may hold
    content: a file there could name a server of strangers, whose runs a worker would execute. Raises ``ConfigError``.
    """
    from matterhouse.settings.file import FILE_NAME
    from matterhouse.settings.loading import load

    load(config)
    file = Path(config or FILE_NAME).expanduser().absolute()
    os.chdir("/")
    return file
