"""Batches are extracted by the workers of a Dask cluster; what these cannot do, this process does."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from matterhouse.engine.batch import Batch, Extractor, Outcome, Setup
from matterhouse.engine.errors import RunFailed
from matterhouse.engine.executors.cluster import Cluster, NoAnswer
from matterhouse.engine.executors.on_worker import Job, Sample
from matterhouse.engine.executors.places import Attempt, Place, discard
from matterhouse.sources import SourceUnavailable
from matterhouse.sources.stores import StoreFailed

if TYPE_CHECKING:
    from distributed import Future

_LOOK_SECONDS = 1.0
_MOST_TOLD = 5  # reasons
_EACH = 2  # batches that a worker has at most: the one that it extracts, and the next


def open_shared(place: Place) -> None:
    """Open the place for what workers stage. Raises ``RunFailed`` and OSError."""
    try:
        place.open()
    except StoreFailed as error:
        raise RunFailed(f"engine.shared: what workers stage cannot be kept there: {error}") from None


class DaskExecutor:
    """Some batches at a time are with the workers, each of which starts afresh with a batch.

    This process extracts a batch whose worker refused it or failed, and those of a source that a worker does not see as
    it is here. So it does with all that are left once the scheduler is gone, or when there was no worker for
    ``patience`` seconds. ``notes`` are told of each. Raises ``RunFailed`` where workers run other code.
    """

    def __init__(
        self,
        cluster: Cluster,
        place: Place,
        setup: Setup,
        extractor: Extractor,
        on_read: Callable[[int], None],
        notes: list[str],
        patience: float,
    ):
        self._cluster, self._place, self._setup = cluster, place, setup
        self._extractor, self._on_read, self._notes, self._patience = extractor, on_read, notes, patience
        self._futures: dict[Future, Batch] = {}
        self._here: deque[Batch] = deque()
        self._is_seen: dict[str, bool] = {}
        self._failed: Counter[str] = Counter()
        self._is_over = False
        self._alone_since: float | None = None
        try:
            open_shared(place)
            cluster.refuse_others(place)
        except NoAnswer as error:
            self._give_up(str(error))
        except BaseException:
            self.close()
            raise
        self._workers = cluster.workers() or 0

    @property
    def has_room(self) -> bool:
        return not self._here and (self._is_over or len(self._futures) < _EACH * max(self._workers, 1))

    @property
    def is_pending(self) -> bool:
        return bool(self._futures or self._here)

    def submit(self, batch: Batch) -> None:
        if self._is_over or self._is_seen.get(batch.name) is False:
            self._here.append(batch)
            return
        try:
            sample = Sample.of(batch.source, batch.files)
        except SourceUnavailable:
            self._here.append(batch)  # where it is told
            return
        try:
            if self._can_be_seen(batch, sample):
                self._futures[self._cluster.submit(Job(self._setup, self._place, batch, sample))] = batch
            else:
                self._here.append(batch)
        except NoAnswer as error:
            self._give_up(str(error))
            self._here.append(batch)

    def take(self) -> Outcome:
        while not self._here:
            future = self._cluster.first_done(self._futures, _LOOK_SECONDS)
            if self._cluster.is_lost or (future is not None and future.cancelled()):
                self._give_up("the Dask scheduler is gone")
            elif future is None:
                self._give_up_without_workers()
            elif (outcome := self._outcome_of(future)) is not None:
                return outcome
        return self._extractor.extract(self._here.popleft(), self._on_read)

    def close(self) -> None:
        """Cancel what was submitted, and remove what is left of attempts; those that still run find that and stop."""
        try:
            self._cluster.close(self._futures)
        finally:
            self._place.remove()
            for why, count in self._failed.most_common(_MOST_TOLD):
                failed_at = f"that workers of {self._cluster.address} failed at"
                batches = f"a batch {failed_at} was" if count == 1 else f"{count:,} batches {failed_at} were"
                self._notes.append(f"{batches} read here: {why}")

    def _can_be_seen(self, batch: Batch, sample: Sample) -> bool:
        """Whether every worker sees the source of a batch as it is here; asked once per source."""
        if batch.name not in self._is_seen:
            why = self._cluster.complaint_about(sample)
            self._is_seen[batch.name] = why is None
            if why is not None:
                self._notes.append(f"source {batch.name} was read here, since not every worker sees it: {why}")
        return self._is_seen[batch.name]

    def _outcome_of(self, future: Future) -> Outcome | None:
        """The outcome of a batch that is done; None where it got lost, or is to be extracted here."""
        answer = self._cluster.result(future)
        if isinstance(answer, str) and (future.cancelled() or not self._cluster.answers()):
            # which is no fault of a worker
            self._give_up("the Dask scheduler is gone")
            return None
        if answer is None:  # Dask has it extracted once more
            self._give_up_without_workers()
            return None
        batch = self._futures.pop(future)
        self._alone_since, self._workers = None, self._cluster.workers() or 0
        why = answer if isinstance(answer, str) else self._why_not_taken(answer)
        if isinstance(answer, str) or why is not None:
            self._failed[str(why)] += 1
            discard(self._setup.folder, batch)
            self._here.append(batch)
            return None
        for file in batch.files:
            self._on_read(file.size)
        return answer.outcome

    def _why_not_taken(self, attempt: Attempt) -> str | None:
        try:
            self._place.take(attempt, self._setup.folder)
        except (OSError, StoreFailed) as error:
            return f"what it staged cannot be read here ({error})"
        return None

    def _give_up_without_workers(self) -> None:
        """Give up when there were no workers, or no answer, for as long as the run is to be patient."""
        workers = self._cluster.workers()
        self._workers = workers or 0
        if workers:
            self._alone_since = None
            return
        self._alone_since = time.monotonic() if self._alone_since is None else self._alone_since
        if time.monotonic() - self._alone_since >= self._patience:
            what = "the Dask scheduler did not answer" if workers is None else "there was no Dask worker"
            self._give_up(f"{what} for {self._patience:g} seconds")

    def _give_up(self, why: str) -> None:
        """Extract here what is left. Late attempts of workers count for nothing."""
        batches = [self._futures[future] for future in self._futures]
        among = f", with {len(batches):,} batches that were submitted" if batches else ""
        self._notes.append(f"{why} ({self._cluster.address}): the rest was read here{among}")
        self._cluster.close(self._futures)
        self._futures.clear()
        self._here.extend(batches)
        self._is_over = True
