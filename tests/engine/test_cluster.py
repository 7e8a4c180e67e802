"""Batches on a Dask cluster of real processes: the same tables as one process, and what is refused before it begins."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from benchmarks.dask_cluster import ROOT, DaskCluster, dask_cluster
from benchmarks.generate import Repository
from benchmarks.shapes import write as write_shape
from matterhouse.engine.executors import cluster as cluster_module
from matterhouse.engine.executors.places import is_left_beside, place_of
from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from matterhouse.sources.stores import open_store
from matterhouse.warehouse.layout import Layout
from tests.stores import bucket
from tests.warehouses import TIMES, differences, parquet_differences


def run(warehouse: Path, uris: list[str], batch_bytes: int, **options: object) -> Report:
    """A run of sources s0, s1 ... with settings of the engine."""
    sources = [f"s{number}={uri}" for number, uri in enumerate(uris)]
    settings = config.load(None, sources, warehouse)
    engine = type(settings.engine).model_validate(options)
    return refresh(settings.model_copy(update={"batch_bytes": batch_bytes, "engine": engine}))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """One of the family's shape, whose entries are shared by documents of several batches, and documentation in git."""
    folder = tmp_path_factory.mktemp("content")
    Repository(24, repetition=12).write(folder / "family")
    (folder / "family" / "broken.md").write_text("---\ntitle: [\n---\n")
    write_shape(folder / "docs", "documentation", 24)
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run(["git", *command], cwd=folder / "docs", check=True)
    return [f"folder:{folder / 'family'}", str(folder / "docs")]


