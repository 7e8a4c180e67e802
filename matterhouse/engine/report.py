"""The report of a run: what it found and did, for people and for programs. ``page`` makes it Markdown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from matterhouse import __version__
from matterhouse.engine.account import Account, totals
from matterhouse.engine.errors import MOST_TOLD, SourceFailure, messages
from matterhouse.warehouse.ledger import Ledger


class RunState(StrEnum):
    """How a run ended, as ``meta.runs.state`` has it. ``PARTIAL``: some sources failed, the others did not, or the
    snapshot could not be sent to an object store. ``KILLED``: it did not come to its end, as a run after it found.
    """

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    KILLED = "killed"


@dataclass
class Report:
    """What a run did.

    ``snapshot`` is what readers have after it, ``published`` whether the run made it. ``failures`` are the sources
    that failed, ``error`` says why the run or some of its sources did. ``sources`` has an account per source,
    ``skipped`` the number of files that hold no record by reason, ``rejected_items`` the
    items of loaded data files that could not be read, ``stages`` seconds of wall time per stage, ``rows``
    the rows of each published table, ``failed_checks`` name, severity, rows and description of checks that found
    something, ``drift`` by collection the front-matter paths that no table covers and no run met before,
    ``histories`` the ``commits`` and ``versions`` that came to the histories of sources, ``removed`` by
    source how many ``files`` are gone and the first ``paths`` of them, ``not_due`` the sources that were not listed,
    each with the moment when it is due, ``stale`` those that failed and keep rows, each with the start of the run that
    read it last, ``unsent`` the object stores that the snapshot could not be sent to, each with the reason, ``files``
    of a dry run what would become of each file that is new, changed or gone, ``notes`` what else the operator should
    know. Times are ISO 8601 in UTC.
    """

    run_id: str
    started_at: str
    state: RunState = RunState.FAILED
    ended_at: str | None = None
    snapshot: str | None = None
    published: bool = False
    failures: list[SourceFailure] = field(default_factory=list)
    sources: list[Account] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    failed_checks: list[dict] = field(default_factory=list)
    drift: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    files: list[dict[str, Any]] | None = None
    histories: dict[str, dict[str, int]] = field(default_factory=dict)
    unsent: dict[str, str] = field(default_factory=dict)
    stale: dict[str, str] = field(default_factory=dict)
    removed: dict[str, dict[str, Any]] = field(default_factory=dict)
    not_due: dict[str, str] = field(default_factory=dict)
    rejected_items: int = 0
    bytes_read: int = 0
    documents_declined: int = 0
    distinct_blocks: int = 0

    def tell_failures(self, failures: list[SourceFailure], ledger: Ledger) -> None:
        """Say that the run goes on without some of its sources, whose rows are of when the ledger has it."""
        self.failures = failures
        known = ledger.sources() if failures else {}
        self.stale = {each.source: known[each.source]["refreshed_at"] for each in failures if each.source in known}
        self.error = messages(failures) or None

    def tell_unsent(self, unsent: dict[str, str]) -> None:
        """Say which object stores keep an older snapshot, and why."""
        self.unsent = unsent
        if unsent:
            told = [self.error] if self.error else []
            self.state, self.error = RunState.PARTIAL, "; ".join([*told, *self.unsent_in_words.values()])

    @property
    def unsent_in_words(self) -> dict[str, str]:
        """A sentence for each object store that the snapshot could not be sent to."""
        return {place: f"{place} keeps the snapshot that it has: {why}" for place, why in self.unsent.items()}

    def row(self, accounts: Sequence[Account], flow_run_id: str | None, trigger: str, full_refresh: bool) -> dict:
        """The run as the ledger and ``meta.runs`` know it."""
        return {
            "run_id": self.run_id,
            "flow_run_id": flow_run_id,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "state": self.state,
            "trigger": trigger,
            "version": __version__,
            "snapshot_id": self.snapshot if self.published else None,
            "full_refresh": full_refresh,
            **totals(accounts),
            "documents_declined": self.documents_declined,
            "distinct_blocks": self.distinct_blocks,
            "bytes_read": self.bytes_read,
            "stage_seconds": dict(self.stages),
            "error": self.error,
            "sources": [asdict(account) for account in accounts],
        }


@dataclass(frozen=True)
class Progress:
    """How far a run is: its ``stage``, and in it files done ``of`` so many, and bytes read.

    In the stage ``history`` it is commits that are counted, and ``versions`` are those that they began.
    """

    stage: str
    files: int = 0
    of: int = 0
    bytes: int = 0
    versions: int = 0

    @property
    def counts(self) -> str:
        """What was read, in words: ``50 of 60 files``, or ``50 of 60 commits, 7 versions``."""
        if self.stage == "history":
            return f"{self.files:,} of {self.of:,} commits, {self.versions:,} versions"
        return f"{self.files:,} of {self.of:,} files"


def iso(moment: datetime) -> str:
    """A moment as runs, sources and files are noted with it."""
    return moment.isoformat(timespec="microseconds")


def counting(total: int, on_progress: Callable[[Progress], None]) -> Callable[[int], None]:
    """A function that is called with the size of every file that was read, of ``total``, and tells of the progress."""
    files = size = 0

    def count(file_size: int) -> None:
        nonlocal files, size
        files, size = files + 1, size + file_size
        if files % 50 == 0 or files == total:
            on_progress(Progress("extract", files, total, size))

    return count


def accounts_told(accounts: Sequence[Account]) -> tuple[list[Account], int]:
    """The accounts that have a line of their own, and how many sources have none, where they are too many.

    Then only those are told that failed, or whose files were loaded, rejected or removed.
    """
    if len(accounts) <= MOST_TOLD:
        return list(accounts), 0
    eventful = [each for each in accounts if each.error or each.loaded or each.rejected or each.removed]
    told = eventful[:MOST_TOLD]
    return told, len(accounts) - len(told)


def breach(check: Mapping[str, Any]) -> str:
    """What a check that failed found, a sentence: how many rows break which rule."""
    rows = "1 row breaks" if check["offending"] == 1 else f"{check['offending']:,} rows break"
    return f"{rows} the rule: {check['description']}"


def histories_in_words(histories: Mapping[str, Mapping[str, int]]) -> list[str]:
    """A sentence per source whose history was read."""
    return [
        f"History of {source}: {_counted(counts['commits'], 'commit')} that changed files began"
        f" {_counted(counts['versions'], 'version')}."
        for source, counts in histories.items()
    ]


def _counted(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def removed_in_short(removed: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """By source, how many rows of ``meta.removed`` there are, and the first paths of them."""
    found: dict[str, list[str]] = {}
    for row in removed:
        found.setdefault(row["source"], []).append(row["path"])
    return {source: {"files": len(paths), "paths": sorted(paths)[:MOST_TOLD]} for source, paths in found.items()}


def removed_in_words(removed: Mapping[str, Mapping[str, Any]], most: int) -> list[str]:
    """A line per source with some of its files that are gone."""
    lines = []
    for source, gone in removed.items():
        paths = gone["paths"][:most]
        more = gone["files"] - len(paths)
        lines.append(f"{source}: {', '.join(paths)}{f' and {more:,} more' if more else ''}")
    return lines


def skipped_in_words(skipped: Mapping[str, int]) -> str:
    """How many files were skipped for which reason: ``12 no_front_matter, 1 symlink``."""
    return ", ".join(f"{count:,} {reason}" for reason, count in skipped.items())


def drift_in_words(drift: Mapping[str, Sequence[str]], fields: int, collections: int) -> list[str]:
    """A line per collection with the paths that are new in it: some of each, and of so many collections."""
    lines = []
    for collection, paths in list(drift.items())[:collections]:
        more = f" and {len(paths) - fields:,} more" if len(paths) > fields else ""
        lines.append(f"{collection or 'in no collection'}: {', '.join(paths[:fields])}{more}")
    if len(drift) > collections:
        lines.append(f"{len(drift) - collections:,} more collections: meta.drift has all paths")
    return lines
