"""Scheduling for real: a Prefect server, workers and runs as processes of their own, told by the server's API."""

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import plant_packages
from tests.flows.patience import PATIENCE, wait_until
from tests.flows.servers import Prefect, free_port, stop

pytestmark = [pytest.mark.slow, pytest.mark.server]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    prefect = Prefect(tmp_path_factory.mktemp("prefect"), free_port())
    prefect.start("server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(prefect.port))
    try:
        wait_until(prefect.is_up, "up")
        yield prefect
    finally:
        prefect.stop_all()


@pytest.fixture
def deployed(server: Prefect, config: Path) -> Prefect:
    """A server with the deployments for this test's configuration."""
    deploy(server, config, patience_seconds=0)
    return server


def deploy(server: Prefect, config: Path, **options) -> list[str]:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from matterhouse.flows.deployments import deploy

    with temporary_settings({PREFECT_API_URL: server.url}):
        return deploy(config, crashed_after_seconds=75, **options)


@pytest.fixture
def worker(deployed: Prefect) -> Iterator[subprocess.Popen]:
    process = deployed.worker()
    yield process
    stop(process)


@pytest.fixture
def repository(stories: Path, config: Path) -> Path:
    """The stories as a remote repository, whose server answers when there is a file `content.go` beside it."""
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=stories, check=True)
    config.write_text(f"sources: {{news: {{uri: 'ssh://git.example.org{stories}'}}}}\n")
    return stories


@pytest.fixture
def long_run(stories: Path, config: Path) -> Path:
    """Makes a run take half a minute and more: many documents, each also read by PyYAML. The warehouse."""
    for number in range(8000):
        items = "".join(
            f"  - title: Item {number} {item}\n    url: https://example.org/{number}/{item}\n" for item in range(30)
        )
        (stories / "_news" / f"long-{number}.md").write_text(f"---\ntitle: Story {number}\nrelated:\n{items}---\n")
    with config.open("a") as file:
        file.write("audit_share: 1\n")
    return config.parent / "warehouse"


def holder(warehouse: Path) -> int:
    """The process of the run that holds the lock, once it is at work."""
    file = warehouse / "state" / "holder.json"
    wait_until(lambda: file.exists() and file.read_text().endswith("}"), "locked")
    time.sleep(2)
    return json.loads(file.read_text())["pid"]


