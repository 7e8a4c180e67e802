"""Run a program and measure what it cost.

``measure`` starts this file as a script, in a process of its own that has next to nothing in memory:
Linux counts the memory that a process held when it started a program as the program's.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Failed(Exception):
    """A program that ended with an error; the message is the last line it printed."""


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU (user and system, of the program and all its children) and of wall time.

    ``peak_bytes`` is the most memory that its largest process held at a time.
    """

    cpu: float
    wall: float
    peak_bytes: int


def measure(command: Iterable[str | os.PathLike], home: Path) -> tuple[Cost, str]:
    """Run ``command`` with ``home`` as its home and current folder; gives its cost and what it printed.

    Raises Failed.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT), "HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages are compiled
    starter = [sys.executable, "-I", "-S", __file__, *map(str, command)]
    run = subprocess.run(starter, cwd=home, env=environment, stdout=subprocess.PIPE, check=True)
    measured = json.loads(run.stdout)
    if measured["code"] != 0:
        raise Failed((measured["printed"].strip() or f"exit code {measured['code']}").splitlines()[-1])
    return Cost(**measured["cost"]), measured["printed"]


def least(costs: Iterable[Cost]) -> Cost:
    """The least of several rounds, figure by figure: what others on the machine take only adds."""
    costs = list(costs)
    return Cost(min(c.cpu for c in costs), min(c.wall for c in costs), min(c.peak_bytes for c in costs))


def _start(command: list[str]) -> None:
    """Run ``command`` and print, as JSON, its exit code, its cost and what it printed."""
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode("utf-8", "replace")
    cost = Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)
    print(json.dumps({"code": process.returncode, "cost": asdict(cost), "printed": printed}))


if __name__ == "__main__":
    _start(sys.argv[1:])
