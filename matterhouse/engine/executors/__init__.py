"""Where the batches of a run are extracted: in this process, or in a worker process as well.

``in_process`` and ``worker_process`` are the two there are. One that sends batches elsewhere, to a cluster say, is
one more module with a class of the same methods; ``matterhouse.engine.extract`` chooses.
"""

from typing import Protocol

from matterhouse.engine.batch import Batch, Outcome


class Executor(Protocol):
    """Extracts batches. Outcomes may come in another order than the batches were submitted in."""

    @property
    def has_room(self) -> bool:
        """Whether a further batch may be submitted before an outcome is taken."""

    @property
    def is_pending(self) -> bool:
        """Whether a batch was submitted whose outcome was not taken."""

    def submit(self, batch: Batch) -> None:
        """Accept a batch; it is extracted at once elsewhere, or here when its outcome is taken."""

    def take(self) -> Outcome:
        """Wait for the outcome of one of the batches.

        Raises ``sources.SourceUnavailable`` and ``sources.AuditFailed``; that batch is no longer pending then.
        """

    def close(self) -> None:
        """End whatever still runs and give its memory back."""
