"""A run from end to end, in plain Python: list, extract, load, check, publish.

Prefect (``matterhouse.flows.refresh``) and the command line (``matterhouse.cli``) call the same stages. Modules that
take long to import are imported by the stage that needs them: a run that finds nothing changed needs
neither pandas nor DuckDB.
"""

from __future__ import annotations

import gc
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

from matterhouse import __version__
from matterhouse.engine import fingerprint
from matterhouse.engine.account import Account, totals
from matterhouse.engine.limits import sudden_drops, too_many_rejects
from matterhouse.engine.plan import SourcePlan, plan_source, reading_limits
from matterhouse.engine.report import Progress, Report, RunState
from matterhouse.settings.models import Settings
from matterhouse.sources import AuditFailed, SourceUnavailable
from matterhouse.transforms.keys import record_id
from matterhouse.warehouse import recovery, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import writing


class RunFailed(Exception):
    """A run that published nothing; the message says why and what to do."""


def is_explained(error: BaseException | None) -> bool:
    """Whether an error's message says enough to be told in the report; any other is a mistake in the code, and raised."""
    return (
        isinstance(error, (RunFailed, SourceUnavailable, AuditFailed, OSError)) or type(error).__module__ == "_duckdb"
    )


def refresh(settings: Settings, **options) -> Report:
    """Run every stage under the warehouse's lock; ``Run`` tells the options.

    A run that fails says so in its report. Raises ``matterhouse.warehouse.lock.Locked`` when another run holds the lock.
    """
    with Run(settings, **options) as run:
        for stage in run.stages():
            stage()
    return run.report


