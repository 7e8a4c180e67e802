"""`matterhouse maintain` and `matterhouse backfill`, as cron calls them."""

import os
from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive
from tests.commands import matterhouse
from tests.warehouses import copied, rows


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration of two sources, and a warehouse with two snapshots of them."""
    folder = tmp_path_factory.mktemp("upkeep")
    for name in ("news", "docs"):
        (folder / name).mkdir()
        (folder / name / "one.md").write_text(f"---\ntitle: Of {name}\n---\n")
    (folder / "matterhouse.yml").write_text("sources:\n  news: {uri: 'folder:news'}\n  docs: {uri: 'folder:docs'}\n")
    config = folder / "matterhouse.yml"
    assert refresh(load(config)).state == "loaded"
    (folder / "news" / "two.md").write_text("---\ntitle: Two\n---\n")
    assert refresh(load(config)).state == "loaded"
    return folder


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of it, that a test may change."""
    return copied(loaded, tmp_path)


def test_a_whole_warehouse_is_left_alone(home: Path):
    done = matterhouse("maintain", cwd=home)
    assert (done.returncode, done.stdout) == (0, "everything is whole, nothing to do\n")
    assert matterhouse("maintain", "--quiet", cwd=home).stdout == ""


def test_a_damaged_snapshot_is_made_anew_and_that_is_a_failure(home: Path):
    layout = Layout(home / "warehouse")
    newest = snapshots.newest(layout)
    assert newest is not None
    os.unlink(next((newest.parquet / "records").glob("*.parquet")))
    done = matterhouse("maintain", cwd=home)
    assert done.returncode == 1, done.stderr
    assert f"{newest.id} is damaged (parquet/records/" in done.stdout
    assert f"made the tables anew, as snapshot {newest.id} is damaged: loaded" in done.stdout
    assert rows(layout.root, "SELECT count(*) FROM records") == [(3,)]
    assert matterhouse("maintain", cwd=home).stdout == "everything is whole, nothing to do\n"


def test_it_waits_for_nobody_and_needs_a_snapshot(home: Path):
    with exclusive(Layout(home / "warehouse")):
        assert matterhouse("maintain", cwd=home).returncode == 75
    none = matterhouse("maintain", "--warehouse", "elsewhere", cwd=home)
    assert (none.returncode, none.stdout) == (1, "")
    assert "no snapshot" in none.stderr


def test_a_backfill_reads_the_named_source_again_and_notes_why(home: Path):
    done = matterhouse("backfill", "news", "--reason", "dates were mended", cwd=home)
    assert done.returncode == 0, done.stderr
    last = "SELECT trigger, found, loaded FROM meta.runs ORDER BY started_at DESC LIMIT 1"
    assert rows(home / "warehouse", last) == [("backfill: dates were mended", 2, 2)]
    assert rows(home / "warehouse", "SELECT source, count(*) FROM records GROUP BY 1 ORDER BY 1") == [
        ("docs", 1),
        ("news", 2),
    ]
    unknown = matterhouse("backfill", "blog", "--reason", "none", cwd=home)
    assert (unknown.returncode, unknown.stderr) == (2, "matterhouse: no source is called blog; there are: news, docs\n")
