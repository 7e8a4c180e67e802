"""How a run fails: as a whole, or for some of its sources."""

from collections.abc import Sequence
from dataclasses import dataclass

from matterhouse.sources import AuditFailed, SourceUnavailable

# Why a source failed: it cannot be listed or read; too many of its files were rejected; it lost too many documents.
UNAVAILABLE, REJECTS, DROP = "unavailable", "rejects", "drop"
MOST_TOLD = 50  # sources that are told of one by one


@dataclass(frozen=True)
class SourceFailure:
    """Why a source failed in a run, which left its rows as they were.

    ``reason`` is ``unavailable``, ``rejects`` or ``drop``; ``message`` names the source and says what to do.
    ``may_pass``: the same may go well in a minute, as a server did not answer.
    """

    source: str
    reason: str
    message: str
    may_pass: bool = False

    @classmethod
    def of(cls, error: SourceUnavailable) -> "SourceFailure":
        """The failure of a source that cannot be listed or read."""
        return cls(error.name, UNAVAILABLE, " ".join(str(error).split()), error.may_pass)


def messages(failures: Sequence[SourceFailure]) -> str:
    """The messages of failures in one; of very many the first ones, and how many more there are."""
    told = "; ".join(failure.message for failure in failures[:MOST_TOLD])
    return told + f"; and {len(failures) - MOST_TOLD:,} more sources failed" if failures[MOST_TOLD:] else told


class RunFailed(Exception):
    """A run that published nothing; the message says why and what to do."""


class SourcesFailed(RunFailed):
    """A run that published nothing because of its sources' ``failures``."""

    def __init__(self, failures: Sequence[SourceFailure], why: str = ""):
        prefix = "" if all(failure.reason == UNAVAILABLE for failure in failures) else "nothing was published: "
        super().__init__(f"{prefix}{messages(failures)}{why}")
        self.failures = tuple(failures)

    @property
    def may_pass(self) -> bool:
        """Whether the same may go well in a minute."""
        return any(failure.may_pass for failure in self.failures)


def is_explained(error: BaseException | None) -> bool:
    """Whether the message of an error is enough for the report; others are mistakes in the code, and raised."""
    return (
        isinstance(error, RunFailed | SourceUnavailable | AuditFailed | OSError) or type(error).__module__ == "_duckdb"
    )
