"""A run as Prefect tasks, one per stage of the engine, with its progress, its report and its log.

What the stages hand on stays in the engine's ``Run``, of which Prefect sees nothing but the stage.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from prefect import get_run_logger, task
from prefect.assets import Asset, add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State, TaskRun
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed
from prefect.tasks import Task

from matterhouse.engine.account import totals
from matterhouse.engine.errors import MOST_TOLD, REJECTS, SourcesFailed, is_explained
from matterhouse.engine.interrupts import Interrupts, Stopped, interrupts
from matterhouse.engine.page import markdown
from matterhouse.engine.report import Report, RunState, accounts_told, breach, drift_in_words, histories_in_words
from matterhouse.engine.run import Run
from matterhouse.flows import artifacts, cluster, hooks
from matterhouse.flows.state_names import PARTIAL, SKIPPED, TOO_MANY_REJECTS
from matterhouse.settings.models import Settings
from matterhouse.sources.uris import redacted_text
from matterhouse.warehouse.layout import REPORT, Layout
from matterhouse.warehouse.lock import Locked

T = TypeVar("T")

_RETRIES = 3


def may_pass(task: Task, task_run: TaskRun, state: State) -> bool:
    """Whether the cause of a task's failure may be gone in a minute, as when a git server did not answer."""
    error = state.result(raise_on_failure=False)
    return task.name == "list" and isinstance(error, SourcesFailed) and error.may_pass


@task(cache_policy=NO_CACHE, retries=_RETRIES, retry_delay_seconds=[10, 30, 90], retry_condition_fn=may_pass)
def step(stage: Callable[[], None]) -> State | None:
    """One stage of a run. A failure that explains itself is its state, without a traceback in the log."""
    try:
        stage()
    except Exception as error:
        if not is_explained(error):
            raise
        return Failed(message=str(error), data=error)
    return None


def do(settings: Settings, *, wait_seconds: float = 0, **options: Any) -> State:
    """A whole run, by the options of ``matterhouse.engine.run.Run``; how the flow run ends.

    Completed: loaded or unchanged; under the name Partial, some sources failed, each of which is told as a notice;
    under the name Skipped, nothing was done because another run held the warehouse's lock for longer than
    ``wait_seconds``. Failed with the reason, under the name TooManyRejects where that is it. Cancelled when somebody
    stopped it.
    """
    progress = artifacts.ShowProgress(settings.warehouse)
    connect = cluster.connecting()
    run = Run(settings, flow_run_id=flow_run.id, on_progress=progress, connect=connect, **options)
    try:
        with _stoppable() as signals, ExitStack() as entered:
            with signals.heeded():
                patiently(run.__enter__, wait_seconds)
            entered.push(run)
            with signals.heeded():
                _do_stages(run, settings, signals)
    except Locked as locked:
        return Completed(name=SKIPPED, message=f"skipped: {locked}")
    except Stopped as stopped:
        progress.finish(run.report.state)
        return Cancelled(
            message=f"{stopped}; the warehouse is whole, and the next run goes on from its newest snapshot"
        )
    except Exception as error:
        if not is_explained(error):
            raise
        hooks.tell_sources(settings, run.report, flow_run.id)
        return Failed(message=str(error))
    progress.finish(run.report.state)
    _tell(run, settings)
    hooks.tell_sources(settings, run.report, flow_run.id)
    return _final_state(run.report)


