"""What flows tell people when they end: by the state of what is wrong, also where the configuration cannot be read."""

from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Crashed

import matterhouse.flows.refresh
from matterhouse.flows import hooks
from matterhouse.flows.deployments import deploy
from matterhouse.flows.parameters import RefreshParameters

pytestmark = pytest.mark.usefixtures("prefect_server")

NOTICES = "notices: {webhook: 'http://127.0.0.1:${HOOK_PORT}/', ping: 'http://127.0.0.1:${HOOK_PORT}/alive'}\n"


@pytest.fixture
def told(config: Path, webhook: list[dict]) -> Path:
    """A configuration that names whom to tell."""
    config.write_text(config.read_text() + NOTICES)
    return config


def run(config: Path) -> str:
    parameters = RefreshParameters(config=config)
    return matterhouse.flows.refresh.refresh(parameters, return_state=True).type.value


def since(webhook: list[dict]) -> list[tuple[str, str]]:
    """State and key of the notices since the last call, and the pings."""
    found = [(notice.get("state", "ping"), notice.get("key", notice.get("path"))) for notice in webhook]
    webhook.clear()
    return found


def test_a_source_that_fails_is_told_once_and_so_is_its_return(told, stories, webhook):
    assert (run(told), since(webhook)) == ("COMPLETED", [("ping", "/alive")])
    stories.rename(stories.with_name("elsewhere"))
    assert (run(told), since(webhook)) == ("FAILED", [("opened", "failed/source/news")])
    assert (run(told), since(webhook)) == ("FAILED", [])
    stories.with_name("elsewhere").rename(stories)
    assert run(told) == "COMPLETED"
    assert since(webhook) == [("recovered", "failed/source/news"), ("ping", "/alive")]


def test_a_configuration_that_cannot_be_read_is_told_to_those_whom_it_named_before(told, webhook):
    assert run(told) == "COMPLETED"
    webhook.clear()
    before = told.read_text()
    told.write_text("sources: {news: {urii: x}}\n")
    assert run(told) == "FAILED"
    assert "urii" in webhook[0]["text"] and "nothing is refreshed" in webhook[0]["text"]
    assert since(webhook) == [("opened", "configuration/flow/all")]
    assert (run(told), since(webhook)) == ("FAILED", [])
    told.write_text(before)
    assert run(told) == "COMPLETED"
    assert since(webhook) == [("recovered", "configuration/flow/all"), ("ping", "/alive")]


def test_a_crash_is_told_once_with_the_deployments_name_and_over_when_a_run_completes(told, webhook):
    deploy(told, patience_seconds=0)
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("refresh/refresh").id
        crashed: FlowRun = client.create_flow_run_from_deployment(deployment)
    for _ in range(2):
        hooks.tell_crashed(matterhouse.flows.refresh.refresh, crashed, Crashed(message="killed"))
    assert f"deployment refresh/refresh, run {crashed.name}: killed" in webhook[0]["text"]
    assert since(webhook) == [("opened", "crashed/flow/refresh")]
    assert run(told) == "COMPLETED"
    assert since(webhook) == [("recovered", "crashed/flow/refresh"), ("ping", "/alive")]


def test_a_run_with_parameters_of_its_own_has_the_configuration_of_its_deployment(told, webhook, monkeypatch):
    deploy(told, patience_seconds=0)
    with get_client(sync_client=True) as client:
        deployed = client.read_deployment_by_name("refresh/refresh")
        given = {"parameters": {"accept_drop": True}}
        crashed = client.create_flow_run_from_deployment(deployed.id, parameters=given)
    hooks.tell_crashed(matterhouse.flows.refresh.refresh, crashed, Crashed(message="killed"))
    assert since(webhook) == [("opened", "crashed/flow/refresh")]
    monkeypatch.setenv("MATTERHOUSE_CONFIG", deployed.job_variables["env"]["MATTERHOUSE_CONFIG"])
    assert RefreshParameters(accept_drop=True).settings().warehouse == told.parent / "warehouse"