class Run:
    """One run. As a context it holds the warehouse's lock, and ends with the run's row in the ledger.

    ``full_refresh`` reads every file again; ``accept_drop`` publishes even when tables lose many rows.
    ``trigger`` says what started the run, ``flow_run_id`` which Prefect flow run it is.
    ``on_progress`` is called with a ``Progress``.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        full_refresh: bool = False,
        accept_drop: bool = False,
        trigger: str = "cli",
        flow_run_id: str | None = None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ):
        started = datetime.now(UTC)
        self.report = Report(f"{started:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}", _iso(started))
        self._settings, self._full, self._on_progress = settings, full_refresh, on_progress
        self._accept_drop = accept_drop
        self._trigger, self._flow_run_id = trigger, flow_run_id
        self._layout = Layout(settings.warehouse.absolute())
        # Of its own: a worker process of a run that was killed may still be writing.
        self._staged = self._layout.staging / self.report.run_id
        self._plans: list[SourcePlan] = []
        self._rejects: list[dict] = []
        self._build = None

    def __enter__(self) -> Run:
        with ExitStack() as held:
            held.enter_context(writing(self._layout))
            held.enter_context(_without_garbage_collection())
            self._prepare()
            held.callback(self._ledger.close)
            self._held = held.pop_all()
        return self

    def __exit__(self, kind, error, trace) -> bool:
        with self._held:
            if error is not None:
                self._give_up(error)
            shutil.rmtree(self._layout.staging, ignore_errors=True)
            self.report.sources = self._accounts()
            self._count_skipped()
            self.report.ended_at = _iso(datetime.now(UTC))
            with self._noting(), self._ledger.transaction():
                self._ledger.put_runs([self._row()])
        return is_explained(error)

    def stages(self) -> Iterator[Callable[[], None]]:
        """The stages to do, in order; what the earlier ones find decides about the later ones."""
        self._over = False
        while not self._over:
            self._over = True
            yield self.list
            if self._fresh or any(plan.has_work for plan in self._plans):
                yield self.extract
            if self._fresh or any(plan.changes_tables for plan in self._plans):
                yield self.load
                if self._build is not None:  # else the snapshot to build on was damaged: start over with another one
                    yield from (self.check, self.publish)
            else:
                self._leave_unchanged()

    def list(self) -> None:
        """List every source and compare it with the ledger; may be called again after it failed."""
        with self._stage("list"):
            self._plans = []
            for name in self._settings.sources:
                plan = plan_source(name, self._settings, self._layout, self._ledger, self._full)
                self._plans.append(plan)
                if not plan.account.found:
                    self._note_empty(plan)

    def _note_empty(self, plan: SourcePlan) -> None:
        from matterhouse.engine.emptiness import why_empty

        note = why_empty(plan.name, plan.settings, self._layout.clones, reading_limits(self._settings))
        if note not in self.report.notes:
            self.report.notes.append(note)

    def extract(self) -> None:
        """Read the files that changed and stage them as tidy tables."""
        from matterhouse.engine.batch import Setup
        from matterhouse.engine.extract import Extraction

        with self._stage("extract"):
            shutil.rmtree(self._layout.staging, ignore_errors=True)
            report, limits = self.report, reading_limits(self._settings)
            setup = Setup(report.run_id, report.started_at, limits, self._settings.audit_share, self._staged)
            next_part = 0 if self._fresh else self._ledger.next_part()
            extraction = Extraction(setup, self._settings.batch_bytes, self._fresh, next_part, self._count_files())
            with extraction:
                for plan in self._plans:
                    if plan.has_work:
                        extraction.extract(plan)
            self._rejects = extraction.rejects
            report.bytes_read = extraction.bytes_read
            report.documents_declined = extraction.declined
            report.distinct_blocks = extraction.distinct_blocks

    def load(self) -> None:
        """Apply the staged tables to the next snapshot's database; changes of the last one in a transaction that stays open.

        When the last one is damaged, it is set aside, and there is no build: ``stages`` starts over.
        """
        from matterhouse.warehouse.base import Damaged
        from matterhouse.warehouse.build import Build, Changes

        with self._stage("load"):
            self._check_accounts()
            self._build = Build(self._layout, self._base, self._fresh, self._staged)
            changes = Changes(rejects=self._rejects)
            for plan in self._plans:
                changes.read |= {record_id(entry.source, entry.path): entry for entry in plan.read}
                changes.restamped |= {record_id(entry.source, entry.path): entry for entry in plan.restamped}
                if plan.comparison is not None:
                    changes.gone |= {record_id(entry.source, entry.path): entry for entry in plan.comparison.removed}
            self.report.state, self.report.snapshot = RunState.LOADED, self._build.id
            sources = self._source_facts() if self._fresh else self._ledger.sources() | self._source_facts()
            try:
                self._build.load(changes, self._row(), self._ledger.runs(), sources)
            except Damaged as damage:
                self._build.abandon()
                self._build, self._over = None, False
                recovery.set_aside(self._layout, self._base.snapshot, damage, self.report.notes)
                self._find_base(thorough=True)

    def check(self) -> None:
        """Run the checks on the changed database; rows that break an ``error`` check stop the run."""
        with self._stage("check"):
            found = self._build.check(self.report.run_id)
            self.report.failed_checks = [asdict(check) for check in found if check.offending]
            self.report.drift = self._build.new_drift(self.report.run_id)
            stopping = [check for check in found if check.stops]
            if stopping:
                told = "; ".join(f"{check.name}: {check.offending} rows ({check.description})" for check in stopping)
                raise RunFailed(f"nothing was published, the checks found errors: {told}")
            self.report.rows = self._build.rows
            self._check_bounds()

    def publish(self) -> None:
        """Commit, write the Parquet files and the manifest, and point ``current`` to the new snapshot."""
        with self._stage("publish"):
            sources = self._source_facts() if self._fresh else self._ledger.sources() | self._source_facts()
            facts = {"run": self._row(), "sources": sources, "code": self._code, "runs": self._ledger.runs()}
            snapshot = self._build.publish(facts, self._page())
            self._build = None
            with self._noting(), self._ledger.transaction():
                if self._fresh:
                    self._ledger.clear_files()
                self._remember()
                self._ledger.mirrors(snapshot.id, self._code)
            if self._base is None:
                recovery.set_aside_replaced(self._layout, snapshot, self.report.notes)
            retention = self._settings.retention
            snapshots.retire(self._layout, retention.keep, retention.grace_hours, self.report.notes)

    def _page(self) -> str:
        """The report as Markdown, with what the database can tell of it."""
        from matterhouse.engine.page import MOST_REJECTS, markdown

        self.report.sources = self._accounts()
        self._count_skipped()
        return markdown(
            self.report,
            self._build.final_path,
            self._base.rows if self._base else {},
            self._build.rejects(MOST_REJECTS),
            {check["name"]: self._build.offending_rows(check["name"]) for check in self.report.failed_checks},
        )

    @property
    def rejects(self) -> list[dict]:
        """Rows of ``meta.rejects`` for files that this run read."""
        return self._rejects

    def _prepare(self) -> None:
        notes = self.report.notes
        snapshots.tidy_up(self._layout, notes)
        shutil.rmtree(self._layout.staging, ignore_errors=True)
        self._ledger = recovery.open_ledger(self._layout, notes)
        self._code = fingerprint.of_code()
        self._find_base()
        recovery.point_to_newest(self._layout, notes)

    def _find_base(self, thorough: bool = False) -> None:
        """Find the snapshot to build on and bring the ledger in line with it; without one, all tables are made anew."""
        notes = self.report.notes
        self._base = recovery.base_and_ledger(self._layout, self._ledger, notes, thorough)
        other_code = self._base is not None and self._ledger.code != self._code
        if other_code:
            notes.append("the code or the schema changed since the last run, so all tables are made anew")
        others = self._ledger.sources().keys() - self._settings.sources.keys()
        self._fresh = self._base is None or other_code or (self._full and not others)
        if self._fresh and others and self._base is not None:
            notes.append(f"left out, because this run was not told where they are: {', '.join(sorted(others))}")
        self._full = self._full or self._fresh

    def _give_up(self, error: BaseException) -> None:
        """Throw away what is unfinished; the last snapshot stays as it is."""
        self.report.state = RunState.FAILED if isinstance(error, Exception) else RunState.CANCELLED
        self.report.error = " ".join(str(error).split()) or type(error).__name__
        self.report.snapshot = None
        if self._build is not None:
            self._build.abandon()

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self._on_progress(Progress(name))
        begun = time.perf_counter()
        try:
            yield
        finally:
            self.report.stages[name] = round(time.perf_counter() - begun, 4)

    @property
    def files_to_read(self) -> int:
        """Files that are new or may have changed; known when the sources are listed."""
        return sum(plan.files_to_read for plan in self._plans)

    def _count_files(self) -> Callable[[int], None]:
        total = self.files_to_read
        files = size = 0

        def count(file_size: int) -> None:
            nonlocal files, size
            files, size = files + 1, size + file_size
            if files % 50 == 0 or files == total:
                self._on_progress(Progress("extract", files, total, size))

        return count

    def _check_bounds(self) -> None:
        """Stop a run that rejects, or drops, so much that the source rather than the content is to blame."""
        limits = self._settings.limits
        rejected = too_many_rejects(self._accounts(), limits.rejected_share, limits.rejected_count)
        before = self._base.rows if self._base else {}
        dropped = [] if self._accept_drop else sudden_drops(self.report.rows, before, limits.dropped_share)
        if rejected or dropped:
            hint = "; if that is right, run again with --accept-drop" if dropped else ""
            raise RunFailed("nothing was published: " + "; ".join(rejected + dropped) + hint)

    def _accounts(self) -> list[Account]:
        """The accounts that close: those of sources that were not read to the end are left open."""
        return [account for plan in self._plans if (account := plan.account).closes]

    def _count_skipped(self) -> None:
        reasons = Counter[str]()
        for plan in self._plans:
            reasons.update(plan.skipped)
        self.report.skipped = dict(reasons.most_common())

    def _check_accounts(self) -> None:
        for plan in self._plans:
            if not plan.account.closes:
                raise RunFailed(f"the account of {plan.name} does not close, nothing was published: {plan.account}")

    def _leave_unchanged(self) -> None:
        """Nothing to publish: note new time stamps and where the sources stand."""
        self.report.state = RunState.UNCHANGED
        self.report.snapshot = self._base.id
        with self._noting(), self._ledger.transaction():
            self._remember()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Write to the ledger. That may fail, on a full disk say: snapshots hold the truth, and the next run goes by them."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            self.report.notes.append(f"the ledger could not be written: {error}")

    def _remember(self) -> None:
        for plan in self._plans:
            if plan.comparison is not None:
                self._ledger.drop_files(plan.name, [entry.path for entry in plan.comparison.removed])
                self._ledger.put_files([*plan.read, *plan.restamped])
        for name, facts in self._source_facts().items():
            self._ledger.put_source(name, facts)

    def _source_facts(self) -> dict[str, dict]:
        return {plan.name: plan.facts_now(self.report.started_at) for plan in self._plans}

    def _row(self) -> dict:
        """The run as the ledger and ``meta.runs`` know it."""
        report = self.report
        accounts = self._accounts()
        return {
            "run_id": report.run_id,
            "flow_run_id": self._flow_run_id,
            "started_at": report.started_at,
            "ended_at": report.ended_at,
            "state": report.state,
            "trigger": self._trigger,
            "version": __version__,
            "snapshot_id": report.snapshot if report.state == RunState.LOADED else None,
            "full_refresh": self._full,
            **totals(accounts),
            "documents_declined": report.documents_declined,
            "distinct_blocks": report.distinct_blocks,
            "bytes_read": report.bytes_read,
            "stage_seconds": dict(report.stages),
            "error": report.error,
            "sources": [asdict(account) for account in accounts],
        }


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """A run leaves few cycles behind, and searching hundreds of thousands of parsed values for some takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
