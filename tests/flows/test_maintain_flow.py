"""The Prefect flows `maintain` and `backfill`."""

import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed
from pydantic import ValidationError

import matterhouse.flows.maintain
from matterhouse.engine.run import refresh
from matterhouse.flows.backfill import backfill
from matterhouse.flows.deployments import deploy
from matterhouse.flows.parameters import BackfillParameters, MaintainParameters
from matterhouse.settings.loading import load
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def layout(config: Path, tmp_path: Path) -> Layout:
    """A warehouse with two snapshots."""
    assert refresh(load(config)).state == "loaded"
    (tmp_path / "content" / "_news" / "2026-02-01-new.md").write_text("---\ntitle: New\n---\n")
    assert refresh(load(config)).state == "loaded"
    return Layout(tmp_path / "warehouse")


def maintain(config: Path, **parameters):
    return matterhouse.flows.maintain.maintain(MaintainParameters(config=config, **parameters), return_state=True)


def ids(layout: Layout) -> list[str]:
    return [snapshot.id[:6] for snapshot in snapshots.snapshots(layout)]


def spoil(file: Path) -> None:
    """Change a byte in the middle, as a failing disk would, in this file alone."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()
    file.write_bytes(content)


def shorten(file: Path) -> None:
    """Cut the end off, as a full disk would."""
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content[:-20])


def test_a_whole_warehouse_is_left_alone(config, layout):
    state = maintain(config)
    assert (state.type, state.message) == ("COMPLETED", "everything is whole, nothing to do")
    assert ids(layout) == ["000001", "000002"]


def test_snapshots_that_nothing_keeps_are_retired(config, layout):
    with config.open("a") as file:
        file.write("retention: {keep: 1, grace_hours: 0}\n")
    state = maintain(config)
    assert (state.type, state.message) == ("COMPLETED", "retired 1 snapshots")
    assert ids(layout) == ["000002"]


@pytest.mark.parametrize("harm, anew", [(spoil, "000003"), (shorten, "000002"), (Path.unlink, "000002")])
def test_a_damaged_newest_snapshot_is_made_anew_and_set_aside(config, layout, harm, anew):
    newest = snapshots.newest(layout)
    harm(next((newest.parquet / "records").glob("*.parquet")))
    state = maintain(config)
    assert (state.type, state.name) == ("FAILED", "Damaged")
    assert f"{newest.id} is damaged (parquet/records/" in state.message
    assert "loaded: all: 22 files found, 21 loaded, 1 rejected" in state.message
    assert ids(layout) == ["000001", anew]
    assert (layout.damaged / f"{newest.id}.1").is_dir()
    assert snapshots.current(layout).id != newest.id
    assert snapshots.current(layout).id.startswith(anew) and not snapshots.current(layout).damaged_files()
    assert maintain(config).message == "everything is whole, nothing to do"


def test_a_damaged_old_snapshot_is_set_aside_and_readers_keep_theirs(config, layout):
    spoil(snapshots.snapshots(layout)[0].database)
    state = maintain(config)
    assert (state.type, state.name) == ("FAILED", "Damaged")
    assert ids(layout) == ["000002"] and snapshots.current(layout).id.startswith("000002")


def test_tables_that_grew_are_compacted(config, layout, monkeypatch):
    monkeypatch.setattr("matterhouse.warehouse.upkeep.BYTES_THAT_MATTER", -(10**9))
    monkeypatch.setattr("matterhouse.warehouse.upkeep.GROWTH", 0.5)
    state = maintain(config)
    assert state.is_completed() and "compacted the tables, as the database takes" in state.message
    assert ids(layout) == ["000001", "000002", "000003"]
    manifest = snapshots.newest(layout).manifest()
    assert manifest["written"]["snapshot"] == manifest["id"]


def test_runs_of_long_ago_are_forgotten_and_unfinished_ones_stay(config, layout, monkeypatch):
    deploy(config, patience_seconds=0)
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("refresh/refresh").id
        ended, running = (client.create_flow_run_from_deployment(deployment).id for _ in range(2))
        client.set_flow_run_state(ended, Completed(), force=True)
        assert maintain(config).message == "everything is whole, nothing to do"
        later = datetime.now(UTC) + timedelta(days=61)
        monkeypatch.setattr("matterhouse.flows.pruning._now", lambda: later)
        assert maintain(config).message.endswith(" old runs on Prefect's pages")
        assert client.read_flow_run(running).end_time is None
        with pytest.raises(ObjectNotFound):
            client.read_flow_run(ended)


def test_a_warehouse_without_a_snapshot_fails_with_words(config, tmp_path):
    state = maintain(config)
    assert state.is_failed() and "has no snapshot yet" in state.message


def test_maintenance_waits_for_the_lock_only_so_long(config, layout):
    with exclusive(layout):
        state = maintain(config, wait_minutes=0)
    assert (state.type, state.name) == ("COMPLETED", "Skipped")


def test_a_backfill_reads_everything_again_and_keeps_the_reason(config, layout):
    os.utime(config.parent / "content" / "_news" / "2026-02-01-new.md", (1_700_000_000, 1_700_000_000))
    state = backfill(
        BackfillParameters(config=config, reason="the dates were mended", only=["news"]), return_state=True
    )
    assert state.is_completed() and "21 loaded" in state.message
    with sqlite3.connect(layout.ledger) as ledger:
        runs = [json.loads(facts) for (facts,) in ledger.execute("SELECT facts FROM runs ORDER BY started_at")]
    assert (runs[-1]["trigger"], runs[-1]["full_refresh"]) == ("backfill: the dates were mended", True)


def test_a_backfill_of_a_source_that_is_not_there_fails_with_words(config):
    state = backfill(BackfillParameters(config=config, reason="why not", only=["olds"]), return_state=True)
    assert state.is_failed() and state.message == "no source is called olds; there are: news"


def test_a_backfill_needs_a_reason(config):
    with pytest.raises(ValidationError, match="reason"):
        BackfillParameters(config=config)
