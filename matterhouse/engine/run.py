"""A run from end to end, in plain Python: list, extract, load, check, publish.

Prefect (``matterhouse.flows.refresh``) and the command line (``matterhouse.cli``) call the same stages. Modules that
take long to import are imported by the stage that needs them: a run that finds nothing changed needs
neither pandas nor DuckDB.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from matterhouse import process
from matterhouse.engine import declared, elsewhere, fingerprint, tracing
from matterhouse.engine.errors import RunFailed, SourceFailure, SourcesFailed, is_explained
from matterhouse.engine.ground import Ground
from matterhouse.engine.limits import judged, refuse_drops
from matterhouse.engine.marker import Marker, note_killed
from matterhouse.engine.plan import SourcePlan, reading_limits
from matterhouse.engine.report import Progress, Report, RunState, counting, iso, removed_in_short
from matterhouse.engine.run_history import RunHistory
from matterhouse.engine.run_sources import RunSources
from matterhouse.settings.group import seconds
from matterhouse.settings.models import Settings
from matterhouse.sources import SourceUnavailable, copies
from matterhouse.warehouse import recovery, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive

if TYPE_CHECKING:
    from matterhouse.engine.executors.cluster import Connect
    from matterhouse.engine.extract import Extraction
    from matterhouse.sql.user_tables import UserTable
    from matterhouse.warehouse.build import Build


def refresh(settings: Settings, **options: Any) -> Report:
    """Run every stage under the warehouse's lock; ``Run`` tells the options.

    A run that fails says so in its report. Raises ``warehouse.lock.Locked`` when another run holds the lock.
    """
    with Run(settings, **options) as run:
        for stage in run.stages():
            stage()
    return run.report


class Run:
    """One run. As a context it holds the warehouse's lock, and ends with the run's row in the ledger.

    A source that cannot be listed or read, or breaks its limits, fails and keeps its rows; the run goes on with the
    others, and fails when none is left. ``full_refresh`` reads every file again; ``accept_drop`` publishes even when
    sources or tables lose many rows. ``drop_sources`` are sources of the warehouse that the settings do not
    name: their rows go. ``history_since`` is a commit after which histories are read again.
    ``trigger`` says what started the run, ``flow_run_id`` which Prefect flow run it is.
    ``on_progress`` is called with a ``Progress``, ``connect`` for a client of the Dask cluster that the settings name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        full_refresh: bool = False,
        accept_drop: bool = False,
        drop_sources: Collection[str] = (),
        history_since: str | None = None,
        trigger: str = "cli",
        flow_run_id: str | None = None,
        on_progress: Callable[[Progress], None] = lambda progress: None,
        connect: Connect | None = None,
    ):
        started = datetime.now(UTC)
        self.report = Report(f"{started:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}", iso(started))
        self._settings, self._on_progress = settings, on_progress
        self._accept_drop, self._trigger, self._flow_run_id = accept_drop, trigger, flow_run_id
        self._layout = Layout(settings.warehouse.absolute())
        # Of its own: a worker process of a run that was killed may still be writing.
        self._staged = self._layout.staging / self.report.run_id
        self._history_since, self._connect = history_since, connect
        self._started = started
        self._asked: dict[str, Any] = {"full": full_refresh, "accept_drop": accept_drop, "asked": drop_sources}
        self._sources = RunSources(settings, {})
        self._rejects: list[dict] = []
        self._rejects_of_failed: list[dict] = []
        self._build: Build | None = None
        facts = {"trigger": trigger, "flow_run_id": flow_run_id, "full_refresh": full_refresh}
        self._marker = Marker(self._layout, self.report, **facts)

    def __enter__(self) -> Run:
        with ExitStack() as held:
            held.enter_context(exclusive(self._layout))
            held.enter_context(process.without_garbage_collection())
            held.enter_context(tracing.run_span(**{"matterhouse.run_id": self.report.run_id}))
            self._ground = Ground(self._settings, self._layout, self.report.notes, self._started, **self._asked)
            held.callback(self._ground.ledger.close)
            with self._noting():
                note_killed(self._layout, self._ground.ledger, self.report.notes)
            self._marker.put("list")
            held.callback(self._marker.remove)
            self._ground.refuse_drop()
            if self._ground.fresh:  # else they are those that the last run read
                _ = self._user_tables, declared.marts(self._settings)
            self._held = held.pop_all()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        with self._held:
            if error is not None:
                self._give_up(error)
            shutil.rmtree(self._layout.staging, ignore_errors=True)
            self.report.sources, self.report.skipped = self._sources.accounts(), self._sources.skipped()
            self.report.ended_at = iso(datetime.now(UTC))
            with self._noting(), self._ground.ledger.transaction():
                self._ground.ledger.put_runs([self._row()])
                self._ground.ledger.put_rejects(
                    self.report.run_id, self._rejects_of_failed if self.report.published else self.rejects
                )
            if self._settings.metrics_file is not None:
                from matterhouse.warehouse import metrics

                metrics.write(self._layout, self._settings.metrics_file, self.report.notes)
        return is_explained(error)

    def stages(self) -> Iterator[Callable[[], None]]:
        """The stages to do, in order; what the earlier ones find decides about the later ones."""
        self._over = False
        while not self._over:
            self._over = True
            self._sources, self._rejects_of_failed = RunSources(self._settings, self._ground.others.dropping), []
            yield self.list
            if self._ground.fresh or self._sources.has_work or self._history_since:
                fresh = self._ground.fresh
                yield from self._reading()
                if fresh and not self._ground.fresh:  # a source failed, and its rows have to stay
                    yield from self._reading()
            if self._ground.fresh or self._sources.change_tables:
                yield self.load
                if self._build is not None:  # else the snapshot to build on was damaged: start over with another one
                    yield from (self.check, self.publish)
            else:
                self._leave_unchanged()
        if elsewhere.lacking(self._layout, self._settings.publish):
            yield self.send

    def _reading(self) -> Iterator[Callable[[], None]]:
        yield self.extract
        if any(plan.settings.has_history for plan in self._sources.plans):
            yield self.history

    def list(self) -> None:
        """List the sources that are due, compare them with the ledger; called again, it lists those that failed."""
        with self._stage("list"):
            self._ground.refuse_to_leave_out()
            self._sources.plan(self._layout, self._ground, self._started)
            self.report.not_due = self._sources.not_due
            self.report.notes += [note for note in self._sources.remarks() if note not in self.report.notes]
            self._fail_without_sources()

    def extract(self) -> None:
        """Read the files that changed and stage them as tidy tables."""
        from matterhouse.engine.batch import Setup
        from matterhouse.engine.extract import Extraction

        with self._stage("extract"):
            self._ground.keep_rows_of(self._sources.failures)
            shutil.rmtree(self._layout.staging, ignore_errors=True)
            report, limits = self.report, reading_limits(self._settings)
            share = self._settings.audit_share_of(self.files_to_read)
            setup = Setup(report.run_id, report.started_at, limits, share, self._staged, self._user_tables)
            next_part = 0 if self._ground.fresh else self._ground.ledger.next_part()
            on_read = counting(self.files_to_read, self._on_progress)
            fresh, notes = self._ground.fresh, report.notes
            extraction = Extraction(setup, self._settings, fresh, next_part, on_read, self._connect, notes)
            with extraction as self._extraction:
                for plan in self._sources.plans:
                    self._extract(extraction, plan)
            self._rejects = [each for each in extraction.rejects if not self._sources.has_failed(each["source"])]
            declared.refuse(each for each in extraction.breaches if not self._sources.has_failed(each["source"]))
            report.bytes_read = extraction.bytes_read
            report.documents_declined = extraction.declined
            report.distinct_blocks = extraction.distinct_blocks
            self._fail_without_sources()
            self._ground.keep_rows_of(self._sources.failures, self._sources.losing_records)
            report.notes += [] if self._ground.fresh else self._sources.notes_on_lost_records()

    def _extract(self, extraction: Extraction, plan: SourcePlan) -> None:
        """Extract a source, and throw away what was staged if it fails."""
        failure = None
        plan.read.clear()
        plan.restamped.clear()
        plan.unreadable.clear()
        try:
            if plan.has_work:
                extraction.extract(plan)
                if not plan.account.closes:
                    raise RunFailed(f"the account of {plan.name} does not close, nothing was published: {plan.account}")
            if plan.has_work or plan.was_called is not None:
                failure = judged(plan, self._settings.limits, self._accept_drop)
        except SourceUnavailable as error:
            failure = SourceFailure.of(error)
        if failure is not None:
            self._fail(failure)

    def history(self) -> None:
        """Read the commits of sources with history, and stage the versions of records that they began."""
        with self._stage("history"):
            for failure in self._histories.read_all(self._sources.plans, self.report.notes):
                self._fail(failure)
            self._fail_without_sources()
            self._ground.keep_rows_of(self._sources.failures)

    @property
    def _histories(self) -> RunHistory:
        folder, base = self._staged.with_name(f"{self._staged.name}-history"), self._ground.base
        options = (self._ground.fresh, base, self._history_since, self._accept_drop, self._on_progress)
        return RunHistory(self._settings, folder, *options)

    def _fail(self, failure: SourceFailure) -> None:
        """Go on without a source, and throw away what was staged of it."""
        self._sources.fail(failure)
        self._rejects_of_failed += [each for each in self._extraction.rejects if each["source"] == failure.source]
        self._rejects = [each for each in self._rejects if each["source"] != failure.source]
        self._extraction.discard(failure.source)

    def _fail_without_sources(self) -> None:
        """Raise ``SourcesFailed`` if every source failed."""
        if self._sources.have_all_failed:
            raise SourcesFailed(self._sources.failures)

    def load(self) -> None:
        """Load the staged tables into the next snapshot's database.

        When the last one is damaged, it is set aside, and there is no build: ``stages`` starts over.
        """
        from matterhouse.warehouse.base import Damaged
        from matterhouse.warehouse.build import Build

        with self._stage("load"):
            self._build = Build(
                self._layout,
                self._ground.base,
                self._ground.fresh,
                self._staged,
                self._user_tables,
                declared.lists_taken(self._settings),
                declared.marts(self._settings),
                timedelta(seconds=seconds(self._settings.retention.removed)),
            )
            histories = self._histories.loaded(self._sources, self.report)
            changes = self._sources.changes(self._ground, self._rejects, histories)
            self.report.removed = removed_in_short(changes.removed)
            self.report.state = RunState.PARTIAL if self._sources.failures else RunState.LOADED
            self.report.snapshot, self.report.published = self._build.id, True
            self.report.tell_failures(self._sources.failures, self._ground.ledger)
            try:
                self._build.load(changes, self._row(), self._ground.ledger.runs(), self._all_sources())
            except Damaged as damage:
                self._build.abandon()
                self._build, self._over = None, False
                assert self._ground.base is not None
                recovery.set_aside(self._layout, self._ground.base.snapshot, damage, self.report.notes)
                self._ground.find_base(thorough=True)

    def check(self) -> None:
        """Run the checks on the changed database; rows that break an ``error`` check stop the run."""
        with self._stage("check"):
            assert self._build is not None
            found = self._build.check(self.report.run_id)
            self.report.failed_checks = [asdict(check) for check in found if check.offending]
            self.report.rejected_items = self._build.rejected_items()
            self.report.histories = self._build.histories
            self.report.drift = self._build.new_drift(self.report.run_id)
            self.report.notes += self._build.content_changes()
            stopping = [check for check in found if check.stops]
            if stopping:
                told = "; ".join(f"{check.name}: {check.offending} rows ({check.description})" for check in stopping)
                raise RunFailed(f"nothing was published, the checks found errors: {told}")
            self.report.rows = self._build.rows
            ground = self._ground
            if ground.base is not None and not self._accept_drop:
                changed = fingerprint.changed_tables(ground.base.manifest, self._build.declared_in, ground.declared)
                refuse_drops(self._build, ground.base, self._settings, ground.is_of_other_code, changed)

    def publish(self) -> None:
        """Commit, write the Parquet files and the manifest, and point ``current`` to the new snapshot."""
        with self._stage("publish"):
            sources, runs = self._all_sources(), self._ground.ledger.runs()
            facts = {"run": self._row(), "sources": sources, "code": self._ground.code, "runs": runs}
            facts["declared"] = self._ground.declared
            assert self._build is not None
            snapshot = self._build.publish(facts, self._page())
            self.report.notes += self._build.notes
            self._build = None
            with self._noting(), self._ground.ledger.transaction():
                if self._ground.fresh:
                    self._ground.ledger.clear_files()
                self._remember()
                self._ground.ledger.mirrors(snapshot.id, self._ground.code)
            copies.forget(self._layout.clones, self._sources.dropped)
            if self._ground.base is None:
                recovery.set_aside_replaced(self._layout, snapshot, self.report.notes)
            retention = self._settings.retention
            snapshots.retire(self._layout, retention.keep, retention.grace_hours, self.report.notes)

    def send(self) -> None:
        """Send the current snapshot to the object stores that lack it; one that fails makes the run a partial one."""
        with self._stage("send"):
            places = elsewhere.lacking(self._layout, self._settings.publish)
            self.report.tell_unsent(elsewhere.send(self._layout, places, self._settings.retention, self.report.notes))

    def _all_sources(self) -> dict[str, dict]:
        """What is known of every source whose rows are in the tables, by name."""
        facts = self._sources.facts(self.report.started_at)
        known = self._ground.sources() | facts
        return {name: each for name, each in known.items() if name not in self._sources.dropped}

    def _page(self) -> str:
        """The report as Markdown, with what the database can tell of it."""
        from matterhouse.engine.page import of_build

        self.report.sources, self.report.skipped = self._sources.accounts(), self._sources.skipped()
        assert self._build is not None
        return of_build(self.report, self._build, self._ground.base.rows if self._ground.base else {})

    @cached_property
    def _user_tables(self) -> tuple[UserTable, ...]:
        """The tables that the user declares. Raises ``ConfigError``."""
        return declared.read(self._settings.tables)

    @property
    def failures(self) -> Sequence[SourceFailure]:
        """The sources that failed so far."""
        return self._sources.failures

    @property
    def rejects(self) -> Sequence[dict]:
        """Rows of ``meta.rejects`` for files that this run read."""
        return self._rejects + self._rejects_of_failed

    def _give_up(self, error: BaseException) -> None:
        """Throw away what is unfinished; the last snapshot stays as it is."""
        self.report.state = RunState.FAILED if isinstance(error, Exception) else RunState.CANCELLED
        self.report.error = " ".join(str(error).split()) or type(error).__name__
        self.report.failures = self._sources.failures
        if "publish" in self.report.stages and self._build is None:  # it is published, and was being sent elsewhere
            return
        self.report.snapshot, self.report.published = None, False
        if self._build is not None:
            self._build.abandon()

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        self._on_progress(Progress(name))
        self._marker.put(name)
        begun = time.perf_counter()
        try:
            with tracing.span(name):
                yield
        finally:
            self.report.stages[name] = round(time.perf_counter() - begun, 4)

    @property
    def files_to_read(self) -> int:
        """Files that are new or may have changed; known when the sources are listed."""
        return sum(plan.files_to_read for plan in self._sources.plans)

    def _leave_unchanged(self) -> None:
        """Nothing to publish: note new time stamps and where the sources stand."""
        self.report.state = RunState.PARTIAL if self._sources.failures else RunState.UNCHANGED
        self.report.tell_failures(self._sources.failures, self._ground.ledger)
        self.report.snapshot = self._ground.base.id if self._ground.base else None
        with self._noting(), self._ground.ledger.transaction():
            self._remember()

    def _remember(self) -> None:
        """Note in the ledger, in the transaction that is open, where sources and files stand."""
        self._ground.note_others()
        self._sources.remember(self._ground.ledger, self.report.started_at)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Write to the ledger. Where that fails, the next run makes the ledger anew from the newest snapshot."""
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            self.report.notes.append(f"the ledger could not be written: {error}")

    def _row(self) -> dict:
        """The run as the ledger and ``meta.runs`` know it."""
        return self.report.row(self._sources.accounts(), self._flow_run_id, self._trigger, self._ground.full)
