"""Senders that are killed at any moment, and servers that fail at random, with a reader that never pauses.

``MATTERHOUSE_KILLS`` sets the number of SIGKILLs (default 100).
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from matterhouse.sources import stores
from matterhouse.sources.stores import StoreFailed
from matterhouse.warehouse import sending
from matterhouse.warehouse.remote import Remote
from matterhouse.warehouse.snapshots import Snapshot
from tests.stores import bucket, current_of, failing, make_snapshot, moto, seaweed

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("MATTERHOUSE_KILLS", "100"))
SERVERS = pytest.mark.parametrize("server", [moto, seaweed], ids=["moto", "seaweed"])


def next_snapshot(warehouse: Path, chance: random.Random, known: dict[str, bytes]) -> Snapshot:
    """A snapshot in which some of twenty tables are others than in the last one."""
    names = [f"table_{number}" for number in range(20)]
    known |= {name: chance.randbytes(3_000) for name in (names if not known else chance.sample(names, 6))}
    return make_snapshot(warehouse, known)


def start(*arguments: object) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.warehouse.store_processes", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def sender(warehouse: Path, url: str) -> subprocess.Popen:
    """A process that is about to send."""
    process = start("send", warehouse, url)
    assert process.stdout.readline() == b"ready\n"
    process.stdin.write(b"go\n")
    process.stdin.flush()
    return process


def finish(warehouse: Path, url: str) -> float:
    begun = time.monotonic()
    process = sender(warehouse, url)
    process.communicate(timeout=300)
    assert process.returncode == 0
    return time.monotonic() - begun


@SERVERS
def test_a_sender_that_is_killed_leaves_readers_a_whole_snapshot(server: Callable[[], str], tmp_path: Path):
    chance, warehouse, known, moments = random.Random(11), tmp_path / "w", {}, Counter()
    with bucket(server()) as top:
        url = f"{top}/warehouse"
        before = next_snapshot(warehouse, chance, known)
        finish(warehouse, url)
        reader = start("read", url)
        duration = 0.5
        for _ in range(KILLS // 2):
            snapshot = next_snapshot(warehouse, chance, known)
            process = sender(warehouse, url)
            time.sleep(chance.uniform(0, duration))
            process.kill()
            process.communicate()
            current = current_of(url)
            moments["before" if current == before.id else "after"] += 1
            assert current in (before.id, snapshot.id)
            duration = 0.7 * duration + 0.3 * finish(warehouse, url)
            assert current_of(url) == snapshot.id
            before = snapshot
        told = json.loads(reader.communicate(timeout=60)[0])
    print(f"{KILLS // 2} kills: {dict(moments)}; {told['reads']} reads")
    assert told["wrong"] == [] and told["reads"] > 0
    assert len(moments) == 2 or KILLS < 20


@SERVERS
def test_a_server_that_fails_at_random_never_shows_a_mixed_set(
    server: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(stores, "_RETRIES", 1)  # else what fails is asked for again until it does not
    chance, warehouse, known, outcomes = random.Random(12), tmp_path / "w", {}, Counter()
    with bucket(server()) as top, failing(server(), random.Random(13), share=0.2) as unreliable:
        url = f"{top}/warehouse"
        for _ in range(8):
            snapshot = next_snapshot(warehouse, chance, known)
            before, current = current_of(url), None
            while current != snapshot.id:
                with monkeypatch.context() as patch:
                    patch.setenv("AWS_ENDPOINT_URL", unreliable)
                    try:
                        sending.send(Remote(url), snapshot)
                        sending.retire(Remote(url), 2, 0, [])
                        outcomes["sent"] += 1
                    except StoreFailed as error:
                        outcomes["failed"] += 1
                        assert "another warehouse" not in str(error)
                current = current_of(url)
                assert current in (before, snapshot.id)
    print(dict(outcomes))
    assert outcomes["sent"] > 0 and outcomes["failed"] > 0
