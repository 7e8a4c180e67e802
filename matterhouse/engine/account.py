"""The account of a run: the outcome of every file, and per source the counts that have to add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FileOutcome(StrEnum):
    """What became of a file, as ``meta.files.outcome`` has it."""

    LOADED = "loaded"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Account:
    """What became of every file of a source in one run.

    ``found`` = ``loaded`` + ``unchanged`` + ``rejected`` + ``skipped``; ``removed`` files are not
    found any more. ``kept`` are those of the rejected files whose records of before stay. ``records`` are those that
    these, the loaded and the unchanged files hold: data files may hold many.
    ``position`` is the commit that was read, None for a folder. ``error`` says why the source failed; then nothing of
    it was published, and its rows are those of an earlier run.
    """

    source: str
    position: str | None
    found: int
    loaded: int
    unchanged: int
    rejected: int
    skipped: int
    removed: int
    records: int = 0
    error: str | None = None
    kept: int = 0

    @property
    def closes(self) -> bool:
        """Whether the counts add up."""
        return self.found == self.loaded + self.unchanged + self.rejected + self.skipped


def totals(accounts: Iterable[Account]) -> dict[str, int]:
    """The account of a run: those of its sources added up, without those that failed unless all of them did."""
    every = list(accounts)
    counted = [account for account in every if account.error is None] or every
    names = ("found", "loaded", "unchanged", "rejected", "skipped", "removed", "records", "kept")
    return {name: sum(getattr(account, name) for account in counted) for name in names}
