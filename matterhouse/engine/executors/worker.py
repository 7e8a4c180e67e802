"""The worker process: ``python -m matterhouse.engine.executors.worker``, and ``Worker``, by which a run uses it.

Reads a pickled ``Setup`` and place and then pickled batches from standard input, writes the pickled attempt at each to
standard output (None for a batch that could not be extracted), exits at end of input. It may fail or be killed at any
time.
"""

import gc
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from matterhouse import process
from matterhouse.engine.batch import Batch, Extractor, Setup
from matterhouse.engine.executors.places import Attempt, Place, attempted


class Worker:
    """A worker process as the run sees it. ``batch`` is the one that it is extracting, None while it is idle."""

    def __init__(self, setup: Setup, place: Place):
        self.batch: Batch | None = None
        self._process: subprocess.Popen | None = None
        with suppress(OSError):  # no memory, or no more processes: then no batch gets an outcome
            self._process = subprocess.Popen(
                process.child_command("-m", __name__),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,  # Ctrl-C is for the process of the run
            )
        self._write((setup, place))

    @property
    def answers(self) -> IO[bytes] | None:
        """Where attempts come from; None where there is no process."""
        return self._process.stdout if self._process else None

    def send(self, batch: Batch) -> None:
        """Start the extraction of a batch."""
        self.batch = batch
        self._write(batch)

    def receive(self) -> Attempt | None:
        """Wait for the attempt at the batch; None where it was not extracted."""
        self.batch = None
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            return pickle.load(self.answers) if self.answers else None
        return None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _write(self, message: tuple[Setup, Place] | Batch) -> None:
        with suppress(OSError):  # the process is dead, as ``receive`` will find
            if self._process is not None and self._process.stdin is not None:
                pickle.dump(message, self._process.stdin)
                self._process.stdin.flush()


def that_answered(workers: Sequence[Worker], wait: bool) -> Worker | None:
    """A busy worker whose ``receive`` returns at once; with ``wait`` it is waited for, if one is busy."""
    busy = [worker for worker in workers if worker.batch is not None]
    never_started = next((worker for worker in busy if worker.answers is None), None)
    if never_started or not busy:
        return never_started
    waiting = {worker.answers.fileno(): worker for worker in busy if worker.answers is not None}
    ready, _, _ = select.select([*waiting], [], [], None if wait else 0)
    return waiting[ready[0]] if ready else None


def main() -> None:
    """Extract batches until standard input ends."""
    process.tune()
    gc.disable()
    attempts = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no attempt
    setup, place = pickle.load(sys.stdin.buffer)
    extractor = Extractor(setup)
    while True:
        try:
            batch = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            attempt = attempted(extractor, place, batch, lambda size: None)
        except Exception:
            attempt = None
        pickle.dump(attempt, attempts)
        attempts.flush()


if __name__ == "__main__":
    main()
