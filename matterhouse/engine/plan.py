"""What a run has to do with each source: listed, and compared with the ledger."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from matterhouse.engine import fingerprint
from matterhouse.engine.account import Account, FileOutcome
from matterhouse.engine.comparison import ALL_OVER, Comparison, compare, keeps_records
from matterhouse.settings.models import Settings
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import NOT_READ, Limits, Listing, Source, SourceUnavailable, open_source, redacted
from matterhouse.warehouse.ledger import Entry, Ledger

if TYPE_CHECKING:
    from matterhouse.history.reading import Outcome
    from matterhouse.sources.git import GitSource

# A run counts the entries of a source many times.
_OUTCOME, _RECORDS, _REASON = map(attrgetter, ("outcome", "records", "reason"))


@dataclass
class SourcePlan:
    """One source in a run: where it stands, what changed, and, once it is extracted, what became of its files.

    Where position or digest say at once that nothing changed, there is no ``listing`` and no ``comparison``; then
    ``facts``, the ledger's, have the counts. With ``reread`` every file is read again. The extraction fills ``read``
    with the entries of files that are new or changed, ``restamped`` with those of files of known content and another
    size or time stamp, ``unreadable`` with those of files that cannot be read (any more) and keep the records that they
    had, unless that is so since ``kept_after`` (ISO 8601, UTC) or before, ``history`` with what was read of the
    source's commits, if that was to be done. A source that was renamed has the name that it had, ``was_called``, and so
    many records by it.
    """

    name: str
    settings: SourceSettings
    source: Source
    position: str | None
    fingerprint: str
    facts: dict | None
    reread: bool = False
    listing: Listing | None = None
    known: dict[str, Entry] = field(default_factory=dict)
    comparison: Comparison | None = None
    listed_ns: int = 0
    digest: str | None = None
    read: list[Entry] = field(default_factory=list)
    restamped: list[Entry] = field(default_factory=list)
    unreadable: list[Entry] = field(default_factory=list)
    history: "Outcome | None" = None
    was_called: str | None = None
    records_before: int = 0
    kept_after: str = ALL_OVER

    def compare(self, ledger: Ledger) -> None:
        """Compare the listing, if there is one, with the ledger's files; it is not kept."""
        if self.listing is not None:
            self.known = ledger.files(self.name)
            self.comparison = compare(self.listing, self.known, self.reread, self.kept_after, self.has_moved)
            self.listing = None

    @property
    def has_moved(self) -> bool:
        """Whether the source was read from another place before."""
        return self.facts is not None and self.facts["uri"] != redacted(self.settings.uri)

    @property
    def files_to_read(self) -> int:
        """Files that are new or may have changed; known when the source is planned."""
        return len(self.comparison.to_read) if self.comparison is not None else 0

    @property
    def wants_nothing(self) -> bool:
        """Whether no file is there, or every one is excluded; known when the source is planned."""
        if self.comparison is None:
            return not self.account.found
        reasons = [reason for _, reason in self.comparison.skipped] + [entry.reason for entry in self.comparison.kept]
        return self.comparison.found == reasons.count("excluded")

    @property
    def is_read_whole(self) -> bool:
        """Whether every file is to be read: the source is new, or its settings changed; known when it is planned."""
        return self.comparison is not None and (self.facts is None or self.reread)

    @property
    def has_work(self) -> bool:
        """Whether a file is new, changed or removed, or may be; known when the source is planned."""
        return self.reads_history or (self.comparison is not None and not self.comparison.is_empty)

    @property
    def reads_history(self) -> bool:
        """Whether there are commits to read; known when the source is planned."""
        if not self.settings.has_history or self.position is None:
            return False
        known = (self.facts or {}).get("history")
        if self.reread or known is None or known["commit"] != self.position:
            return True
        return known["is_shallow"] and not cast("GitSource", self.source).is_shallow

    @property
    def loses_history(self) -> bool:
        """Whether the warehouse has a history of the source that it is not to have any more."""
        return bool((self.facts or {}).get("history")) and not self.settings.has_history

    @property
    def changes_tables(self) -> bool:
        """Whether rows are added, replaced or removed; known when the source is extracted."""
        removed = self.comparison is not None and bool(self.comparison.removed)
        return (
            bool(self.read or self.unreadable)
            or removed
            or self.loses_history
            or (self.history is not None and self.history.has_rows)
        )

    @property
    def account(self) -> Account:
        """The account of the source; it closes when the source is extracted."""
        if self.comparison is None:
            counts = self.facts["counts"] if self.facts else {}
            return Account(self.name, self.position, **counts, removed=0)
        kept = Counter(map(_OUTCOME, chain(self.comparison.kept, self.restamped)))
        new = Counter(map(_OUTCOME, chain(self.read, self.unreadable)))
        return Account(
            self.name,
            self.position,
            found=self.comparison.found,
            loaded=new[FileOutcome.LOADED],
            unchanged=kept[FileOutcome.LOADED],
            rejected=new[FileOutcome.REJECTED] + kept[FileOutcome.REJECTED],
            skipped=new[FileOutcome.SKIPPED] + kept[FileOutcome.SKIPPED],
            removed=len(self.comparison.removed),
            records=sum(map(_RECORDS, self._entries)),
            kept=sum(entry.kept_since is not None for entry in self._entries),
        )

    @property
    def skipped(self) -> Counter[str]:
        """Files that are not read, or hold no record, by reason."""
        if self.comparison is None:
            return Counter(self.facts.get("skipped", {}) if self.facts else {})
        return Counter(entry.reason or "unknown" for entry in self._entries if entry.outcome == FileOutcome.SKIPPED)

    @property
    def _has_unread_files(self) -> bool:
        """Whether files are left that could not be read and are to be tried again."""
        if self.comparison is None:
            return False
        return not NOT_READ.isdisjoint(map(_REASON, self._entries))

    @property
    def _entries(self) -> Iterator[Entry]:
        """The entries of every file that was found; complete when the source is extracted."""
        assert self.comparison is not None
        return chain(self.comparison.kept, self.restamped, self.read, self.unreadable)

    @property
    def losing_records(self) -> list[str]:
        """The files that cannot be read any more and would keep the records that they had, were these still there."""
        entries = {entry.path: entry for entry in self.read if entry.outcome == FileOutcome.REJECTED}
        return [path for path in entries if keeps_records(self.known.get(path), self.kept_after)]

    @property
    def lost_records(self) -> list[str]:
        """The files that cannot be read and had records until this run."""
        rejected = [entry.path for entry in self.read if entry.outcome == FileOutcome.REJECTED]
        return [path for path in rejected if path in self.known and self.known[path].records]

    @property
    def kept_since(self) -> str | None:
        """Since when the file keeps records that has kept them for longest; None where no file does."""
        if self.comparison is None:
            return (self.facts or {}).get("kept_since")
        return min((entry.kept_since for entry in self._entries if entry.kept_since is not None), default=None)

    def facts_now(self, refreshed_at: str) -> dict:
        """What the ledger is to remember of the source."""
        account = self.account
        return {
            "kind": self.source.kind,
            "uri": redacted(self.settings.uri),
            "ref": self.settings.ref,
            "max_age": self.settings.max_age,
            "position": self.position,
            "digest": self.digest,
            "fingerprint": self.fingerprint,
            "refreshed_at": refreshed_at,
            "retry": self._has_unread_files,
            "kept_since": self.kept_since,
            "skipped": dict(self.skipped),
            "history": self._history_now,
            "counts": {
                "found": account.found,
                "loaded": 0,
                "unchanged": account.loaded + account.unchanged,
                "rejected": account.rejected,
                "skipped": account.skipped,
                "records": account.records,
                "kept": account.kept,
            },
        }

    @property
    def _history_now(self) -> dict[str, Any] | None:
        """What the ledger is to remember of the source's history."""
        if not self.settings.has_history or self.position is None:
            return None
        if self.history is None:
            return (self.facts or {}).get("history")
        return {"commit": self.position, "last_at": self.history.last_at, "is_shallow": self.history.is_shallow}


