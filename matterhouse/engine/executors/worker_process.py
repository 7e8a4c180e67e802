"""Batches are extracted in worker processes and, meanwhile, in the process of the run."""

import os
from collections.abc import Callable

from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup
from matterhouse.engine.executors.in_process import InProcessExecutor
from matterhouse.engine.executors.places import Attempt, discard, place_of
from matterhouse.engine.executors.worker import Worker, that_answered

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
        and cores() > 1
    )


class WorkerProcessExecutor:
    """One batch at a time is with each worker process, one is with this process.

    A batch whose worker failed or was killed is extracted in this process.
    """

    def __init__(self, setup: Setup, extractor: Extractor, on_read: Callable[[int], None], processes: int = 1):
        self._setup, self._extractor, self._on_read = setup, extractor, on_read
        self._here = InProcessExecutor(extractor, on_read)
        self._place = place_of(setup.folder, None)
        self._place.open()
        self._workers = [Worker(setup, self._place) for _ in range(processes)]

    @property
    def has_room(self) -> bool:
        return self._idle is not None or self._here.has_room

    @property
    def is_pending(self) -> bool:
        return any(worker.batch is not None for worker in self._workers) or self._here.is_pending

    def submit(self, batch: Batch) -> None:
        (self._idle.send if self._idle else self._here.submit)(batch)

    def take(self) -> Outcome:
        worker = that_answered(self._workers, wait=not self._here.is_pending)
        if worker is None or worker.batch is None:
            return self._here.take()
        return self._take_from(worker, worker.batch)

    def close(self) -> None:
        """End the worker processes, whatever they do."""
        for worker in self._workers:
            worker.close()
        self._place.remove()

    @property
    def _idle(self) -> Worker | None:
        return next((worker for worker in self._workers if worker.batch is None), None)

    def _take_from(self, worker: Worker, batch: Batch) -> Outcome:
        attempt = worker.receive()
        if attempt is None or not self._has_taken(attempt):
            # A fault of the batch shows here as well; one of the worker does not matter.
            discard(self._setup.folder, batch)
            return self._extractor.extract(batch, self._on_read)
        for file in batch.files:
            self._on_read(file.size)
        return attempt.outcome

    def _has_taken(self, attempt: Attempt) -> bool:
        try:
            self._place.take(attempt, self._setup.folder)
        except OSError:  # somebody removed it
            return False
        return True


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