@pytest.fixture(scope="module")
def alone(repositories: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repositories, loaded by one process in one batch each."""
    warehouse = tmp_path_factory.mktemp("alone") / "w"
    assert run(warehouse, repositories, 48_000_000).state == "loaded"
    return warehouse


def test_the_tables_are_the_same_from_a_cluster(tmp_path, cluster, repositories, alone):
    report = run(tmp_path / "w", repositories, 80_000, kind="dask", address=cluster.address)
    assert (report.state, report.notes) == ("loaded", [])
    assert cluster.batches > 5
    assert differences(alone, tmp_path / "w", TIMES) == {}
    assert [each.name for each in (tmp_path / "w" / "state").iterdir() if "ledger" not in each.name] == []


@pytest.mark.slow
def test_what_changed_is_read_by_a_cluster_too(tmp_path, cluster, repositories):
    content = Path(shutil.copytree(repositories[0].removeprefix("folder:"), tmp_path / "content"))
    for warehouse in ("one", "other"):
        run(tmp_path / warehouse, [f"folder:{content}"], 30_000)
    for file in sorted(content.rglob("*.md"))[::2]:
        file.write_text(file.read_text().replace("title: ", "title: Changed ", 1))
    run(tmp_path / "one", [f"folder:{content}"], 30_000)
    before = cluster.batches
    report = run(tmp_path / "other", [f"folder:{content}"], 30_000, kind="dask", address=cluster.address)
    assert (report.state, report.notes) == ("loaded", []) and cluster.batches > before + 2
    assert differences(tmp_path / "one", tmp_path / "other", TIMES) == {}
    assert parquet_differences(tmp_path / "other") == {}


def left_by_a_killed_run(warehouse: Path) -> str:
    """The name of the place that a run of the warehouse made for attempts."""
    return place_of(Layout(warehouse).staging / "20250101T000000Z-0123abcd", "/shared").path.name


@pytest.mark.slow
def test_attempts_lie_in_the_shared_folder_and_leave_nothing_there(tmp_path, cluster, repositories, alone):
    of_another = left_by_a_killed_run(tmp_path / "another")
    for name in (left_by_a_killed_run(tmp_path / "w"), of_another, "mine"):
        (tmp_path / "shared" / name / "000001-x.part").mkdir(parents=True)
    shared = str(tmp_path / "shared")
    report = run(tmp_path / "w", repositories, 30_000, kind="dask", address=cluster.address, shared=shared)
    assert (report.state, report.notes) == ("loaded", [])
    assert differences(alone, tmp_path / "w", TIMES) == {}
    assert sorted(os.listdir(shared)) == [of_another, "mine"], "a run of another warehouse may go on there"


@pytest.mark.slow
def test_attempts_lie_in_an_object_store_and_leave_nothing_there(tmp_path, repositories, alone):
    with bucket() as url, dask_cluster(tmp_path / "cluster") as cluster:
        store = open_store(f"{url}/staging")
        killed = left_by_a_killed_run(tmp_path / "w")
        for key in (f"{killed}/000001-x/records/000001-000000.arrow", "mine/report"):
            obstore.put(store, key, b"old")
        options = {"kind": "dask", "address": cluster.address, "shared": f"{url}/staging"}
        report = run(tmp_path / "w", repositories, 30_000, **options)
        assert (report.state, report.notes) == ("loaded", []) and cluster.batches > 8
        assert differences(alone, tmp_path / "w", TIMES) == {}
        assert parquet_differences(tmp_path / "w") == {}
        assert [each["path"] for each in obstore.list(store).collect()] == ["mine/report"]


@pytest.mark.slow
def test_a_store_whose_login_workers_do_not_have_is_told(tmp_path, cluster, repositories):
    with bucket() as url:
        options = {"kind": "dask", "address": cluster.address, "shared": f"{url}/staging"}
        report = run(tmp_path / "w", repositories, 30_000, **options)
    assert report.state == "failed" and report.error.startswith("worker tcp://127.0.0.1:")
    assert f"{url}/staging, where the run stages tables, cannot be read there" in report.error
    missing = run(tmp_path / "w", repositories, 30_000, **options | {"shared": "s3://no-such-bucket-of-ours"})
    assert missing.state == "failed" and missing.error.startswith("engine.shared: what workers stage cannot be kept")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/cwd, which each process sees in its own way")
def test_a_source_that_workers_do_not_see_is_read_by_the_run_itself(tmp_path, cluster, repositories, monkeypatch):
    monkeypatch.chdir(repositories[0].removeprefix("folder:"))
    before = cluster.batches
    report = run(tmp_path / "w", ["folder:/proc/self/cwd/_news"], 30_000, kind="dask", address=cluster.address)
    assert report.state == "loaded" and report.sources[0].loaded > 10 and cluster.batches == before
    [note] = report.notes
    assert note.startswith("source s0 was read here, since not every worker sees it: worker tcp://127.0.0.1:")
    assert note.endswith("source s0 (folder:/proc/self/cwd/_news): there is no such folder")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/cwd, which each process sees in its own way")
def test_a_source_that_is_another_one_on_workers_is_read_by_the_run_itself(
    tmp_path, cluster, repositories, monkeypatch
):
    monkeypatch.chdir(shutil.copytree(repositories[0].removeprefix("folder:"), tmp_path / "here"))
    shutil.copytree("_news", cluster.folder / "_news")
    first = sorted(os.listdir("_news"))[0]
    (cluster.folder / "_news" / first).write_text("---\ntitle: Another\n---\n")
    report = run(tmp_path / "w", ["folder:/proc/self/cwd/_news"], 30_000, kind="dask", address=cluster.address)
    shutil.rmtree(cluster.folder / "_news")
    [note] = report.notes
    assert report.state == "loaded" and note.endswith(f"its file {first} is not the same there")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/cwd, which each process sees in its own way")
def test_a_file_that_a_worker_cannot_read_is_read_by_the_run_itself(tmp_path, cluster, monkeypatch):
    for number in range(20):
        file = tmp_path / "here" / "posts" / f"{number:02}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\ntitle: {number}\n---\n{'Text. ' * 200}")
    monkeypatch.chdir(tmp_path / "here")
    shutil.copytree("posts", cluster.folder / "posts")
    (cluster.folder / "posts" / "03.md").unlink()  # which is none of those that are compared
    report = run(tmp_path / "w", ["folder:/proc/self/cwd/posts"], 12_000, kind="dask", address=cluster.address)
    shutil.rmtree(cluster.folder / "posts")
    [note] = report.notes
    assert (report.state, report.sources[0].loaded, report.sources[0].rejected) == ("loaded", 20, 0)
    assert note.startswith("a batch that workers of tcp://127.0.0.1:")
    assert note.endswith("its file 03.md could not be read there (vanished)")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/cwd, which each process sees in its own way")
def test_a_shared_folder_that_workers_do_not_see_is_told(tmp_path, cluster, repositories, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"kind": "dask", "address": cluster.address, "shared": "/proc/self/cwd/shared"}
    report = run(tmp_path / "w", repositories, 30_000, **options)
    assert report.state == "failed" and report.error.startswith("worker tcp://127.0.0.1:")
    assert "the folder /proc/self/cwd/shared, where the run stages tables, is not the same there" in report.error


@pytest.mark.slow
def test_a_worker_with_other_code_is_told_and_nothing_is_loaded(tmp_path, repositories):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "matterhouse", other / "matterhouse", ignore=shutil.ignore_patterns("__pycache__"))
    with open(other / "matterhouse" / "reading" / "reader.py", "a") as file:
        file.write("# Another one.\n")
    with dask_cluster(tmp_path / "cluster", workers=0) as cluster:
        cluster.add_worker(other)
        cluster.wait_for_workers(1)
        report = run(tmp_path / "w", repositories, 30_000, kind="dask", address=cluster.address)
    assert report.state == "failed" and not (tmp_path / "w" / "current").exists()
    assert "other code runs there: code " in report.error and "docs/cluster.md" in report.error


def test_a_missing_package_is_told_before_anything_is_read(tmp_path, repositories, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    report = run(tmp_path / "w", repositories, 30_000, kind="dask", address="tcp://127.0.0.1:8786")
    assert report.state == "failed" and report.bytes_read == 0
    assert "the package distributed is not installed: pip install 'matterhouse[dask]'" in report.error


def test_a_wrong_address_is_told(tmp_path, repositories):
    report = run(tmp_path / "w", repositories, 30_000, kind="dask", address="tcp://127.0.0.1:1")
    assert report.state == "failed"
    assert report.error.startswith("no Dask scheduler answers at tcp://127.0.0.1:1, which engine.address names, within")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"], ids=["nothing", "HTTP"])
def test_a_server_that_is_no_scheduler_is_told(tmp_path, repositories, said, monkeypatch):
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        answering = threading.Thread(target=lambda: answer(server, said))
        answering.start()
        report = run(tmp_path / "w", repositories, 30_000, kind="dask", address=address)
        answering.join()
    assert report.state == "failed"
    assert report.error.startswith(f"no Dask scheduler answers at {address}, which engine.address names, within")


def answer(server: socket.socket, said: bytes) -> None:
    """Say something to the first who connects, and hear them out."""
    connection, _ = server.accept()
    with connection:
        connection.sendall(said)
        while connection.recv(1024):
            pass


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 3])
def test_the_tables_are_the_same_from_more_processes(tmp_path, repositories, alone, processes):
    report = run(tmp_path / "w", repositories, 30_000, kind="processes", processes=processes)
    assert (report.state, report.notes) == ("loaded", [])
    assert differences(alone, tmp_path / "w", TIMES) == {}


def test_two_warehouses_of_one_path_on_two_machines_leave_each_others_attempts_alone(tmp_path):
    staged = Path("state") / "staging" / "20250101T000000Z-0123abcd"
    names = set()
    for machine in ("one", "other"):
        (tmp_path / machine).mkdir()
        first, again = (place_of(tmp_path / machine / staged, "/shared").path.name for _ in range(2))
        assert first == again
        names.add(first)
    one, other = names
    assert not is_left_beside(one, other) and is_left_beside(one.replace("2025", "2024"), one)


@pytest.mark.parametrize("damaged", [b"", b"\xb6", b"../other"])
def test_what_tells_a_warehouse_from_others_is_made_anew_where_it_is_damaged(tmp_path, damaged):
    warehouse = tmp_path / "w"
    usual = left_by_a_killed_run(warehouse)
    (warehouse / "state" / "identity").write_bytes(damaged)
    mended = left_by_a_killed_run(warehouse)
    assert mended != usual and mended == left_by_a_killed_run(warehouse)
    assert len(mended) == len(usual)
