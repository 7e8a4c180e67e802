"""One process, more processes and a Dask cluster of this machine, on one generated repository.

    python -m benchmarks.cluster [--documents 7000] [--repetition 1] [--rounds 3] [--workers 2]

The workers are there before the first run, as on a cluster. Wall seconds are what it is about: of the stage `extract`,
which is what workers share, and of the whole run. CPU seconds are those of the run's own process and its children; a
cluster's workers come on top.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import report
from benchmarks.dask_cluster import DaskCluster, dask_cluster
from benchmarks.generate import Repository
from benchmarks.measure import measure


@dataclass(frozen=True)
class Times:
    """Seconds of a run: of its stage `extract`, of the whole, and of CPU in its own processes and in the workers."""

    extract: float
    wall: float
    cpu: float
    of_workers: float


def main() -> int:
    given = _arguments().parse_args()
    with tempfile.TemporaryDirectory(prefix="matterhouse-bench-") as folder:
        home = Path(folder)
        Repository(given.documents, given.repetition).write(home / "content")
        bytes_there = sum(file.stat().st_size for file in (home / "content").rglob("*") if file.is_file())
        with dask_cluster(home / "cluster", given.workers) as cluster:
            found = measured(home, cluster, given.rounds, given.workers)
        print(f"{given.documents:,} documents, {bytes_there / 1e6:.1f} MB, repetition {given.repetition}, ", end="")
        print(f"{len(os.sched_getaffinity(0))} cores, {given.rounds} rounds, the least of each figure\n")
        print(table(found))
    return 0


def measured(home: Path, cluster: DaskCluster, rounds: int, workers: int) -> dict[str, Times]:
    """The least times of each way; in a round all take turns."""
    ways: dict[str, Mapping[str, object]] = {
        "`local`": {"kind": "local"},
        f"`processes: {workers - 1}`": {"kind": "processes", "processes": workers - 1},
        f"`dask`, {workers} workers": {"kind": "dask", "address": cluster.address},
    }
    found: dict[str, list[Times]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, engine in ways.items():
            found[way].append(_run(home, cluster, engine))
    fields = ("extract", "wall", "cpu", "of_workers")
    return {
        way: Times(*(min(getattr(each, field) for each in times) for field in fields)) for way, times in found.items()
    }


def _run(home: Path, cluster: DaskCluster, engine: Mapping[str, object]) -> Times:
    shutil.rmtree(home / "warehouse", ignore_errors=True)
    config = {"sources": {"content": {"uri": f"folder:{home / 'content'}"}}, "engine": engine, "batch_bytes": 8_000_000}
    (home / "matterhouse.yml").write_text(json.dumps(config))
    before = _cpu_seconds(cluster)
    command = [sys.executable, "-m", "matterhouse.cli", "run", "--config", home / "matterhouse.yml", "--json"]
    cost, printed = measure(command, home)
    told = json.loads(printed)
    assert told["state"] == "loaded" and not told["notes"], printed
    return Times(told["stages"]["extract"], cost.wall, cost.cpu, _cpu_seconds(cluster) - before)


def _cpu_seconds(cluster: DaskCluster) -> float:
    """CPU seconds that the workers took so far."""
    times = [psutil.Process(worker.pid).cpu_times() for worker in cluster.workers]
    return sum(each.user + each.system for each in times)


def table(found: Mapping[str, Times]) -> str:
    """The times as a table in Markdown."""
    rows = [
        (way, *(f"{seconds:.1f}" for seconds in (t.extract, t.wall, t.cpu, t.of_workers))) for way, t in found.items()
    ]
    return report.table(("engine", "extract, wall s", "run, wall s", "CPU s of the run", "CPU s of workers"), rows)


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=7_000)
    parser.add_argument("--repetition", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    return parser


if __name__ == "__main__":
    sys.exit(main())
