"""A program watched from outside while it runs: the memory of it and all that it starts, and the disk that it fills.

Memory is what Linux calls proportional set size: a page that several processes share counts once. ``held`` leaves out
pages of files, which Linux takes back when it needs room.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from benchmarks.measure import ROOT, Failed
from benchmarks.stages import END, START

_SECONDS_BETWEEN, _LOOKS_PER_WALK = 0.1, 5
_TIMES_A_LOOK = 10  # that is waited after it: of many files it takes long


@dataclass
class Step:
    """What a step cost, all times that it went on: seconds, and bytes at most at a time."""

    cpu: float = 0
    wall: float = 0
    memory: int = 0
    held: int = 0
    disk: int = 0


@dataclass
class Watched:
    """A run that ended: its steps in the order in which they began, and the last line that it told."""

    steps: dict[str, Step] = field(default_factory=lambda: defaultdict(Step))
    end: dict = field(default_factory=dict)

    @property
    def total(self) -> Step:
        """Of the whole run: seconds added up, bytes the most of any step."""
        steps = self.steps.values()
        peaks = (max(getattr(step, name) for step in steps) for name in ("memory", "held", "disk"))
        return Step(sum(step.cpu for step in steps), sum(step.wall for step in steps), *peaks)


def watch(warehouse: Path, source: str, limit: int) -> Watched:
    """A run on a source. Raises ``Failed`` where it fails; it is killed where it takes more than ``limit`` bytes."""
    command = [sys.executable, "-m", "benchmarks.stages", warehouse, source]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = _Run()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=warehouse.parent, env=environment, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None  # a pipe
        listener = Thread(target=run.listen, args=[process.stdout])
        listener.start()
        try:
            is_too_large = run.look_at(process, warehouse, limit)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            listener.join()
    if is_too_large:
        raise Failed(f"{run.step}: more than {limit:,} bytes of memory")
    if process.returncode or run.watched.end.get("error"):
        raise Failed(f"{run.step}: {run.watched.end.get('error')}, exit code {process.returncode}")
    return run.watched


class _Run:
    """What is known of a run while it goes on."""

    def __init__(self) -> None:
        self.watched, self.step = Watched(), START

    def listen(self, lines: Iterable[str]) -> None:
        """Take down the steps that the run tells of."""
        before = None
        for line in lines:
            if not line.startswith('{"step"'):
                continue
            told = json.loads(line)
            if before is not None:
                step = self.watched.steps[before["step"]]
                step.cpu, step.wall = step.cpu + told["cpu"] - before["cpu"], step.wall + told["at"] - before["at"]
            before, self.step = told, told["step"]
            if told["step"] == END:
                self.watched.end = told

    def look_at(self, process: subprocess.Popen, folder: Path, limit: int) -> bool:
        """Note what the run holds until it is over, or holds more memory than ``limit``: whether that is so."""
        looks = 0
        while process.poll() is None:
            begun = time.perf_counter()
            memory, held = memory_of(process.pid)
            self._note(memory, held, bytes_below(folder) if looks % _LOOKS_PER_WALK == 0 else 0)
            if memory > limit:
                return True
            looks += 1
            time.sleep(max(_SECONDS_BETWEEN, _TIMES_A_LOOK * (time.perf_counter() - begun)))
        return False

    def _note(self, memory: int, held: int, disk: int) -> None:
        if self.step == END:
            return
        step = self.watched.steps[self.step]
        step.memory, step.held, step.disk = max(step.memory, memory), max(step.held, held), max(step.disk, disk)


def memory_of(process: int) -> tuple[int, int]:
    """Bytes of memory of a process and all that it started: in all, and without pages of files."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        threads = Path(f"/proc/{process}/task").glob("*/children")
        children = [child for thread in threads for child in thread.read_text().split()]
    except OSError:  # it is over
        return 0, 0
    sizes = {
        name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in rollup.splitlines()[1:])
    }
    found = [memory_of(int(child)) for child in children]
    memory = sizes["Pss"] + sum(each for each, _ in found)
    return memory, sizes["Pss_Anon"] + sizes["Pss_Shmem"] + sum(each for _, each in found)


def bytes_below(folder: Path) -> int:
    """Bytes that the files below a folder take on the disk, each once."""
    sizes: dict[int, int] = {}
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif not entry.is_symlink():
                        stat = entry.stat(follow_symlinks=False)
                        sizes[stat.st_ino] = stat.st_blocks * 512
        except OSError:  # it went meanwhile
            continue
    return sum(sizes.values())
