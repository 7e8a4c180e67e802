"""What `matterhouse deploy` sets up on a Prefect server."""

import re
import shlex
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest
import yaml
from prefect import Flow
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Running

from matterhouse.flows import deployments
from matterhouse.settings.file import ConfigError
from tests.commands import matterhouse
from tests.serving import serving

ROOT = Path(__file__).parents[2]


def test_there_is_one_description_of_the_deployments():
    assert (ROOT / "prefect.yaml").resolve() == ROOT / "flows" / "prefect.yaml"
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    assert written["deployments"] == deployments.definitions()
    assert [each["name"] for each in deployments.definitions()] == ["refresh", "maintain", "export", "backfill"]


@pytest.mark.parametrize("definition", deployments.definitions(), ids=lambda each: each["name"])
def test_every_deployment_leads_to_a_flow_with_such_parameters(definition):
    module, _, name = definition["entrypoint"].rpartition(".")
    flow = getattr(import_module(module), name)
    assert isinstance(flow, Flow) and flow.name == definition["name"]
    flow.validate_parameters(
        {"parameters": {**definition["parameters"]["parameters"], **({"reason": "x"} if name == "backfill" else {})}}
    )
    assert definition["work_pool"]["name"] == deployments.POOL
    assert definition["description"].endswith(".") and definition["tags"]


@pytest.mark.usefixtures("prefect_server")
def test_deploy_can_be_repeated(config):
    first = deployments.deploy(config, patience_seconds=0)
    assert (
        first
        == deployments.deploy(config, patience_seconds=0)
        == [
            "work pool matterhouse: process",
            "deployment refresh/refresh: 0 * * * * UTC",
            "deployment maintain/maintain: 30 2 * * * UTC",
            "deployment export/export: on demand",
            "deployment backfill/backfill: on demand",
            "automation Matterhouse: mark dead runs as crashed",
        ]
    )
    with get_client(sync_client=True) as client:
        assert client.read_work_pool("matterhouse").type == "process"
        refresh = client.read_deployment_by_name("refresh/refresh")
        assert [each.schedule.cron for each in refresh.schedules] == ["0 * * * *"]
        assert refresh.parameters == {"parameters": {"config": str(config)}}
        assert refresh.global_concurrency_limit.limit == 1
        assert refresh.concurrency_options.collision_strategy == "CANCEL_NEW"
        assert refresh.entrypoint == "matterhouse.flows.refresh.refresh"
        assert len(client.read_automations()) == 1


@pytest.mark.usefixtures("prefect_server")
def test_an_export_is_started_by_publications_of_this_warehouse_where_one_is_wanted(config, tmp_path):
    written = config.read_text()

    def started_by() -> list[tuple[set, dict]]:
        deployments.deploy(config, patience_seconds=0)
        with get_client(sync_client=True) as client:
            found = client.read_automations_by_name("Matterhouse: export")
            export = client.read_deployment_by_name("export/export")
        assert all(each.actions[0].deployment_id == export.id for each in found)
        return [(each.trigger.expect, each.trigger.match.model_dump()) for each in found]

    config.write_text(f"{written}dashboard: {{export: public}}\n")
    name = "-".join(re.findall("[a-z0-9]+", f"{tmp_path.name}/warehouse".lower()))
    expected = ({"matterhouse.snapshot.published"}, {"prefect.resource.id": f"matterhouse.warehouse.{name}"})
    assert started_by() == started_by() == [expected]
    config.write_text(written)
    assert started_by() == []


@pytest.mark.usefixtures("prefect_server")
def test_the_automation_that_tells_of_crashes_comes_and_goes_with_the_notification_block(config):
    CustomWebhookNotificationBlock(name="operators", url="http://127.0.0.1:1/").save("operators", overwrite=True)
    without = config.read_text()
    config.write_text(without + "notices: {block: custom-webhook/operators}\n")
    assert deployments.deploy(config, patience_seconds=0)[-1] == "automation Matterhouse: tell of crashed runs"
    config.write_text(without)
    deployments.deploy(config, patience_seconds=0)
    with get_client(sync_client=True) as client:
        assert [each.name for each in client.read_automations()] == ["Matterhouse: mark dead runs as crashed"]


