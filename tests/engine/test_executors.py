"""matterhouse.engine.executors: a worker process changes how long a run takes, and nothing else."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.generate import Repository
from matterhouse.engine.executors import worker_process
from matterhouse.engine.executors.worker import Worker
from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from tests.warehouses import TIMES, differences, parquet_differences

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture
def started(monkeypatch) -> list[Worker]:
    """The worker processes that runs start, however little there is to do; two cores are taken for given."""
    found = []

    class Watched(Worker):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            found.append(self)

    monkeypatch.setattr(worker_process, "Worker", Watched)
    monkeypatch.setattr(worker_process, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(worker_process, "cores", lambda: 2)
    return found


def run(warehouse: Path, uri: object, batch_bytes: int) -> Report:
    settings = config.load(None, [f"content={uri}"], warehouse).model_copy(update={"batch_bytes": batch_bytes})
    return refresh(settings)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, loaded by one process."""
    warehouse = tmp_path_factory.mktemp("alone") / "w"
    assert run(warehouse, f"folder:{SAMPLE}", 48_000_000).state == "loaded"
    return warehouse


def as_git(folder: Path) -> Path:
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.mark.parametrize("kind", ["folder", "git"])
def test_the_tables_are_the_same_with_a_worker_process(tmp_path, started, kind):
    content = Path(shutil.copytree(SAMPLE, tmp_path / "content"))
    uri = f"folder:{content}" if kind == "folder" else as_git(content)
    alone = run(tmp_path / "alone", uri, 48_000_000)
    assert started == []
    both = run(tmp_path / "both", uri, 20_000)
    assert len(started) == 1
    assert [account.loaded for account in both.sources] == [account.loaded for account in alone.sources] == [76]
    assert (both.bytes_read, both.documents_declined) == (alone.bytes_read, alone.documents_declined)
    assert differences(tmp_path / "alone", tmp_path / "both", TIMES) == {}
    assert parquet_differences(tmp_path / "both") == {}


@pytest.mark.parametrize("instead", ["/bin/false", "/bin/cat", "/nonexistent"])
def test_a_worker_that_fails_costs_nothing_but_time(tmp_path, alone, started, monkeypatch, instead):
    monkeypatch.setattr(sys, "executable", instead)
    assert run(tmp_path / "both", f"folder:{SAMPLE}", 40_000).state == "loaded"
    assert differences(alone, tmp_path / "both", TIMES) == {}


def test_a_worker_that_is_killed_costs_nothing_but_time(tmp_path, alone, started, monkeypatch):
    send = Worker.send

    def send_and_kill(self, batch):
        send(self, batch)
        self._process.kill()

    monkeypatch.setattr(Worker, "send", send_and_kill)
    assert run(tmp_path / "both", f"folder:{SAMPLE}", 40_000).state == "loaded"
    assert differences(alone, tmp_path / "both", TIMES) == {}


def test_what_a_worker_had_written_when_it_was_killed_counts_for_nothing(tmp_path, alone, started, monkeypatch):
    send, staging = Worker.send, tmp_path / "both" / "state" / "staging"

    def send_and_kill_while_it_writes(self, batch):
        send(self, batch)
        while self._process.poll() is None and not any(staging.glob("*-attempts/*/*/*")):
            time.sleep(0.001)
        self._process.kill()

    monkeypatch.setattr(Worker, "send", send_and_kill_while_it_writes)
    assert run(tmp_path / "both", f"folder:{SAMPLE}", 40_000).state == "loaded"
    assert len(started) == 1
    assert differences(alone, tmp_path / "both", TIMES) == {}


def test_what_a_worker_had_written_and_somebody_removed_is_read_once_more(tmp_path, alone, started, monkeypatch):
    receive, removed = Worker.receive, []

    def receive_and_remove(self):
        attempt = receive(self)
        removed.extend((tmp_path / "both" / "state" / "staging").glob("*-attempts/*/records/*"))
        for written in removed:
            written.unlink(missing_ok=True)
        return attempt

    monkeypatch.setattr(Worker, "receive", receive_and_remove)
    assert run(tmp_path / "both", f"folder:{SAMPLE}", 40_000).state == "loaded" and removed
    assert differences(alone, tmp_path / "both", TIMES) == {}


def test_no_worker_outlives_its_run(tmp_path, started):
    run(tmp_path / "both", f"folder:{SAMPLE}", 40_000)
    assert [each._process.returncode for each in started] == [-9]  # ended by us, as it waited for more


def test_documents_that_repeat_each_other_need_no_worker_process(tmp_path, started):
    Repository(200, repetition=35).write(tmp_path / "content")
    assert run(tmp_path / "w", f"folder:{tmp_path / 'content'}", 500_000).distinct_blocks > 0
    assert started == []
