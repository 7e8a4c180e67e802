"""What a run has to do: the listing of a source against the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass

from matterhouse.sources.errors import NOT_READ
from matterhouse.warehouse.ledger import Entry

LOADED, REJECTED, SKIPPED = "loaded", "rejected", "skipped"


@dataclass(frozen=True)
class Changes:
    """``read``: files to read, new, changed or not to be told apart. ``kept``: entries that stand.
    ``unread``: files that are listed and never read, with the reason. ``gone``: entries without a file."""

    read: list
    kept: list[Entry]
    unread: list[tuple[object, str]]
    gone: list[Entry]

    @property
    def nothing(self) -> bool:
        return not (self.read or self.unread or self.gone)


def compare(listing, known: dict[str, Entry], reread: bool) -> Changes:
    """Compare a ``sources.Listing`` with the ledger's entries; ``reread`` takes every file for changed."""
    read, kept = [], []
    for file in listing.files:
        entry = known.get(file.path)
        if entry is None or reread or not _same(file, entry):
            read.append(file)
        else:
            kept.append(entry)
    unread = []
    for file, reason in listing.skipped:
        entry = known.get(file.path)
        if entry is None or reread or (entry.outcome, entry.reason) != (SKIPPED, reason):
            unread.append((file, reason))
        else:
            kept.append(entry)
    found = {file.path for file in listing.files} | {file.path for file, _ in listing.skipped}
    return Changes(read, kept, unread, [entry for path, entry in known.items() if path not in found])


def _same(file, entry: Entry) -> bool:
    """Whether a listed file is certainly the one that the entry tells of."""
    if entry.content_hash is None or entry.reason in NOT_READ:
        return False
    if file.content_hash is not None:
        return file.content_hash == entry.content_hash
    return file.size == entry.size_bytes and file.mtime_ns == entry.modified_ns and not file.is_racy(entry.listed_ns)


@dataclass(frozen=True)
class Account:
    """What became of every file of a source in one run.

    ``found`` = ``loaded`` + ``unchanged`` + ``rejected`` + ``skipped``; ``removed`` files are not
    found any more.
    """

    source: str
    position: str | None
    found: int
    loaded: int
    unchanged: int
    rejected: int
    skipped: int
    removed: int

    @property
    def closes(self) -> bool:
        return self.found == self.loaded + self.unchanged + self.rejected + self.skipped


def totals(accounts: Iterable[Account]) -> dict[str, int]:
    """The account of a run: that of its sources, added up."""
    accounts = list(accounts)
    names = ("found", "loaded", "unchanged", "rejected", "skipped", "removed")
    return {name: sum(getattr(account, name) for account in accounts) for name in names}
