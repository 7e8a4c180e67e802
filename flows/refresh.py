"""The Prefect flow ``refresh``: what ``matterhouse run`` does, started, watched and recorded by Prefect.

    python -m matterhouse.flows.refresh --config matterhouse.yml

It runs against the server of ``PREFECT_API_URL``, or else against one that Prefect starts for the
run alone.
"""

from pathlib import Path
from typing import Annotated

import typer
from prefect import flow
from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Failed
from pydantic import ValidationError

from matterhouse import process
from matterhouse.flows import hooks
from matterhouse.flows.parameters import RefreshParameters
from matterhouse.flows.stages import do
from matterhouse.flows.state_names import PARTIAL, SKIPPED
from matterhouse.settings.file import ConfigError


def run_name() -> str:
    """What a flow run is called: `refresh of news, learning into /srv/warehouse`."""
    parameters = flow_run.parameters["parameters"]
    what = "full refresh" if parameters.full_refresh else "refresh"
    try:
        settings = parameters.settings()
    except ConfigError:
        return f"{what} without a usable configuration"
    return f"{what} of {', '.join(settings.sources)} into {settings.warehouse}"


@flow(name="refresh", flow_run_name=run_name, **hooks.ALL)
def refresh(parameters: RefreshParameters = RefreshParameters()) -> State:
    """Bring the warehouse up to date with its sources, and publish a new snapshot if anything changed.

    Where another run holds the warehouse's lock, nothing is wrong and nothing left to do: the run ends as
    Completed, under the name Skipped.
    """
    try:
        settings = parameters.settings()
    except ConfigError as error:
        return Failed(message=str(error))
    state = do(settings, trigger="prefect", full_refresh=parameters.full_refresh, accept_drop=parameters.accept_drop)
    if state.is_completed() and state.name != SKIPPED:
        hooks.tell_stale(settings)
    return state


def main(
    config: Annotated[Path | None, typer.Option(help="The configuration file; default: matterhouse.yml here.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="NAME=URI", help="A source, instead of those of the file.")
    ] = None,
    warehouse: Annotated[
        Path | None, typer.Option(help="The warehouse folder, instead of the one of the file.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Read every file again.")] = False,
    accept_drop: Annotated[bool, typer.Option("--accept-drop", help="Publish although tables lose many rows.")] = False,
) -> None:
    """Run the flow `refresh` here and now.

    Exit codes: 0 loaded or unchanged, 1 failed, 3 partial (some sources failed), 75 another run holds the lock.
    """
    try:
        parameters = RefreshParameters(
            config=config, sources=source or [], warehouse=warehouse, full_refresh=full_refresh, accept_drop=accept_drop
        )
    except ValidationError as invalid:
        raise typer.BadParameter("; ".join(error["msg"] for error in invalid.errors())) from None
    state = refresh(parameters, return_state=True)
    code = {PARTIAL: 3, SKIPPED: 75}.get(state.name or "", 0) if state.is_completed() else 1
    if code:
        raise typer.Exit(code)


if __name__ == "__main__":
    process.tune()
    typer.run(main)
