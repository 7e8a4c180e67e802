"""What dies, stalls or comes late on a Dask cluster of real processes: the run ends whole, with the same tables."""

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.dask_cluster import ROOT, DaskCluster, dask_cluster
from benchmarks.generate import Repository
from matterhouse.engine.executors.cluster import Cluster
from matterhouse.engine.executors.on_worker import Sample
from matterhouse.engine.report import Progress, Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from tests.warehouses import TIMES, differences, parquet_differences, rows

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    Repository(240, repetition=12).write(folder)
    return folder


@pytest.fixture(scope="module")
def alone(content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository, loaded by one process."""
    warehouse = tmp_path_factory.mktemp("alone") / "w"
    settings = config.load(None, [f"content=folder:{content}"], warehouse)
    assert refresh(settings).state == "loaded"
    return warehouse


def run(
    warehouse: Path, content: Path, cluster: DaskCluster, at_50_files: Callable[[], None] = lambda: None, **more: object
) -> Report:
    """A run in some forty batches; ``at_50_files`` is called when the first ones are read."""
    waiting = [at_50_files]

    def on_progress(progress: Progress) -> None:
        if progress.files and waiting:
            waiting.pop()()

    settings = config.load(None, [f"content=folder:{content}"], warehouse)
    engine = type(settings.engine).model_validate({"kind": "dask", "address": cluster.address, **more})
    return refresh(settings.model_copy(update={"batch_bytes": 120_000, "engine": engine}), on_progress=on_progress)


def test_a_worker_that_is_killed_costs_nothing(tmp_path, content, alone):
    with dask_cluster(tmp_path / "cluster") as cluster:
        report = run(tmp_path / "w", content, cluster, cluster.workers[0].kill)
        assert cluster.workers[0].wait() == -signal.SIGKILL
    assert (report.state, report.notes) == ("loaded", [])
    assert differences(alone, tmp_path / "w", TIMES) == {}
    assert parquet_differences(tmp_path / "w") == {}


def test_a_worker_that_stalls_and_writes_late_harms_nothing(tmp_path, content, alone, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "2s")
    with dask_cluster(tmp_path / "cluster") as cluster:
        stalled = cluster.workers[0]

        def stall() -> None:
            stalled.send_signal(signal.SIGSTOP)

        report = run(tmp_path / "w", content, cluster, stall, shared=str(tmp_path / "shared"))
        stalled.send_signal(signal.SIGCONT)
        report_after = run(tmp_path / "after", content, cluster, shared=str(tmp_path / "shared"))
    assert (report.state, report.notes) == (report_after.state, report_after.notes) == ("loaded", [])
    assert differences(alone, tmp_path / "w", TIMES) == {} == differences(alone, tmp_path / "after", TIMES)


def test_without_workers_the_run_goes_on_by_itself(tmp_path, content, alone):
    with dask_cluster(tmp_path / "cluster") as cluster:

        def kill_all() -> None:
            for worker in cluster.workers:
                worker.kill()

        report = run(tmp_path / "w", content, cluster, kill_all, patience="3s")
    [note] = report.notes
    assert report.state == "loaded" and note.startswith("there was no Dask worker for 3 seconds (tcp://127.0.0.1:")
    assert differences(alone, tmp_path / "w", TIMES) == {}


def test_a_worker_that_comes_in_time_is_waited_for(tmp_path, content, alone):
    with dask_cluster(tmp_path / "cluster", workers=0) as cluster:
        cluster.add_worker()  # it takes seconds to join
        report = run(tmp_path / "w", content, cluster)
        assert cluster.batches > 20
    assert (report.state, report.notes) == ("loaded", [])
    assert differences(alone, tmp_path / "w", TIMES) == {}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_without_a_scheduler_the_run_goes_on_by_itself(tmp_path, content, alone, how, capfd):
    with dask_cluster(tmp_path / "cluster") as cluster:
        report = run(tmp_path / "w", content, cluster, lambda: cluster.scheduler.send_signal(how))
    [note] = report.notes
    assert report.state == "loaded" and note.startswith("the Dask scheduler is gone (tcp://127.0.0.1:")
    assert differences(alone, tmp_path / "w", TIMES) == {}
    assert capfd.readouterr().err == ""


def test_a_scheduler_that_does_not_answer_is_given_up(tmp_path, content, alone):
    with dask_cluster(tmp_path / "cluster") as cluster:
        report = run(
            tmp_path / "w", content, cluster, lambda: cluster.scheduler.send_signal(signal.SIGSTOP), patience="3s"
        )
        cluster.scheduler.send_signal(signal.SIGCONT)
    [note] = report.notes
    assert report.state == "loaded" and note.startswith(
        "the Dask scheduler did not answer for 3 seconds (tcp://127.0.0.1:"
    )
    assert differences(alone, tmp_path / "w", TIMES) == {}


@pytest.mark.parametrize("how, said", [(signal.SIGKILL, "is gone"), (signal.SIGSTOP, "did not answer for 10 seconds")])
def test_a_scheduler_that_goes_between_two_sources_costs_no_run(tmp_path, content, alone, how, said, monkeypatch):
    """It is asked about each source before the first batch of it."""
    with dask_cluster(tmp_path / "cluster") as cluster:
        asked = Cluster.complaint_about

        def ask(known: Cluster, sample: Sample) -> str | None:
            if sample.source.name == "second":
                cluster.scheduler.send_signal(how)
            return asked(known, sample)

        monkeypatch.setattr(Cluster, "complaint_about", ask)
        sources = [f"first=folder:{content}", f"second=folder:{content}"]
        settings = config.load(None, sources, tmp_path / "w")
        engine = type(settings.engine)(kind="dask", address=cluster.address, patience="1s")
        report = refresh(settings.model_copy(update={"batch_bytes": 120_000, "engine": engine}))
        cluster.scheduler.send_signal(signal.SIGCONT)
    assert report.error is None and said in " ".join(report.notes)
    assert {account.loaded for account in report.sources} == {report.sources[0].loaded}


def test_a_stopped_worker_costs_time_and_no_run(tmp_path, content, alone):
    with dask_cluster(tmp_path / "cluster") as cluster:
        cluster.workers[0].send_signal(signal.SIGSTOP)
        report = run(tmp_path / "w", content, cluster, patience="1s")
        cluster.workers[0].send_signal(signal.SIGCONT)
    [note] = report.notes
    assert report.state == "loaded" and note.startswith("the scheduler or a worker did not answer for 10 seconds")
    assert differences(alone, tmp_path / "w", TIMES) == {}


def test_a_worker_of_other_code_that_comes_later_gets_nothing_into_the_tables(tmp_path, content, alone):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "matterhouse", other / "matterhouse", ignore=shutil.ignore_patterns("__pycache__"))
    with open(other / "matterhouse" / "reading" / "reader.py", "a") as file:
        file.write("# Another one.\n")
    with dask_cluster(tmp_path / "cluster", workers=1) as cluster:

        def replace() -> None:
            cluster.add_worker(other)
            cluster.wait_for_workers(2)
            cluster.workers[0].kill()

        report = run(tmp_path / "w", content, cluster, replace)
    [note] = report.notes
    assert report.state == "loaded" and " read here: worker " in note and "other code runs there: code " in note
    assert differences(alone, tmp_path / "w", TIMES) == {}


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_a_run_stops_what_it_submitted(tmp_path, content, how):
    with dask_cluster(tmp_path / "cluster") as cluster:
        file = tmp_path / "matterhouse.yml"
        file.write_text(
            f"warehouse: w\nbatch_bytes: 120000\nsources:\n  content: {{uri: 'folder:{content}'}}\n"
            f"engine: {{kind: dask, address: '{cluster.address}', shared: shared}}\n"
        )
        command = [sys.executable, "-m", "matterhouse.cli", "run", "--config", file]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        while not any(attempt.suffix == "" for attempt in (tmp_path / "shared").glob("*/0*")):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(how)
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 128 + how, told.decode()
        assert b"Traceback" not in told and b"distributed" not in told
        assert not (tmp_path / "w" / "current").exists()
        done = cluster.batches
        time.sleep(2)
        assert cluster.batches <= done + 2  # those that ran
        settings = config.load(file)
        assert refresh(settings).state == "loaded"
    assert rows(tmp_path / "w", "SELECT state FROM meta.runs ORDER BY started_at")[0] == ("cancelled",)
    assert not list((tmp_path / "shared").iterdir())
