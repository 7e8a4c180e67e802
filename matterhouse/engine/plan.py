"""What a run has to do: every source listed and compared with the ledger."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from importlib.resources import files as package_files
from itertools import chain

from matterhouse.settings.models import Settings, SourceSettings
from matterhouse.sources import NOT_READ, Limits, Source, open_source, redacted
from matterhouse.warehouse.changes import LOADED, REJECTED, SKIPPED, Account, Changes, compare
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Entry, Ledger


@dataclass
class SourcePlan:
    """One source in a run: where it stands, what changed, and, as the run goes on, what became of it.

    ``changes`` is None where position or digest say at once that nothing changed; then ``facts``, the
    ledger's, have the counts. ``read`` and ``refreshed`` are filled by the extraction: entries of
    files that were read and are new or changed, and of files that only look touched.
    """

    name: str
    settings: SourceSettings
    source: Source
    position: str | None
    fingerprint: str
    facts: dict | None
    reread: bool = False
    known: dict[str, Entry] = field(default_factory=dict)
    changes: Changes | None = None
    listed_ns: int = 0
    digest: str | None = None
    read: list[Entry] = field(default_factory=list)
    refreshed: list[Entry] = field(default_factory=list)

    @property
    def to_do(self) -> bool:
        """Whether the listing leaves anything to look at; known when the source is planned."""
        return self.changes is not None and not self.changes.nothing

    @property
    def changed(self) -> bool:
        """Whether tables change; known when the source is extracted."""
        return bool(self.read) or (self.changes is not None and bool(self.changes.gone))

    @property
    def account(self) -> Account:
        if self.changes is None:
            return Account(self.name, self.position, **self.facts["counts"], removed=0)
        kept = Counter(entry.outcome for entry in chain(self.changes.kept, self.refreshed))
        new = Counter(entry.outcome for entry in self.read)
        return Account(
            self.name,
            self.position,
            found=len(self.changes.kept) + len(self.changes.read) + len(self.changes.unread),
            loaded=new[LOADED],
            unchanged=kept[LOADED],
            rejected=new[REJECTED] + kept[REJECTED],
            skipped=new[SKIPPED] + kept[SKIPPED],
            removed=len(self.changes.gone),
        )

    @property
    def _has_unread_files(self) -> bool:
        """Whether files are left that could not be read and are to be tried again."""
        if self.changes is None:
            return False
        return any(entry.reason in NOT_READ for entry in chain(self.changes.kept, self.refreshed, self.read))

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
            "counts": {
                "found": account.found,
                "loaded": 0,
                "unchanged": account.loaded + account.unchanged,
                "rejected": account.rejected,
                "skipped": account.skipped,
            },
        }


def plan_source(name: str, settings: Settings, layout: Layout, ledger: Ledger, reread: bool) -> SourcePlan:
    """List a source and compare it with the ledger. Raises ``sources.SourceUnavailable``."""
    own = settings.sources[name]
    limits = reading_limits(settings)
    source = open_source(
        name, own.uri, own.ref, include=own.include, exclude=own.exclude, clones=layout.clones, limits=limits
    )
    facts = ledger.sources().get(name)
    plan = SourcePlan(name, own, source, source.position(), _fingerprint(own, limits), facts)
    plan.reread = reread or (facts is not None and facts["fingerprint"] != plan.fingerprint)
    may_be_unchanged = facts is not None and not plan.reread and not facts.get("retry")
    if may_be_unchanged and plan.position is not None and plan.position == facts["position"]:
        plan.digest = facts["digest"]
        return plan
    listing = source.list()
    plan.digest, plan.listed_ns = listing.digest, listing.listed_at_ns
    if may_be_unchanged and listing.digest == facts["digest"]:
        return plan
    plan.known = ledger.files(name)
    plan.changes = compare(listing, plan.known, plan.reread)
    return plan


def reading_limits(settings: Settings) -> Limits:
    given = settings.limits
    return Limits(given.file_bytes, given.head_bytes, given.depth, given.nodes, given.related, given.files)


def _fingerprint(own: SourceSettings, limits: Limits) -> str:
    """Stands for the settings that change what is read; another one re-reads the source."""
    shape = (own.publish_secured, sorted(own.columns.items()), list(own.collections.items()))
    settings = (sorted(own.include), sorted(own.exclude), shape, asdict(limits))
    return blake2b(repr(settings).encode(), digest_size=8).hexdigest()


def code_fingerprint() -> str:
    """Stands for the code and DDL that make the tables; another one makes all tables anew."""
    state = blake2b(digest_size=8)
    for package in ("sources", "reading", "transforms", "sql"):
        _add(state, package_files(f"matterhouse.{package}"), "")
    return state.hexdigest()


def _add(state: blake2b, folder, prefix: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        name = f"{prefix}/{entry.name}"
        if entry.name in ("tables", "views", "load"):
            _add(state, entry, name)
        elif entry.name.endswith((".py", ".sql")):
            state.update(name.encode() + b"\0" + entry.read_bytes())
