"""What changed in a source: its listing compared with the ledger."""

from dataclasses import dataclass

from matterhouse.engine.account import FileOutcome
from matterhouse.sources import NOT_READ, File, Listing
from matterhouse.warehouse.ledger import Entry

# Instead of the moment since when a file may keep records that it had: no file may.
ALL_OVER = "9999"


@dataclass(frozen=True)
class Comparison:
    """The files of a source, sorted by what is to be done with them.

    ``to_read`` are files that are new, changed, or not certainly unchanged. ``skipped`` are files that are listed and
    never read, each with a reason code, which the ledger does not have as such. ``kept`` are the ledger's entries of
    unchanged files, ``removed`` those whose file is not listed any more.
    """

    to_read: list[File]
    skipped: list[tuple[File, str]]
    kept: list[Entry]
    removed: list[Entry]

    @property
    def found(self) -> int:
        """Files that are listed."""
        return len(self.to_read) + len(self.skipped) + len(self.kept)

    @property
    def is_empty(self) -> bool:
        """Whether every listed file is unchanged and none was removed."""
        return not (self.to_read or self.skipped or self.removed)


def compare(
    listing: Listing, known: dict[str, Entry], reread: bool, kept_after: str = ALL_OVER, moved: bool = False
) -> Comparison:
    """Compare a listing with the ledger's entries by path; ``reread`` takes every file for changed.

    A file whose records are kept since ``kept_after`` (ISO 8601, UTC) or before is taken for changed, too; and where
    the source has ``moved`` to another place, one of which the listing does not tell the content.
    """
    to_read, skipped, kept = [], [], []
    for file in listing.files:
        entry = known.get(file.path)
        if entry is None or reread or not _is_unchanged(file, entry, moved) or is_over(entry, kept_after):
            to_read.append(file)
        else:
            kept.append(entry)
    for file, reason in listing.skipped:
        entry = known.get(file.path)
        if entry is None or reread or (entry.outcome, entry.reason) != (FileOutcome.SKIPPED, reason):
            skipped.append((file, reason))
        else:
            kept.append(entry)
    found = {file.path for file in listing.files} | {file.path for file, _ in listing.skipped}
    return Comparison(to_read, skipped, kept, [entry for path, entry in known.items() if path not in found])


def is_over(entry: Entry, kept_after: str) -> bool:
    """Whether the time is over for which an unreadable file keeps the records that it had."""
    return entry.kept_since is not None and entry.kept_since <= kept_after


def keeps_records(known: Entry | None, kept_after: str) -> bool:
    """Whether a file that cannot be read keeps the records that it had: it had some, and lost them not long ago."""
    return known is not None and known.records > 0 and kept_after != ALL_OVER and not is_over(known, kept_after)


def _is_unchanged(file: File, entry: Entry, moved: bool) -> bool:
    """Whether a listed file certainly has the content that the entry tells of."""
    if entry.content_hash is None or entry.reason in NOT_READ:
        return False
    if file.content_hash is not None:
        return file.content_hash == entry.content_hash
    if moved:
        return False
    return file.size == entry.size_bytes and file.mtime_ns == entry.modified_ns and not file.is_racy(entry.listed_ns)
