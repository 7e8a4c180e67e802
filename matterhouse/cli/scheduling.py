"""``matterhouse serve`` and ``matterhouse deploy``: runs by the clock, with Prefect."""

from typing import Annotated

import typer

from matterhouse.cli.options import Config
from matterhouse.cli.terminal import say


def serve(
    config: Config = None,
    port: Annotated[
        int,
        typer.Option(
            "--port", help="Where the Prefect server listens that is started when PREFECT_API_URL names none."
        ),
    ] = 4200,
) -> None:
    """Refresh every hour and maintain every night, until stopped.

    Nothing else has to be started: a Prefect server comes with it, reachable from this machine only, unless
    PREFECT_API_URL names one.
    """
    from matterhouse.cli.failures import Failure
    from matterhouse.flows.serve import ServeFailed
    from matterhouse.flows.serve import serve as serve_until_stopped

    try:
        serve_until_stopped(config, port)
    except ServeFailed as failed:
        raise Failure(str(failed)) from None


def deploy(config: Config = None) -> None:
    """Set up the schedules on a Prefect server, for its workers.

    PREFECT_API_URL names the server. Run it again at any time: what is there is brought up to date. A worker runs
    what is due: `prefect worker start --pool matterhouse`.
    """
    from prefect.settings import PREFECT_API_URL

    from matterhouse.cli.failures import Failure
    from matterhouse.flows import deployments

    if not PREFECT_API_URL.value():
        raise Failure("PREFECT_API_URL names no Prefect server; `matterhouse serve` needs none")
    for line in deployments.deploy(config):
        say(line)
    say("Now start a worker, which runs what is due: prefect worker start --pool matterhouse")
