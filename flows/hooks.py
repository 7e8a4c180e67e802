"""Sends a notice to the people whom the configuration names, when a flow needs their help."""

from datetime import UTC, datetime, timedelta
from logging import Logger

from prefect import Flow, get_run_logger
from prefect.client.schemas import FlowRun, State
from prefect.logging import get_logger
from pydantic import ValidationError

from matterhouse import open_snapshot
from matterhouse.flows import notices
from matterhouse.flows.parameters import WarehouseParameters
from matterhouse.flows.state_names import TOO_MANY_REJECTS
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings


def tell_failed(flow: Flow, flow_run: FlowRun, state: State) -> None:
    """A flow run ended as Failed."""
    _tell(notices.REJECTS if state.name == TOO_MANY_REJECTS else notices.FAILED, flow_run, state)


def tell_crashed(flow: Flow, flow_run: FlowRun, state: State) -> None:
    """The process of a flow run died; its worker, or the next Prefect process, tells."""
    _tell(notices.CRASHED, flow_run, state)


def tell_stale(settings: Settings) -> list[str]:
    """A notice for every source without new content for longer than its ``max_age``; gives their texts."""
    texts = stale(settings)
    for text in texts:
        get_run_logger().warning("%s", text)
        notices.notify(settings, notices.STALE, text, get_run_logger())
    return texts


def stale(settings: Settings, now: datetime | None = None) -> list[str]:
    """A sentence per source whose newest content is older than its ``max_age``."""
    limits = {name: source.max_age for name, source in settings.sources.items() if source.max_age is not None}
    if not limits:
        return []
    now = now or datetime.now(UTC)
    newest = _newest_published(settings)
    return [
        f"source {name} has no content that is younger than {hours:g} hours; the newest is of {_day(newest.get(name))}"
        for name, hours in limits.items()
        if (at := newest.get(name)) is None or at < now - timedelta(hours=hours)
    ]


def _newest_published(settings: Settings) -> dict[str, datetime | None]:
    with open_snapshot(settings.warehouse) as snapshot:
        return dict(snapshot.execute("SELECT source, newest_published_at FROM meta.sources").fetchall())


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "an unknown time"


def _tell(kind: str, flow_run: FlowRun, state: State) -> None:
    log: Logger = get_logger("matterhouse")
    try:
        given = flow_run.parameters.get("parameters") or {}
        known = {name: given[name] for name in WarehouseParameters.model_fields if given.get(name)}
        settings = WarehouseParameters(**known).settings()
    except (ConfigError, ValidationError):
        log.warning("no notice of %s: the configuration cannot be used", flow_run.name)
        return
    notices.notify(settings, kind, f"{flow_run.name}: {state.message}", log)