def open_configured(name: str, own: SourceSettings, clones: Path, limits: Limits) -> Source:
    """The source that the configuration names; nothing is read yet. Raises ``sources.SourceUnavailable``."""
    source = open_source(
        name,
        own.uri,
        own.ref,
        include=own.include,
        exclude=own.exclude,
        clones=clones,
        limits=limits,
        trust=own.trust,
    )
    if own.has_history and source.kind != "git":
        raise SourceUnavailable(name, own.uri, "there is no git repository, and `history` needs one")
    return source


def plan_source(
    name: str,
    settings: Settings,
    clones: Path,
    facts: dict | None,
    reread: bool,
    kept_after: str,
    was_called: str | None = None,
) -> SourcePlan:
    """List a source, unless it is as the ledger's ``facts`` have it. Raises ``sources.SourceUnavailable``."""
    own, limits = settings.sources[name], reading_limits(settings)
    source, shape = open_configured(name, own, clones, limits), fingerprint.of_source(own, limits)
    if facts is not None and facts["fingerprint"] != shape:
        reread, kept_after = True, ALL_OVER  # records that were read in another way, perhaps with secrets, do not stay
    last = facts
    if facts is not None and (reread or _has_to_look(facts, redacted(own.uri), kept_after)):
        last = None
    if last is not None and last["position"] is not None and source.still_at(last["position"]):
        return SourcePlan(name, own, source, last["position"], shape, facts, digest=last["digest"])
    plan = SourcePlan(
        name, own, source, source.position(), shape, facts, reread, was_called=was_called, kept_after=kept_after
    )
    if last is not None and plan.position is not None and plan.position == last["position"]:
        plan.digest = last["digest"]
        return plan
    listing = source.list()
    plan.digest, plan.listed_ns = listing.digest, listing.listed_at_ns
    if last is None or listing.digest != last["digest"]:
        plan.listing = listing
    return plan


def _has_to_look(facts: dict, uri: str, kept_after: str) -> bool:
    """Whether the source is at another place, files are to be tried again, or have kept records for long enough."""
    return facts["uri"] != uri or facts.get("retry") or (facts.get("kept_since") or "~") <= kept_after


def reading_limits(settings: Settings) -> Limits:
    """The bounds that the configuration sets for the files of a source."""
    given = settings.limits
    return Limits(**{each.name: getattr(given, each.name) for each in fields(Limits)})
