"""The histories of the sources of a run: which are to be read, and what was read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from matterhouse.engine.errors import DROP, RunFailed, SourceFailure
from matterhouse.engine.limits import is_sudden
from matterhouse.engine.plan import SourcePlan, reading_limits
from matterhouse.engine.report import Progress, Report
from matterhouse.settings.models import Settings
from matterhouse.sources import SourceUnavailable

if TYPE_CHECKING:
    from matterhouse.engine.run_sources import RunSources
    from matterhouse.history.contents import Reading
    from matterhouse.history.reading import Known, Span
    from matterhouse.sources.git import GitSource
    from matterhouse.warehouse.base import Base
    from matterhouse.warehouse.history import SourceHistory


@dataclass(frozen=True)
class RunHistory:
    """Reads histories and stages their rows below ``folder``.

    In a ``fresh`` run the warehouse knows none; else ``base`` is the snapshot that has those that it knows.
    ``since`` is a commit after which they are read again, None: only what is new. Commits may leave a history in any
    number with ``accept_drop``.
    """

    settings: Settings
    folder: Path
    fresh: bool
    base: Base | None
    since: str | None
    accept_drop: bool
    on_progress: Callable[[Progress], None]

    def read(self, plan: SourcePlan, notes: list[str]) -> SourceFailure | None:
        """Read the history of a source, if that is to be done; ``plan.history`` is what was found.

        Gives the failure of a source that lost more commits than the configuration allows. Raises
        ``sources.SourceUnavailable``.
        """
        plan.history = None
        if not plan.reads_history and not (self.since and plan.settings.has_history):
            return None
        from matterhouse.history import reading

        source = cast("GitSource", plan.source)
        span = self._span(plan, source)
        if span is None:
            return None
        if not self.accept_drop and is_sudden(span.known, span.known - span.lost, self.settings.limits.dropped_share):
            why = f"{span.lost:,} of the {span.known:,} commits of the history of {plan.name} are not in it any more"
            return SourceFailure(plan.name, DROP, f"{why}; if that is right, run again with --accept-drop")
        notes += [*span.notes, *_of_shallow(plan, source, span)]
        folder, authors = self.folder / plan.name, plan.settings.publish_authors
        plan.history = reading.read(source, self._reading(plan), span, folder, authors, self._progress)
        return None

    def read_all(self, plans: Iterable[SourcePlan], notes: list[str]) -> Iterator[SourceFailure]:
        """Read the histories of sources, and give the failures of those that fail; ``notes`` tell what is unusual."""
        for plan in plans:
            try:
                failure = self.read(plan, notes)
            except SourceUnavailable as error:
                failure = SourceFailure.of(error)
            if failure is not None:
                plan.history = None
                yield failure

    def loaded(self, sources: RunSources, report: Report) -> list[SourceHistory]:
        """What the load is to take in; the histories of sources that have none any more, or are dropped, go."""
        from datetime import datetime

        from matterhouse.warehouse.history import SourceHistory

        found = [SourceHistory(name, None, None) for name in sources.dropped]
        for plan in sources.plans:
            read = plan.history
            if read is not None:
                told = {"run_id": report.run_id, "rejected_at": datetime.fromisoformat(report.started_at)}
                rejects = tuple(reject | told for reject in read.rejects)
                found.append(SourceHistory(plan.name, self.folder / plan.name, read.span.last_at, rejects))
            elif plan.loses_history:
                found.append(SourceHistory(plan.name, None, None))
        return found

    def _span(self, plan: SourcePlan, source: GitSource) -> Span | None:
        from matterhouse.history import reading

        def known_commits() -> dict[str, int]:
            return _known_commits(self.base, plan.name)

        known = None if self.fresh or (plan.reread and self.since is None) else _known(plan)
        if known is not None and self.since is not None:
            try:
                return reading.since(source, self.since, known_commits)
            except LookupError as error:
                raise RunFailed(f"nothing was published: {error.args[0]}") from None
        return reading.span(source, plan.position or source.position(), known, known_commits)

    def _reading(self, plan: SourcePlan) -> Reading:
        from matterhouse.history.contents import Reading

        own = plan.settings
        return Reading(
            plan.name,
            reading_limits(self.settings),
            dict(own.columns.items()),
            own.collections,
            own.templates,
            own.data_files,
            own.history_columns,
        )

    def _progress(self, commits: int, of: int, versions: int, size: int) -> None:
        self.on_progress(Progress("history", commits, of, size, versions))


def _known(plan: SourcePlan) -> Known | None:
    """Where the warehouse stands, as the ledger has it."""
    from matterhouse.history.reading import Known

    facts = (plan.facts or {}).get("history")
    return Known(facts["commit"], facts["last_at"], facts["is_shallow"]) if facts else None


def _known_commits(base: Base | None, source: str) -> dict[str, int]:
    """The commits of a source that a snapshot has, with when they count."""
    if base is None:
        return {}
    from matterhouse import sql
    from matterhouse.warehouse.opening import connect

    base.check_database()
    with connect(base.database) as connection:
        return dict(connection.execute(sql.read("history/known_commits"), {"source": source}).fetchall())


def _of_shallow(plan: SourcePlan, source: GitSource, span: Span) -> list[str]:
    """A sentence, or none, on a history that begins in the middle."""
    if not source.is_shallow or not span.from_start:
        return []
    oldest = source.line()[-1][:12]
    return [
        f"the history of {plan.name} begins with commit {oldest}, since its repository is a shallow clone: what that"
        " commit has may be older (`git fetch --unshallow` gets the rest)"
    ]
