"""A Dask scheduler and workers, each a process of its own on this machine, as on a cluster."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_SECONDS = 120


class DaskCluster:
    """The processes of a cluster, whose files lie below ``folder``."""

    def __init__(self, folder: Path):
        self.folder, self.workers = folder, list[subprocess.Popen]()
        folder.mkdir(parents=True, exist_ok=True)
        known = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", known]
        self.scheduler = self._started("dask_scheduler", *options)
        self.address = json.loads(_waited_for(known))["address"]

    def add_worker(self, package: Path = ROOT, **environment: str) -> subprocess.Popen:
        """One more worker, which imports the package in the folder ``package``."""
        listening = self.folder / f"worker-{len(self.workers)}"
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", "--host", "127.0.0.1"]
        options += ["--local-directory", str(listening)]
        variables = {"PYTHONPATH": str(package), **environment}
        self.workers.append(self._started("dask_worker", self.address, *options, environment=variables))
        return self.workers[-1]

    @property
    def batches(self) -> int:
        """How many batches its workers were given and extracted so far, by what the scheduler counts."""
        from distributed import Client

        def count(dask_scheduler: Any) -> int:
            moves = dask_scheduler.transition_log
            return sum(str(key).startswith("matterhouse-") and end == "memory" for key, _, end, *_ in moves)

        with Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(count)

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many workers have joined."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=_SECONDS)

    def close(self) -> None:
        """Kill every process of the cluster."""
        for each in (*self.workers, self.scheduler):
            each.kill()
            each.wait()

    def _started(self, module: str, *options: object, environment: Mapping[str, str] = {}) -> subprocess.Popen:
        command = [sys.executable, "-P", "-m", f"distributed.cli.{module}", *map(str, options)]
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | environment, cwd=self.folder)


@contextmanager
def dask_cluster(folder: Path, workers: int = 2) -> Iterator[DaskCluster]:
    """A scheduler with so many workers, which end with the block."""
    cluster = DaskCluster(folder)
    try:
        for _ in range(workers):
            cluster.add_worker()
        if workers:
            cluster.wait_for_workers(workers)
        yield cluster
    finally:
        cluster.close()


def _waited_for(file: Path) -> str:
    for _ in range(_SECONDS * 20):
        if file.exists() and (text := file.read_text()).endswith("}"):
            return text
        time.sleep(0.05)
    raise TimeoutError(f"{file} was not written")
