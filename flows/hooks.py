"""Tells people, when a flow ends, what needs their help and what does not any more."""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from logging import Logger
from typing import Any

from prefect import Flow, get_run_logger
from prefect.client.orchestration import get_client
from prefect.client.schemas import FlowRun, State
from prefect.logging import get_logger
from pydantic import ValidationError

from matterhouse import open_snapshot
from matterhouse.engine.errors import REJECTS, SourceFailure
from matterhouse.engine.report import Report
from matterhouse.flows import alarms, notices, receivers
from matterhouse.flows.alarms import Alarms
from matterhouse.flows.parameters import CONFIG, WarehouseParameters
from matterhouse.flows.state_names import PARTIAL, SKIPPED
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings

_KINDS = (notices.FAILED, notices.REJECTS)


def tell_completed(flow: Flow, flow_run: FlowRun, state: State) -> None:
    """A flow run ended as Completed: what was wrong with all of the flow is over."""
    _print(flow_run, state)
    settings = _settings(flow_run)
    if settings is None or state.name == SKIPPED:
        return
    open_alarms = Alarms(settings, _log(), flow_run.id)
    for kind in (notices.FAILED, notices.CRASHED):
        open_alarms.recover(kind, alarms.flow(flow.name))
    if flow.name == "refresh":
        if not _parameters(flow_run).get("sources"):
            open_alarms.recover_sources_but(set(settings.sources))
        if state.name != PARTIAL:
            notices.ping(settings.notices, _log())


def tell_failed(flow: Flow, flow_run: FlowRun, state: State) -> None:
    """A flow run ended as Failed; where sources are the reason, ``tell_sources`` has told of them."""
    _print(flow_run, state)
    settings = _settings(flow_run)
    if settings is not None:
        raised = Alarms(settings, _log(), flow_run.id)
        if not raised.has_raised(flow_run.id):
            raised.open(notices.FAILED, alarms.flow(flow.name), f"{flow_run.name}: {state.message}")


def tell_crashed(flow: Flow, flow_run: FlowRun, state: State) -> None:
    """The process of a flow run died; its worker, or the next Prefect process, tells.

    The automation of a deployment tells by the notification block, also when no worker is left.
    """
    settings = _settings(flow_run)
    if settings is not None:
        by_automation = frozenset({notices.BLOCK}) if flow_run.deployment_id is not None else frozenset()
        text = f"{_deployment(flow, flow_run)}, run {flow_run.name}: {state.message}"
        Alarms(settings, _log(), flow_run.id, by_automation).open(notices.CRASHED, alarms.flow(flow.name), text)


def tell_sources(settings: Settings, report: Report, run: object) -> None:
    """Tell of every source that failed in a run, of object stores that did not take the snapshot, and of those that do
    not fail any more.
    """
    raised, failed = Alarms(settings, _log(), run), {failure.source: failure for failure in report.failures}
    for name in settings.sources:
        failure = failed.get(name)
        kind_now = _kind(failure) if failure is not None else None
        for kind in _KINDS:
            if failure is not None and kind == kind_now:
                raised.open(kind, alarms.source(name), failure.message)
            elif report.error is None or failed or report.unsent:
                raised.recover(kind, alarms.source(name))
    for place in settings.publish:
        if place in report.unsent:
            raised.open(notices.FAILED, alarms.store(place), report.unsent_in_words[place])
        elif report.error is None or report.unsent:
            raised.recover(notices.FAILED, alarms.store(place))


def _kind(failure: SourceFailure) -> str:
    return notices.REJECTS if failure.reason == REJECTS else notices.FAILED


def tell_stale(settings: Settings) -> list[str]:
    """Tell of every source without new content for longer than its ``max_age``; gives what was said of each."""
    texts, raised = stale(settings), Alarms(settings, get_run_logger())
    for name in settings.sources:
        if name in texts:
            get_run_logger().warning("%s", texts[name])
            raised.open(notices.STALE, alarms.source(name), texts[name])
        else:
            raised.recover(notices.STALE, alarms.source(name))
    return list(texts.values())


def stale(settings: Settings, now: datetime | None = None) -> dict[str, str]:
    """A sentence by source whose newest content is older than its ``max_age``; dates to come do not count."""
    limits = {name: source.max_age for name, source in settings.sources.items() if source.max_age is not None}
    if not limits:
        return {}
    now = now or datetime.now(UTC)
    newest = _newest_published(settings, now)
    return {
        name: f"source {name} has no content that is younger than {hours:g} hours;"
        f" the newest is of {_day(newest.get(name))}"
        for name, hours in limits.items()
        if (at := newest.get(name)) is None or at < now - timedelta(hours=hours)
    }


def _newest_published(settings: Settings, now: datetime) -> dict[str, datetime]:
    query = "SELECT source, max(published_at) FROM records WHERE published_at <= ? GROUP BY source"
    with open_snapshot(settings.warehouse) as snapshot:
        return dict(snapshot.execute(query, [now]).fetchall())


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "an unknown time"


def _settings(flow_run: FlowRun) -> Settings | None:
    """The settings of a flow run, None where there are none. A configuration that cannot be read is told of."""
    given = _parameters(flow_run)
    known = {name: given[name] for name in WarehouseParameters.model_fields if given.get(name)}
    try:
        parameters = WarehouseParameters(**known)
        settings = parameters.settings()
    except ValidationError:
        _log().warning("no notice of %s: its parameters cannot be used", flow_run.name)
        return None
    except ConfigError as error:
        _tell_unreadable(parameters, flow_run, error)
        return None
    receivers.remember(parameters.file, settings)
    Alarms(settings, _log(), flow_run.id).recover(notices.CONFIGURATION, alarms.flow("all"))
    return settings


def _tell_unreadable(parameters: WarehouseParameters, flow_run: FlowRun, error: ConfigError) -> None:
    """Tell those whom the configuration named when it last could be read."""
    last = receivers.last_known(parameters.file)
    if last is None:
        _log().warning("no notice of %s: the configuration cannot be used, and never could before", flow_run.name)
        return
    text = f"the configuration cannot be used, nothing is refreshed: {error}"
    Alarms(last, _log(), flow_run.id).open(notices.CONFIGURATION, alarms.flow("all"), text)


def _parameters(flow_run: FlowRun) -> dict[str, Any]:
    """The parameters of a flow run; what names no configuration has that of its deployment."""
    given = flow_run.parameters.get("parameters") or {}
    if given.get("config") or os.environ.get(CONFIG) or flow_run.deployment_id is None:
        return given
    with suppress(Exception), get_client(sync_client=True) as client:  # in a worker, which has another environment
        deployed = client.read_deployment(flow_run.deployment_id).parameters["parameters"]
        return {**given, "config": deployed["config"]}
    return given


def _print(flow_run: FlowRun, state: State) -> None:
    """A line for the log of the worker, which has no more of a run that ended in order."""
    message = " ".join((state.message or "").split())
    print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {flow_run.name}: {state.name}, {message}", flush=True)


def _deployment(flow: Flow, flow_run: FlowRun) -> str:
    """The deployment that a flow run is of, or else its flow."""
    if flow_run.deployment_id is not None:
        with suppress(Exception), get_client(sync_client=True) as client:  # a name is not worth more
            return f"deployment {flow.name}/{client.read_deployment(flow_run.deployment_id).name}"
    return f"flow {flow.name}"


def _log() -> Logger:
    return get_logger("matterhouse")


# What a flow does when it ends.
ALL: dict[str, Any] = {"on_completion": [tell_completed], "on_failure": [tell_failed], "on_crashed": [tell_crashed]}
