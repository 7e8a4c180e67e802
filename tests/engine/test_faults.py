"""What an operator cannot prevent: a full disk, a warehouse that cannot be written, a clock that goes back.

Each: a message that names the trouble, exit code 1, and the last snapshot as it was.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.generate import Repository
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import Snapshot, newest
from tests.warehouses import rows

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"


def matterhouse(*words: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "matterhouse.cli", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def load_sample(content: Path, warehouse: Path) -> subprocess.CompletedProcess:
    return matterhouse("run", "--source", f"sample=folder:{content}", "--warehouse", warehouse)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "content"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 40 MB of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a small file system")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("free", [2_000_000, 9_000_000, 12_000_000])  # while extracting, loading, committing
def test_a_full_disk_leaves_the_last_snapshot(tmp_path, small_disk, free):
    content, warehouse, ballast = tmp_path / "content", small_disk / "w", small_disk / "ballast"
    Repository(60).write(content)
    assert load_sample(content, warehouse).returncode == 0
    before = (warehouse / "current").resolve()
    Repository(1_500).write(content)
    ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
    failed = load_sample(content, warehouse)
    assert failed.returncode == 1
    assert "space" in failed.stderr.lower() and "Traceback" not in failed.stderr
    assert (warehouse / "current").resolve() == before
    assert Snapshot(before).damaged_files() == []
    shutil.rmtree(content / "_news")
    ballast.unlink()
    after = matterhouse("run", "--source", f"sample=folder:{content}", "--warehouse", warehouse, "--accept-drop")
    assert after.returncode == 0, after.stderr
    states = [state for (state,) in rows(warehouse, "SELECT state FROM meta.runs ORDER BY started_at")]
    assert states == ["loaded", "failed", "loaded"]


def test_a_warehouse_that_cannot_be_written_says_so(small_disk, content):
    warehouse = small_disk / "w"
    assert load_sample(content, warehouse).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    failed = load_sample(content, warehouse)
    assert failed.returncode == 1
    assert "read-only" in failed.stderr.lower() and "Traceback" not in failed.stderr
    assert rows(warehouse, "SELECT count(*) FROM records") == [(76,)]


def test_a_clock_that_goes_back_does_not_hide_the_newest_snapshot(tmp_path, content):
    warehouse = tmp_path / "w"
    load_sample(content, warehouse)
    only = newest(Layout(warehouse))
    future = only.path.rename(only.path.with_name("000001-20990101T000000Z"))
    (warehouse / "current").unlink()
    (warehouse / "current").symlink_to(Path("snapshots") / future.name)
    next(content.glob("_people/*.md")).unlink()
    assert load_sample(content, warehouse).returncode == 0
    assert (warehouse / "current").resolve().name.startswith("000002-")
    assert rows(warehouse, "SELECT count(*) FROM people") == [(3,)]


def test_an_emptied_source_is_taken_for_a_fault_not_for_the_truth(tmp_path, content):
    warehouse = tmp_path / "w"
    load_sample(content, warehouse)
    shutil.rmtree(content)
    content.mkdir()
    failed = load_sample(content, warehouse)
    assert failed.returncode == 1
    assert "--accept-drop" in failed.stderr
    assert rows(warehouse, "SELECT count(*) FROM records") == [(76,)]


def test_a_remote_that_is_gone_names_the_source(tmp_path, content):
    warehouse, remote = tmp_path / "w", tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", content], check=True)
    subprocess.run(["git", "-C", content, "add", "--all"], check=True)
    subprocess.run(["git", "-C", content, "commit", "--quiet", "--message", "content"], check=True)
    subprocess.run(["git", "clone", "--quiet", "--bare", content, remote], check=True)
    words = ("run", "--source", f"news=file://{remote}", "--warehouse", warehouse)
    assert matterhouse(*words).returncode == 0
    shutil.rmtree(remote)
    failed = matterhouse(*words)
    assert failed.returncode == 1
    assert "news" in failed.stderr and "Traceback" not in failed.stderr
    assert rows(warehouse, "SELECT count(*) FROM records") == [(76,)]