def patiently(action: Callable[[], T], seconds: float) -> T:
    """The result of ``action``, called again while the warehouse is locked; raises ``Locked`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return action()
        except Locked:
            if time.monotonic() >= deadline:
                raise
            time.sleep(min(5.0, seconds))


@contextmanager
def _stoppable() -> Iterator[Interrupts]:
    """SIGTERM and Ctrl-C; outside of the main thread, where none can be received, they never come."""
    if threading.current_thread() is not threading.main_thread():
        yield Interrupts()
        return
    with interrupts() as signals:
        yield signals


def _do_stages(run: Run, settings: Settings, signals: Interrupts) -> None:
    """The stages of a run, each as a task that is named by what it is about to do."""
    for stage in signals.between(run.stages()):
        name = stage.__name__
        words = {
            "list": f"list {_named(settings.chosen or settings.sources)}",
            "extract": f"read {run.files_to_read:,} files",
            "publish": f"publish {run.report.snapshot}",
        }.get(name, name)
        if name == "publish":
            _publish(stage, words, settings, run.report)
        else:
            work = _with_retries(run, stage) if name == "list" else stage
            _raise_failure(step.with_options(name=name, task_run_name=words, description=stage.__doc__)(work))


def _named(sources: Collection[str]) -> str:
    return ", ".join(sources) if len(sources) <= MOST_TOLD else f"{len(sources):,} sources"


def _with_retries(run: Run, stage: Callable[[], None]) -> Callable[[], None]:
    """The stage ``list``; it fails, to be retried, while a source may be there in a minute, but for the last try."""
    tries = 0

    def listing() -> None:
        nonlocal tries
        tries += 1
        stage()
        failed = SourcesFailed(run.failures)
        if failed.may_pass and tries <= _RETRIES:
            raise failed

    return listing


def _publish(stage: Callable[[], None], words: str, settings: Settings, report: Report) -> None:
    """The last stage, which makes the tables; the views come with them."""
    from matterhouse.flows import assets

    tables = assets.of_tables(settings)

    def published() -> State | None:
        failed = step.fn(stage)
        _add_rows(tables, report)
        return failed

    options: dict[str, Any] = {"by": "matterhouse", "cache_policy": NO_CACHE, "description": stage.__doc__}
    names: dict[str, Any] = {"name": "publish", "task_run_name": words}
    _raise_failure(materialize(*tables, asset_deps=[*assets.of_sources(settings)], **names, **options)(published)())
    for view, behind in assets.of_views(settings):
        names = {"name": "view", "task_run_name": f"{_name(view)} of {report.snapshot}"}
        materialize(view, asset_deps=[*behind], **names, **options)(lambda view=view: _add_rows([view], report))()
    assets.tell_published(settings, report)


def _add_rows(relations: Iterable[Asset], report: Report) -> None:
    """Let tables and views tell how many rows they have in the snapshot."""
    for relation in relations:
        add_asset_metadata(relation, {"rows": report.rows.get(_name(relation))})


def _name(relation: Asset) -> str:
    return relation.key.rpartition("/")[2]


def _raise_failure(outcome: State | None) -> None:
    if isinstance(outcome, State):
        outcome.result()


def _tell(run: Run, settings: Settings) -> None:
    """Artifacts and log of a run that ended."""
    report, log = run.report, get_run_logger()
    artifacts.show_account(report, settings.warehouse)
    artifacts.show_page(
        "report", _page(run, settings.warehouse), settings.warehouse, f"Run {report.run_id}: {report.state}"
    )
    if settings.dashboard.quality_url is not None:
        artifacts.show_link(settings.dashboard.quality_url, settings.warehouse, report.run_id)
    for note in report.notes:
        log.warning("%s", note)
    if report.state == RunState.PARTIAL:
        for failure in report.failures:
            log.warning("%s", failure.message)
        for told in report.unsent_in_words.values():
            log.warning("%s", told)
    for check in report.failed_checks:
        log.warning("check %s (%s): %s", check["name"], check["severity"], breach(check))
    if report.drift:
        log.warning("new in the front matter, in no declared table:")
    for line in drift_in_words(report.drift, 5, 20):  # names of content's authors must not steer a terminal
        log.warning("%s", redacted_text(line, ""))
    for account in accounts_told(report.sources)[0]:
        log.info("%s", in_words(account.source, asdict(account)))
    for line in histories_in_words(report.histories):
        log.info("%s", line)
    log.debug("seconds by stage: %s", report.stages)


def _page(run: Run, warehouse: Path) -> str:
    """The report as it lies in the snapshot, or, of a run that published none, as far as it goes."""
    if run.report.published:
        return (Layout(warehouse).snapshots / (run.report.snapshot or "") / REPORT).read_text("utf-8")
    return markdown(run.report, rejects=run.rejects)


def _final_state(report: Report) -> State:
    all_sources = in_words("all", totals(report.sources))
    if report.state == RunState.LOADED:
        return Completed(message=f"loaded: {all_sources}; published {report.snapshot}")
    if report.state == RunState.UNCHANGED:
        return Completed(message=f"unchanged: {all_sources}; current is {report.snapshot}")
    if report.state == RunState.PARTIAL:
        stands = f"published {report.snapshot}" if report.published else f"current is {report.snapshot}"
        return Completed(name=PARTIAL, message=f"partial: {all_sources}; {stands}; failed: {report.error}")
    rejects = any(failure.reason == REJECTS for failure in report.failures)
    return Failed(name=TOO_MANY_REJECTS if rejects else None, message=report.error)


def in_words(name: str, counts: dict) -> str:
    """`news: 60 files found, 58 loaded, 2 rejected`; what is zero is left out."""
    words = ("loaded", "unchanged", "rejected", "skipped", "removed")
    return ", ".join(
        [f"{name}: {counts['found']:,} files found", *(f"{counts[word]:,} {word}" for word in words if counts[word])]
    )
