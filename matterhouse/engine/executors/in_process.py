"""Batches are extracted one after the other in the process of the run."""

from collections.abc import Callable

from matterhouse.engine.batch import Batch, Extractor, Outcome


class InProcessExecutor:
    """Holds one batch and extracts it when its outcome is taken. ``on_read`` is called with the size of every file."""

    def __init__(self, extractor: Extractor, on_read: Callable[[int], None]):
        self._extractor, self._on_read = extractor, on_read
        self._batch: Batch | None = None

    @property
    def has_room(self) -> bool:
        return self._batch is None

    @property
    def is_pending(self) -> bool:
        return self._batch is not None

    def submit(self, batch: Batch) -> None:
        self._batch = batch

    def take(self) -> Outcome:
        batch, self._batch = self._batch, None
        if batch is None:
            raise LookupError("no batch was submitted")
        return self._extractor.extract(batch, self._on_read)

    def close(self) -> None:
        """There is nothing to end."""
