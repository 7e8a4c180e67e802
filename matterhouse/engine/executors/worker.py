"""The worker process: ``python -m matterhouse.engine.executors.worker``, and ``Worker``, by which a run uses it.

Reads a pickled ``Setup`` and then pickled batches from standard input, writes the pickled outcome of each to standard
output (None for a batch that could not be extracted), exits at end of input. It may fail or be killed at any time.
"""

import gc
import os
import pickle
import select
import subprocess
import sys
from contextlib import suppress

from matterhouse import process
from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup


class Worker:
    """A worker process as the run sees it. ``batch`` is the one that it is extracting, None while it is idle."""

    def __init__(self, setup: Setup):
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
        self._write(setup)

    def send(self, batch: Batch) -> None:
        """Start the extraction of a batch."""
        self.batch = batch
        self._write(batch)

    @property
    def has_answered(self) -> bool:
        """Whether ``receive`` would return at once."""
        if self._process is None or self._process.stdout is None:
            return True
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def receive(self) -> Outcome | None:
        """Wait for the outcome of the batch; None where it was not extracted."""
        self.batch = None
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            return pickle.load(self._process.stdout) if self._process and self._process.stdout else None
        return None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _write(self, message: Setup | Batch) -> None:
        with suppress(OSError):  # the process is dead, as ``receive`` will find
            if self._process is not None and self._process.stdin is not None:
                pickle.dump(message, self._process.stdin)
                self._process.stdin.flush()


def main() -> None:
    """Extract batches until standard input ends."""
    process.tune()
    gc.disable()
    outcomes = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no outcome
    extractor = Extractor(pickle.load(sys.stdin.buffer))
    while True:
        try:
            batch = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        try:
            outcome = extractor.extract(batch)
        except Exception:
            outcome = None
        pickle.dump(outcome, outcomes)
        outcomes.flush()


if __name__ == "__main__":
    main()