@pytest.mark.usefixtures("prefect_server")
def test_a_notification_block_that_is_not_there_is_named(config):
    config.write_text(config.read_text() + "notices: {block: custom-webhook/nobody}\n")
    with pytest.raises(ConfigError, match="custom-webhook/nobody"):
        deployments.deploy(config, patience_seconds=0)


@pytest.mark.usefixtures("prefect_server")
def test_runs_that_a_power_cut_left_behind_do_not_stand_in_the_way(config):
    deployments.deploy(config, patience_seconds=0)
    with get_client(sync_client=True) as client:
        left: FlowRun = client.create_flow_run_from_deployment(client.read_deployment_by_name("refresh/refresh").id)
        client.set_flow_run_state(left.id, Running(), force=True)
        assert f"marked as crashed: {left.name}" in deployments.deploy(config, patience_seconds=0)
        assert client.read_flow_run(left.id).state.is_crashed()


def test_runs_start_with_this_python_wherever_it_lies_and_import_nothing_from_the_current_folder(config, monkeypatch):
    monkeypatch.setattr("sys.executable", "/opt/my tools/bin/python")
    commands = [deployments._deployment(each, config).job_variables["command"] for each in deployments.definitions()]
    assert [shlex.split(command) for command in commands] == [
        ["/opt/my tools/bin/python", "-P", "-m", "matterhouse.flows.launch"]
    ] * len(deployments.definitions())
    in_yaml = yaml.safe_load((ROOT / "prefect.yaml").read_text())["definitions"]["pool"]["job_variables"]
    filled_in = in_yaml["command"].replace("{{ $MATTERHOUSE_PYTHON }}", "/opt/my tools/bin/python")
    assert shlex.split(filled_in) == shlex.split(commands[0])
    assert in_yaml["env"]["PYTHONSAFEPATH"] == "1"


@pytest.mark.parametrize("command", ["deploy", "serve"])
def test_a_server_that_is_down_is_one_sentence(command: str, config: Path, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://reader:hunter2@127.0.0.1:9/api")
    told = matterhouse(command, "--wait", "0", cwd=config.parent)
    assert (told.returncode, told.stdout) == (1, "")
    [line] = told.stderr.splitlines()
    assert line.startswith("matterhouse: the Prefect server at http://***@127.0.0.1:9/api cannot be used: ")
    assert "Connection refused" in line and "hunter2" not in line


def test_a_server_that_starts_late_is_waited_for(monkeypatch):
    """It refuses connections, then answers that it is not ready, then works."""
    answers, waited = [503, 200], []

    class Late(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(answers.pop(0))
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Late, bind_and_activate=False)
    server.server_bind()  # and listens when the first look at it has failed
    thread = Thread(target=server.serve_forever)

    def start(_: float) -> None:
        if not thread.is_alive():
            server.server_activate()
            thread.start()

    monkeypatch.setattr("matterhouse.flows.deployments.time.sleep", start)
    url = f"http://127.0.0.1:{server.server_address[1]}/api"
    deployments._wait_until_it_answers(url, 120, waited.append)
    server.shutdown()
    server.server_close()
    assert (answers, waited) == ([], [f"waiting up to 120 seconds for the Prefect server at {url}"])


def test_what_answers_but_is_no_prefect_server_is_one_sentence(config: Path, monkeypatch, tmp_path: Path):
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as address:
        monkeypatch.setenv("PREFECT_API_URL", f"http://{address}/api")
        told = matterhouse("deploy", "--wait", "0", cwd=config.parent)
    assert told.returncode == 1
    [line] = told.stderr.splitlines()
    assert line.startswith("matterhouse: the Prefect server at http://127.0.0.1:")


def test_the_content_folder_cannot_choose_the_server(config: Path, monkeypatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    (config.parent / "prefect.toml").write_text('[api]\nurl = "http://127.0.0.1:9/api"\n')
    (config.parent / ".env").write_text("PREFECT_API_URL=http://127.0.0.1:9/api\n")
    told = matterhouse("deploy", cwd=config.parent)
    assert told.returncode == 1 and "PREFECT_API_URL names no Prefect server" in told.stderr


def test_deploy_without_a_server_says_what_to_do(config, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "")
    told = matterhouse("deploy", cwd=config.parent)
    assert told.returncode == 1
    assert "PREFECT_API_URL names no Prefect server" in told.stderr
