"""The Prefect flow ``export``: the dashboard as files, after each publication.

Its deployment is started by the event of a published snapshot where the configuration says where to export to
(``dashboard.export``).
"""

import duckdb
from prefect import flow
from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from matterhouse.dashboards import export as exporting
from matterhouse.flows import hooks
from matterhouse.flows.parameters import WarehouseParameters
from matterhouse.settings.file import ConfigError
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import NoSnapshot


def run_name() -> str:
    """What a flow run is called: `export of /srv/warehouse`."""
    try:
        return f"export of {flow_run.parameters['parameters'].settings().warehouse}"
    except ConfigError:
        return "export without a usable configuration"


@flow(name="export", flow_run_name=run_name, **hooks.ALL)
def export(parameters: WarehouseParameters = WarehouseParameters()) -> State:
    """Write the dashboard of the current snapshot as files, and let the folder of the configuration lead to them."""
    try:
        settings = parameters.settings()
        if settings.dashboard.export is None:
            return Completed(message="nothing to do: dashboard.export says no folder")
        done = exporting.export(settings.warehouse, settings.dashboard.export)
    except (ConfigError, NoSnapshot, exporting.ExportRefused, Damaged, OSError, duckdb.Error) as error:
        return Failed(message=str(error))
    return Completed(message=f"exported {done.snapshot}: {done.files:,} files in {settings.dashboard.export}")
