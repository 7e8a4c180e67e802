"""The flow `refresh` with a Dask cluster: its client comes through prefect-dask, and the tables are the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect_dask import DaskTaskRunner

import matterhouse.flows.refresh
from benchmarks.dask_cluster import ROOT, DaskCluster, dask_cluster
from benchmarks.generate import Repository
from matterhouse.engine.run import refresh
from matterhouse.flows.parameters import RefreshParameters
from matterhouse.settings import loading
from tests.warehouses import TIMES, differences

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    Repository(40, repetition=12).write(folder)
    return folder


def written(folder: Path, content: Path, **engine: str) -> Path:
    """A configuration file in ``folder``, which is JSON and with that YAML."""
    source = {"uri": f"folder:{content}"}
    file = folder / "matterhouse.yml"
    file.write_text(json.dumps({"sources": {"content": source}, "engine": engine, "batch_bytes": 30_000}))
    return file


@pytest.mark.parametrize("own_runner", [False, True])
def test_the_flow_reads_on_the_cluster(tmp_path, cluster, content, own_runner):
    alone = loading.load(None, [f"content=folder:{content}"], tmp_path / "alone")
    assert refresh(alone).state == "loaded"
    flow, address = matterhouse.flows.refresh.refresh, cluster.address
    if own_runner:  # its address counts
        flow, address = flow.with_options(task_runner=DaskTaskRunner(address=address)), "tcp://127.0.0.1:1"
    before = cluster.batches
    file = written(tmp_path, content, kind="dask", address=address)
    state = flow(RefreshParameters(config=file), return_state=True)
    assert state.is_completed() and state.message.startswith("loaded: ")
    assert cluster.batches > before + 10
    assert differences(tmp_path / "alone", tmp_path / "warehouse", TIMES) == {}


def test_the_flow_of_the_documentation_reads_on_the_cluster(tmp_path, cluster, content, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, content, kind="dask", address=cluster.address)
    [code] = re.findall("(?s)```python\n(.*?)```", (ROOT / "docs" / "cluster.md").read_text("utf-8"))
    before = cluster.batches
    exec(code.replace("tcp://scheduler.example.org:8786", cluster.address), {})
    assert cluster.batches > before + 10 and (tmp_path / "warehouse" / "current").exists()


def test_the_flow_tells_of_a_wrong_address(tmp_path, content):
    file = written(tmp_path, content, kind="dask", address="tcp://127.0.0.1:1")
    state = matterhouse.flows.refresh.refresh(RefreshParameters(config=file), return_state=True)
    assert state.is_failed() and state.message.startswith("no Dask scheduler answers at tcp://127.0.0.1:1")
