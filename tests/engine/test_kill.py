"""Runs that are killed at any moment, with readers that never pause: nothing is lost, doubled or mixed.

``MATTERHOUSE_KILLS`` sets the number of SIGKILLs (default 100).
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.generate import Repository
from matterhouse.warehouse.snapshots import Snapshot
from tests.commands import matterhouse
from tests.warehouses import TIMES, differences, parquet_differences, rows

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("MATTERHOUSE_KILLS", "100"))
ROOT = Path(__file__).parents[2]


def start(content: Path, warehouse: Path, *options: str) -> subprocess.Popen:
    """A run in a process of its own."""
    command = [sys.executable, "-m", "matterhouse.cli", "run", "--config", configured(content, warehouse), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def configured(content: Path, warehouse: Path) -> Path:
    """A configuration that cuts a run in many small batches, so that it has many moments to be killed in."""
    config = warehouse.parent / "matterhouse.yml"
    config.write_text(f"warehouse: {warehouse}\nbatch_bytes: 100000\nsources:\n  news:\n    uri: folder:{content}\n")
    return config


def run(content: Path, warehouse: Path) -> None:
    """A run to its end."""
    done = matterhouse("run", "--config", configured(content, warehouse), cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def change(content: Path, chance: random.Random) -> None:
    """Edit, add and remove some documents, as an editor and a bot would between two runs."""
    files = sorted(content.rglob("*.md"))
    for file in chance.sample(files, 6):
        text = file.read_text()
        file.write_text(
            text.replace("\nheat:", f"\nheat: {chance.randrange(1000)}\nheat_before:", 1)
            if "heat_before" not in text
            else text + "x"
        )
    gone = chance.choice(files)
    shutil.copy(files[0], content / "_news" / f"2026-01-01-copy-{chance.randrange(10**6)}.md")
    if gone != files[0]:
        gone.unlink()


def moment(warehouse: Path, before: str) -> str:
    """How far a killed run had come, from what it left."""
    if (warehouse / "current").resolve().name != before:
        return "published"
    unfinished = list((warehouse / "snapshots").glob(".next-*"))
    if unfinished:
        return "writing Parquet" if (unfinished[0] / "parquet").exists() else "loading"
    return "extracting" if (warehouse / "state" / "staging").exists() else "starting"


def test_a_killed_run_loses_nothing(tmp_path):
    chance = random.Random(7)
    content, warehouse = tmp_path / "content", tmp_path / "w"
    Repository(120, seed=5).write(content)
    begun = time.monotonic()
    first = start(content, warehouse)
    told, _ = first.communicate(timeout=300)
    assert first.returncode == 0, told.decode()
    duration = time.monotonic() - begun
    command = [sys.executable, "-m", "tests.engine.reader_loop", warehouse]
    reader = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    moments = Counter()
    for number in range(KILLS):
        change(content, chance)
        before = (warehouse / "current").resolve().name
        process = start(content, warehouse, *(["--full-refresh"] if number % 4 == 0 else []))
        time.sleep(chance.uniform(0.05, 1.1) * duration)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        moments[moment(warehouse, before)] += 1
        assert Snapshot((warehouse / "current").resolve()).damaged_files() == []
        run(content, warehouse)
        assert (warehouse / "current").resolve().name != before
        if number % 10 == 0:
            assert_equals_a_full_load(content, warehouse, tmp_path / "fresh")
    told = json.loads(reader.communicate(timeout=180)[0])
    print(f"{KILLS} kills: {dict(moments)}; {told['reads']} reads")
    assert told["wrong"] == []
    assert told["reads"] > KILLS
    assert len(moments) >= min(4, KILLS // 10)


def assert_equals_a_full_load(content: Path, warehouse: Path, fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    run(content, fresh / "w")
    assert differences(warehouse, fresh / "w", TIMES) == {}
    assert parquet_differences(warehouse) == {}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_run_says_that_it_was_cancelled(tmp_path, ending):
    content, warehouse = tmp_path / "content", tmp_path / "w"
    Repository(240, seed=5).write(content)
    run(content, warehouse)
    before = (warehouse / "current").resolve().name
    change(content, random.Random(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else a child of a background job ignores Ctrl-C
    process = start(content, warehouse, "--full-refresh")
    while not (warehouse / "state" / "staging").exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(ending)
    process.communicate(timeout=180)
    assert process.returncode == 128 + ending
    assert (warehouse / "current").resolve().name == before
    run(content, warehouse)
    assert rows(warehouse, "SELECT state FROM meta.runs ORDER BY started_at") == [
        ("loaded",),
        ("cancelled",),
        ("loaded",),
    ]
    assert list((warehouse / "snapshots").glob(".next-*")) == []
