"""A warehouse of version 0.1.0 (``old/0.1.0.tar.xz``: content, configuration and two snapshots) under this version."""

import json
import sqlite3
import tarfile
from pathlib import Path

import pytest

from matterhouse import open_snapshot
from matterhouse.engine.run import Report, refresh
from matterhouse.settings import loading
from matterhouse.warehouse import snapshots, upkeep
from matterhouse.warehouse.layout import Layout
from tests.warehouses import parquet_differences, rows

ARCHIVE = Path(__file__).parent / "old" / "0.1.0.tar.xz"


@pytest.fixture
def old(tmp_path) -> Path:
    """The folder of the warehouse. Its ledger knows one run more, which published nothing."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    warehouse = tmp_path / "warehouse"
    with sqlite3.connect(Layout(warehouse).ledger) as ledger:
        [facts] = ledger.execute("SELECT facts FROM runs ORDER BY started_at DESC LIMIT 1").fetchone()
        unchanged = json.loads(facts) | {"run_id": "unpublished", "state": "unchanged", "snapshot_id": None}
        ledger.execute(
            "INSERT INTO runs VALUES (?, ?, ?)", ("unpublished", unchanged["started_at"], json.dumps(unchanged))
        )
    ledger.close()
    return warehouse


def run(warehouse: Path, **options) -> Report:
    return refresh(loading.load(warehouse.parent / "matterhouse.yml", [], warehouse), **options)


def history(warehouse: Path) -> dict[str, list[tuple]]:
    """What no source can tell again."""
    queries = {
        "runs": "SELECT run_id, started_at, state, version, found, loaded FROM meta.runs ORDER BY ALL",
        "sources of runs": "SELECT run_id, source, found, loaded, rejected FROM meta.run_sources ORDER BY ALL",
        "checks": "SELECT run_id, name, severity, offending_rows FROM meta.checks ORDER BY ALL",
        "drift": "SELECT field, first_seen_at, first_run_id FROM meta.drift ORDER BY ALL",
        "files": "SELECT source, path, record_id, first_seen_at, last_changed_at, changed_run_id FROM meta.files ORDER BY ALL",
    }
    return {name: rows(warehouse, query) for name, query in queries.items()}


def test_the_first_run_takes_everything_over_and_says_so(old):
    before = history(old)
    report = run(old)
    assert (report.state, report.error) == ("loaded", None)
    assert any("by version 0.1.0" in note for note in report.notes)
    assert any("all tables are made anew" in note for note in report.notes)
    after = history(old)
    for name in ("runs", "sources of runs", "checks"):
        assert set(before[name]) <= set(after[name]), name
    assert after["files"] == before["files"] and len(after["files"]) == 79
    assert set(before["drift"]) == {row for row in after["drift"] if row[0] in {field for field, *_ in before["drift"]}}
    states = rows(old, "SELECT state FROM meta.runs ORDER BY started_at, run_id")
    assert [state for (state,) in states] == ["loaded", "loaded", "unchanged", "loaded"]
    assert parquet_differences(old) == {}
    assert run(old).state == "unchanged"


def test_old_snapshots_stay_readable_and_can_be_gone_back_to(old):
    layout = Layout(old)
    was = snapshots.current(layout)
    run(old)
    assert upkeep.damaged(layout) == {}
    snapshots.roll_back(layout, snapshots.find(layout, None))
    with open_snapshot(old) as snapshot:
        assert snapshot.id == was.id
        assert snapshot.execute("SELECT version FROM meta.runs LIMIT 1").fetchall() == [("0.1.0",)]
        assert snapshot.execute("SELECT count(*) FROM articles").fetchall() == [(30,)]
    assert run(old).state == "unchanged"
    assert run(old, full_refresh=True).state == "loaded"


def test_an_old_warehouse_without_its_ledger_is_taken_over_too(old):
    before = history(old)
    Layout(old).ledger.unlink()
    report = run(old)
    assert (report.state, report.error) == ("loaded", None)
    assert history(old)["files"] == before["files"]
    assert set(before["runs"]) <= set(history(old)["runs"])


def test_an_old_snapshot_that_is_damaged_is_made_anew_from_the_one_before(old):
    damaged = snapshots.newest(Layout(old))
    content = bytearray(damaged.database.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.database.write_bytes(content)
    report = run(old)
    assert (report.state, report.error) == ("loaded", None)
    assert f"snapshot {damaged.id} was damaged" in report.notes[0]
    assert parquet_differences(old) == {}
