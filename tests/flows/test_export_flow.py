"""The flow ``export`` and the link of a run to the dashboard."""

import pytest

from matterhouse.flows.export import export
from matterhouse.flows.parameters import WarehouseParameters
from matterhouse.flows.refresh import refresh
from tests.flows.test_refresh_flow import artifacts_of, slug

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_a_run_links_to_the_dashboard_and_an_export_writes_it(config, tmp_path):
    config.write_text(f"{config.read_text()}dashboard: {{url: 'https://dash.example.org/x/', export: public/site}}\n")
    parameters = WarehouseParameters(config=config)
    failed = export(parameters, return_state=True)
    assert failed.is_failed() and "has no snapshot yet" in failed.message
    state = refresh({"config": config}, return_state=True)
    link = artifacts_of(state)["quality-" + slug(tmp_path)].data
    assert link == "[Data quality](https://dash.example.org/x/quality)"
    done = export(parameters, return_state=True)
    current = (tmp_path / "warehouse" / "current").resolve().name
    assert done.is_completed() and done.message.startswith(f"exported {current}: ")
    assert current in (tmp_path / "public" / "site" / "quality.html").read_text()


def test_without_a_folder_there_is_nothing_to_export(config, tmp_path):
    assert refresh({"config": config}, return_state=True).is_completed()
    done = export(WarehouseParameters(config=config), return_state=True)
    assert done.is_completed() and done.message.startswith("nothing to do")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "matterhouse.yml", "warehouse"]
