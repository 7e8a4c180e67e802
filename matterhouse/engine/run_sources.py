"""The sources of a run: what is planned for each, which ones failed, and the account of each."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from matterhouse.engine.account import Account, FileOutcome
from matterhouse.engine.comparison import ALL_OVER
from matterhouse.engine.due import not_due
from matterhouse.engine.errors import MOST_TOLD, SourceFailure
from matterhouse.engine.ground import Ground
from matterhouse.engine.plan import SourcePlan, plan_source
from matterhouse.engine.report import iso
from matterhouse.engine.side_by_side import side_by_side
from matterhouse.settings.group import seconds
from matterhouse.settings.models import Settings
from matterhouse.sources import SourceUnavailable
from matterhouse.transforms.keys import record_id
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Entry, Ledger

if TYPE_CHECKING:
    from matterhouse.warehouse.build import Changes
    from matterhouse.warehouse.history import SourceHistory


class RunSources:
    """The sources of a run. One that failed is not among the ``plans``; the ledger keeps what it knows of it.

    ``dropping`` are sources that the ledger knows and whose rows go, and what each is called now, if it was renamed.
    """

    def __init__(self, settings: Settings, dropping: Mapping[str, str | None]):
        self._settings, self._dropping = settings, dropping
        self._planned: dict[str, SourcePlan] = {}
        self._failed: dict[str, SourceFailure] = {}
        self._wanted: Collection[str] = settings.sources
        self._not_due: dict[str, datetime] = {}

    @property
    def plans(self) -> list[SourcePlan]:
        """What is planned for the sources that did not fail, in the order of the settings."""
        names = self._planned.keys() - self._failed.keys()
        return [self._planned[name] for name in self._settings.sources if name in names]

    @property
    def failures(self) -> list[SourceFailure]:
        """The failures, in the order of the settings."""
        return [self._failed[name] for name in self._settings.sources if name in self._failed]

    @property
    def dropped(self) -> list[str]:
        """The sources whose rows go. Those of one that was renamed stay until it is read by its new name."""
        read = {None, *self._planned} - self._failed.keys()
        return [name for name, successor in self._dropping.items() if successor in read]

    @property
    def has_work(self) -> bool:
        """Whether a file of any source is to be looked at, or a source is to be dropped."""
        return bool(self.dropped) or any(plan.has_work for plan in self.plans)

    @property
    def change_tables(self) -> bool:
        """Whether rows are added, replaced or removed; known when the sources are extracted."""
        return bool(self.dropped) or any(plan.changes_tables for plan in self.plans)

    def gone(self, ledger: Ledger) -> tuple[list[Entry], list[Entry]]:
        """The files that are to go from the tables: those that are not there any more, and those of dropped sources."""
        removed = [entry for plan in self.plans if plan.comparison for entry in plan.comparison.removed]
        return removed, [entry for name in self.dropped for entry in ledger.files(name).values()]

    @property
    def not_due(self) -> dict[str, str]:
        """The sources that were not listed, each with the moment (ISO 8601, UTC) when it is due."""
        return {name: due.isoformat(timespec="seconds") for name, due in self._not_due.items()}

    @property
    def have_all_failed(self) -> bool:
        """Whether no source is left of those that the run is to bring up to date."""
        return len(self._failed) == len(self._wanted)

    def plan(self, layout: Layout, ground: Ground, now: datetime) -> None:
        """List the sources that are due, and compare them with the ledger; called again, it takes those again that
        failed. Where all tables are made anew, that is every source.
        """
        ledger, reread = ground.ledger, ground.full
        known = ledger.sources()
        takes_all = not self._settings.chosen or (ground.fresh and bool(known))
        self._wanted = self._settings.sources if takes_all else self._settings.chosen
        if not (reread or self._settings.chosen):
            self._not_due = not_due(self._settings, known, now)

        def planned(name: str) -> SourcePlan | SourceFailure:
            try:
                return plan_source(
                    name, self._settings, layout.clones, known.get(name), reread, kept_after, was_called.get(name)
                )
            except SourceUnavailable as error:
                return SourceFailure.of(error)

        kept_for = timedelta(seconds=seconds(self._settings.retention.unreadable))
        kept_after = iso(now - kept_for) if kept_for else ALL_OVER
        was_called = {new: old for old, new in self._dropping.items() if new is not None}
        due = set(self._wanted) - self._not_due.keys() - self._planned.keys()
        names = [name for name in self._settings.sources if name in due]
        self._failed.clear()
        for name, plan in zip(names, side_by_side(planned, names, self._settings.sources_at_once)):
            if isinstance(plan, SourceFailure):
                self._failed[name] = plan
            else:
                plan.compare(ledger)
                if plan.was_called is not None:
                    plan.records_before = known[plan.was_called]["counts"]["records"]
                self._planned[name] = plan

    def remarks(self) -> list[str]:
        """What may be wrong with ``include`` and ``exclude``: a sentence per source that has no file to read, or that
        is read as a whole and has other files that may be content.
        """
        from matterhouse.engine.emptiness import why_empty
        from matterhouse.engine.passed_over import passed_over

        told: list[str] = []
        for plan in self.plans:
            with suppress(SourceUnavailable):  # it went since it was listed, which the next run tells
                if plan.wants_nothing:
                    told.append(why_empty(plan.name, plan.source, plan.settings))
                elif plan.is_read_whole:
                    told += passed_over(plan.name, plan.source, plan.settings)
        return told

    def changes(self, ground: Ground, rejects: list[dict], histories: "list[SourceHistory]") -> "Changes":
        """What the sources bring; the rows of files that are gone have to go where tables are not made anew."""
        from matterhouse.warehouse.build import Changes

        def by_id(entries: Iterable[Entry]) -> dict[str, Entry]:
            return {record_id(entry.source, entry.path): entry for entry in entries}

        read = by_id(entry for plan in self.plans for entry in plan.read)
        restamped = by_id(entry for plan in self.plans for entry in (*plan.restamped, *plan.unreadable))
        files, of_sources = self.gone(ground.ledger)
        gone = {} if ground.fresh else by_id([*files, *of_sources])
        removed = [*_removed(files, "file"), *_removed(of_sources, "source")]
        return Changes(read, restamped, gone, rejects, histories, removed)

    @property
    def losing_records(self) -> list[str]:
        """The files, each behind its source, that cannot be read any more and would lose the records that they had."""
        return [f"{plan.name}: {path}" for plan in self.plans for path in plan.losing_records]

    def notes_on_lost_records(self) -> list[str]:
        """A sentence, or none, on files that cannot be read and do not keep their records any longer."""
        lost = [f"{plan.name}: {path}" for plan in self.plans for path in plan.lost_records]
        if not lost or not seconds(self._settings.retention.unreadable):
            return []
        more = f" and {len(lost) - MOST_TOLD:,} more" if len(lost) > MOST_TOLD else ""
        why = "the time is over (retention.unreadable), or other settings read them"
        return [
            f"files that cannot be read lost the records that they had, as {why}: {', '.join(lost[:MOST_TOLD])}{more}"
        ]

    def fail(self, failure: SourceFailure) -> None:
        """Go on without a source."""
        self._failed[failure.source] = failure

    def has_failed(self, name: str) -> bool:
        """Whether the source of that name failed."""
        return name in self._failed

    def accounts(self) -> list[Account]:
        """The accounts that close, also of sources that failed. A source that was not read to the end has none."""
        accounts = []
        for name in self._settings.sources:
            failure, plan = self._failed.get(name), self._planned.get(name)
            error = failure.message if failure else None
            if plan is not None and plan.account.closes:
                accounts.append(replace(plan.account, error=error))
            elif error is not None:
                accounts.append(Account(name, None, 0, 0, 0, 0, 0, 0, error=error))
        return accounts

    def skipped(self) -> dict[str, int]:
        """The number of files that hold no record, by reason, the most frequent first."""
        reasons = Counter[str]()
        for plan in self.plans:
            reasons.update(plan.skipped)
        return dict(reasons.most_common())

    def facts(self, refreshed_at: str) -> dict[str, dict]:
        """What the ledger is to remember of the sources that did not fail."""
        return {plan.name: plan.facts_now(refreshed_at) for plan in self.plans}

    def remember(self, ledger: Ledger, refreshed_at: str) -> None:
        """Write to the ledger where the sources and files stand, in the transaction that is open."""
        for plan in self.plans:
            if plan.comparison is not None:
                ledger.drop_files(plan.name, [entry.path for entry in plan.comparison.removed])
                ledger.put_files([*plan.read, *plan.restamped, *plan.unreadable])
        for name in self.dropped:
            ledger.drop_source(name)
        for name, facts in self.facts(refreshed_at).items():
            ledger.put_source(name, facts)


def _removed(entries: Iterable[Entry], what: str) -> list[dict[str, Any]]:
    """Rows of ``meta.removed``, but for the run, of files that are gone, or whose source is."""
    return [
        {
            "source": entry.source,
            "path": entry.path,
            "record_id": record_id(entry.source, entry.path),
            "records": entry.records,
            "what": what,
        }
        for entry in entries
        if entry.outcome != FileOutcome.SKIPPED
    ]