def ledger_states(warehouse: Path) -> list[str]:
    with sqlite3.connect(warehouse / "state" / "ledger.sqlite") as ledger:
        return [json.loads(facts)["state"] for (facts,) in ledger.execute("SELECT facts FROM runs ORDER BY started_at")]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_triggered_run_completes_and_its_artifacts_and_events_are_on_the_server(deployed, worker, config):
    run = deployed.trigger("refresh/refresh")
    state = deployed.end(run)
    assert (state["type"], state["name"]) == ("COMPLETED", "Completed"), deployed.log("worker")
    artifacts = deployed.call("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
    assert {each["type"] for each in artifacts} == {"progress", "table", "markdown"}
    snapshot = (config.parent / "warehouse" / "current").resolve(strict=True)
    [report] = [each["data"] for each in artifacts if each["type"] == "markdown"]
    assert report == (snapshot / "report.md").read_text()

    def published() -> list[dict]:
        wanted = {"event": {"name": ["matterhouse.snapshot.published"]}}
        events = deployed.call("/events/filter", {"filter": wanted})["events"]
        return [each for each in events if each["payload"]["path"] == str(snapshot)]

    assert len(wait_until(published, "told")) == 1

    def logged() -> list[str]:  # Prefect sends logs a few seconds late
        logs = deployed.call("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}, "level": {"ge_": 20}}})
        messages = [each["message"] for each in logs]
        return messages if any(message.startswith("Finished in state") for message in messages) else []

    messages = wait_until(logged, "logged")
    assert 5 <= len(messages) <= 15, messages


def test_the_schedules_make_runs(deployed):
    def scheduled() -> bool:
        runs = deployed.call("/flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}})
        deployments = {run["deployment_id"] for run in runs}
        wanted = {deployed.call(f"/deployments/name/{name}/{name}")["id"] for name in ("refresh", "maintain")}
        return wanted <= deployments

    assert wait_until(scheduled, "scheduled")


def test_a_second_run_is_cancelled_while_the_first_goes_on(deployed, worker, repository, config):
    warehouse = config.parent / "warehouse"
    first = deployed.trigger("refresh/refresh")
    holder(warehouse)
    second = deployed.trigger("refresh/refresh")
    assert deployed.end(second)["type"] == "CANCELLED"
    by_hand = subprocess.run(
        [sys.executable, "-m", "matterhouse.flows.refresh", "--config", str(config)],
        env=deployed.environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert by_hand.returncode == 75 and "has been writing to" in by_hand.stderr + by_hand.stdout
    told = deploy(deployed, config)
    assert not any("crashed:" in line for line in told), "a run that lives was taken for dead"
    Path(f"{repository}.go").touch()
    assert deployed.end(first)["type"] == "COMPLETED"
    assert ledger_states(warehouse) == ["loaded"]


def test_sigterm_to_the_worker_ends_its_run_in_order_and_the_next_run_is_right(deployed, worker, long_run):
    run = deployed.trigger("refresh/refresh")
    process = holder(long_run)
    worker.terminate()
    state = deployed.end(run)
    assert (state["type"], state["message"].split(";")[0]) == ("CANCELLED", "stopped by SIGTERM")
    worker.wait(PATIENCE)
    wait_until(lambda: not is_alive(process), "ended")
    assert ledger_states(long_run) == ["cancelled"]
    another = deployed.worker()
    try:
        assert deployed.end(deployed.trigger("refresh/refresh"))["type"] == "COMPLETED"
    finally:
        stop(another)
    assert ledger_states(long_run) == ["cancelled", "loaded"]


def test_cancelling_on_prefects_pages_ends_the_run_in_order(deployed, worker, repository, config):
    run = deployed.trigger("refresh/refresh")
    holder(config.parent / "warehouse")
    deployed.call(f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert deployed.end(run)["type"] == "CANCELLED"
    wait_until(lambda: ledger_states(config.parent / "warehouse") == ["cancelled"], "in the ledger")


def save_block(server: Prefect, port: str) -> None:
    """A notification block ``custom-webhook/operators`` on the server, that posts to this machine."""
    from prefect.blocks.notifications import CustomWebhookNotificationBlock
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.url}):
        block = CustomWebhookNotificationBlock(
            name="operators", url=f"http://127.0.0.1:{port}/", json_data={"title": "{{subject}}", "text": "{{body}}"}
        )
        block.save("operators", overwrite=True)


def test_a_run_that_is_killed_with_its_worker_is_marked_as_crashed_and_told_and_the_next_is_right(
    server, repository, config, webhook
):
    save_block(server, os.environ["HOOK_PORT"])
    with config.open("a") as file:
        file.write("notices: {block: custom-webhook/operators}\n")
    deploy(deployed := server, config, patience_seconds=0)
    warehouse = config.parent / "warehouse"
    worker = deployed.worker()
    run = deployed.trigger("refresh/refresh")
    process = holder(warehouse)
    begun = {"event": {"name": ["prefect.flow-run.Running"]}, "resource": {"id": [f"prefect.flow-run.{run}"]}}
    wait_until(lambda: deployed.call("/events/filter", {"filter": begun})["events"], "known to run by the automations")
    worker.send_signal(signal.SIGSTOP)  # or it would tell of the run's death
    os.kill(process, signal.SIGKILL)
    worker.kill()
    worker.wait()
    assert deployed.state(run)["type"] == "RUNNING"
    state = deployed.end(run)
    assert (state["type"], state["message"]) == ("CRASHED", "no heartbeat for 75 seconds")
    [notice] = wait_until(lambda: list(webhook), "told by the automation")
    assert notice["title"] == "Matterhouse crashed: refresh"
    assert notice["text"].startswith("deployment refresh, run refresh of news")
    assert notice["text"].endswith("no heartbeat for 75 seconds")
    Path(f"{repository}.go").touch()
    another = deployed.worker()
    try:
        assert deployed.end(deployed.trigger("refresh/refresh"))["type"] == "COMPLETED"
    finally:
        stop(another)
    assert ledger_states(warehouse) == ["killed", "loaded"]


def test_serve_needs_nothing_else_and_ends_in_order(config, tmp_path, repository):
    prefect = Prefect(tmp_path, free_port())
    marker = plant_packages(tmp_path)
    (tmp_path / "prefect.toml").write_text('[api]\nurl = "http://127.0.0.1:9/api"\n')
    served = prefect.start(
        "serve",
        *("matterhouse.cli", "serve", "--config", str(config), "--port", str(prefect.port)),
        PREFECT_API_URL=None,
        http_proxy="http://127.0.0.1:9",
        https_proxy="http://127.0.0.1:9",
    )
    try:
        wait_until(lambda: "started!" in prefect.log("serve"), "started")
        run = prefect.trigger("refresh/refresh")
        process = holder(tmp_path / "warehouse")
        served.terminate()
        assert served.wait(PATIENCE) == 0
        wait_until(lambda: not is_alive(process) and not prefect.is_up(), "ended")
        assert ledger_states(tmp_path / "warehouse") == ["cancelled"]
        with sqlite3.connect(tmp_path / "home" / "prefect.db") as database:
            [told] = database.execute("SELECT state_type FROM flow_run WHERE id = ?", (run,)).fetchall()
        assert told == ("CANCELLED",)
        assert not marker.exists()
    finally:
        prefect.stop_all()


def test_without_a_server_the_flow_brings_its_own(config, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    environment |= {
        "PREFECT_HOME": str(tmp_path / "home"),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(PATIENCE),
    }
    command = [sys.executable, "-m", "matterhouse.flows.refresh", "--config", str(config)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"loaded: all: 21 files found, 20 loaded, 1 rejected; published 000001-", done.stderr + done.stdout
    )


def test_prefects_own_share_is_small(server, config, tmp_path):
    """CPU seconds of a flow run, in its own process, beyond what the command line and Prefect's import take."""

    def cpu(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments], env=server.environment, cwd=tmp_path, check=True, capture_output=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    by_command_line = cpu("-m", "matterhouse.cli", "run", "--config", str(config), "--warehouse", "one")
    by_flow = cpu("-m", "matterhouse.flows.refresh", "--config", str(config), "--warehouse", "two")
    imports = cpu("-c", "import matterhouse.flows.refresh") - cpu(
        "-c", "import matterhouse.cli, matterhouse.engine.run"
    )
    assert by_flow - by_command_line - imports < 1.5
