"""Batches are extracted in a worker process and, meanwhile, in the process of the run."""

import os
from collections.abc import Callable

from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup
from matterhouse.engine.executors.in_process import InProcessExecutor
from matterhouse.engine.executors.worker import Worker

# Bytes of new text that are worth a worker process: its start takes as long as reading a good part of them, most of all
# where that is done by columns. Where documents repeat each other, as in most repositories, it would parse the same
# blocks once more and save nothing.
WORTH_A_PROCESS = 128_000_000


def is_worth_a_process(batches_left: int, bytes_left: int, share_of_new_text: float) -> bool:
    """Whether a worker process saves time: two batches or more are left that are mostly text not seen before."""
    return (
        batches_left >= 2
        and share_of_new_text > 0.5
        and share_of_new_text * bytes_left > WORTH_A_PROCESS
        and _cores() > 1
    )


class WorkerProcessExecutor:
    """One batch at a time is with the worker process, one is with this process.

    A batch whose worker failed or was killed is extracted in this process.
    """

    def __init__(self, setup: Setup, extractor: Extractor, on_read: Callable[[int], None]):
        self._extractor, self._on_read = extractor, on_read
        self._here = InProcessExecutor(extractor, on_read)
        self._worker = Worker(setup)

    @property
    def has_room(self) -> bool:
        return self._worker.batch is None or self._here.has_room

    @property
    def is_pending(self) -> bool:
        return self._worker.batch is not None or self._here.is_pending

    def submit(self, batch: Batch) -> None:
        if self._worker.batch is None:
            self._worker.send(batch)
        else:
            self._here.submit(batch)

    def take(self) -> Outcome:
        if self._worker.batch is not None and (self._worker.has_answered or not self._here.is_pending):
            return self._take_from_worker(self._worker.batch)
        return self._here.take()

    def close(self) -> None:
        """End the worker process, whatever it does."""
        self._worker.close()

    def _take_from_worker(self, batch: Batch) -> Outcome:
        outcome = self._worker.receive()
        if outcome is None:  # a fault of the batch shows here as well; one of the worker does not matter
            return self._extractor.extract(batch, self._on_read)
        for file in batch.files:
            self._on_read(file.size)
        return outcome


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
