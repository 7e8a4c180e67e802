"""The Prefect flow ``backfill``: read sources again from their first file to their last, on demand.

With ``history_since`` only the commits after that one are read again. It gives the same tables as ever for the same
content; the run's row in ``meta.runs`` says why it was done.
"""

from prefect import flow
from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Failed

from matterhouse.flows import hooks
from matterhouse.flows.parameters import BackfillParameters
from matterhouse.flows.stages import do
from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import only


def run_name() -> str:
    """What a flow run is called: `backfill of news: dates were mended`."""
    parameters = flow_run.parameters["parameters"]
    return f"backfill of {', '.join(parameters.only) or 'all sources'}: {parameters.reason}"


@flow(name="backfill", flow_run_name=run_name, **hooks.ALL)
def backfill(parameters: BackfillParameters) -> State:
    """Read every file of the sources again, changed or not, or the history after a commit; publish a new snapshot."""
    try:
        settings = only(parameters.settings(), parameters.only)
    except ConfigError as error:
        return Failed(message=str(error))
    return do(
        settings,
        wait_seconds=parameters.wait_minutes * 60,
        trigger=f"backfill: {parameters.reason}",
        full_refresh=parameters.history_since is None,
        history_since=parameters.history_since,
        accept_drop=parameters.accept_drop,
    )
