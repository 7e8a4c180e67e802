"""A second process that extracts batches while the first extracts others.

It is told what to do, and answers, in pickles through pipes, and ends when its input does. It may fail or be
killed at any time: then it has no answer, and the first process extracts the batch itself.
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


class Helper:
    """The process as the first one sees it; ``batch`` is what it is at work on, None while it is idle."""

    def __init__(self, setup: Setup):
        self.batch: Batch | None = None
        self._process: subprocess.Popen | None = None
        with suppress(OSError):  # no memory, no more processes: then there is no answer to any batch
            self._process = subprocess.Popen(
                process.child_command("-m", "matterhouse.engine.helper"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,  # Ctrl-C is for the first process
            )
        self._send(setup)

    def give(self, batch: Batch) -> None:
        """Let it begin with a batch."""
        self.batch = batch
        self._send(batch)

    @property
    def has_done(self) -> bool:
        """Whether there is an answer to take."""
        return self._process is None or bool(select.select([self._process.stdout], [], [], 0)[0])

    def take(self) -> Outcome | None:
        """Wait for what became of the batch; None where it could not be extracted."""
        self.batch = None
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            return pickle.load(self._process.stdout) if self._process else None
        return None

    def close(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _send(self, what: Setup | Batch) -> None:
        with suppress(OSError):  # it is dead, as ``take`` will find
            if self._process is not None:
                pickle.dump(what, self._process.stdin)
                self._process.stdin.flush()


def main() -> None:
    process.tune()
    gc.disable()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed is no answer
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
        pickle.dump(outcome, answers)
        answers.flush()


if __name__ == "__main__":
    main()
