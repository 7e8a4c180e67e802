"""The Prefect flow ``maintain``: every night, prove the snapshots whole and keep the warehouse small and quick.

Compares every kept snapshot with its checksums, runs all checks and counts the rows of the newest one, retires old
snapshots, and compacts the tables when incremental runs have made the database grow.
"""

from collections.abc import Callable
from dataclasses import asdict

import httpx
from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from matterhouse.engine.maintenance import Findings, Maintenance
from matterhouse.engine.page import code
from matterhouse.engine.report import breach
from matterhouse.flows import artifacts, hooks, pruning
from matterhouse.flows.parameters import MaintainParameters
from matterhouse.flows.stages import do, patiently
from matterhouse.flows.state_names import DAMAGED, SKIPPED
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import Locked


@task(cache_policy=NO_CACHE)
def step(work: Callable[[], None]) -> None:
    """One part of the maintenance."""
    work()


def run_name() -> str:
    """What a flow run is called: `maintenance of /srv/warehouse`."""
    parameters = flow_run.parameters["parameters"]
    try:
        return f"maintenance of {parameters.settings().warehouse}"
    except ConfigError:
        return "maintenance without a usable configuration"


@flow(name="maintain", flow_run_name=run_name, **hooks.ALL)
def maintain(parameters: MaintainParameters = MaintainParameters()) -> State:
    """Check snapshots and tables, retire old snapshots, compact the tables when that is worth it."""
    try:
        settings = parameters.settings()
        snapshots.current(Layout(settings.warehouse))
    except (ConfigError, snapshots.NoSnapshot) as error:
        return Failed(message=str(error))
    try:
        return _maintained(settings, parameters.wait_minutes * 60)
    except Locked as locked:
        return Completed(name=SKIPPED, message=f"skipped: {locked}")


def _maintained(settings: Settings, wait_seconds: float) -> State:
    """Do all parts, and give the state in which the flow ends."""
    maintenance = Maintenance(settings, lambda work: patiently(work, wait_seconds))
    found, outcome = maintenance.findings, None
    for words, work in maintenance.parts.items():
        step.with_options(name=words, task_run_name=words)(work)
    for check in found.checks:
        if check.offending:
            get_run_logger().warning("check %s (%s): %s", check.name, check.severity, breach(asdict(check)))
    if found.made_anew:
        outcome = do(settings, wait_seconds=wait_seconds, trigger="maintain", full_refresh=True)
    maintenance.set_aside()
    forget = step.with_options(name="forget old runs", task_run_name="forget old runs")
    forget(lambda: _forget(found, settings.retention.flow_run_days))
    found.stale = hooks.tell_stale(settings)
    state = _state(found, outcome)
    artifacts.show_page("maintenance", page(found, state), settings.warehouse, state.message or "")
    return state


def _forget(found: Findings, days: float) -> None:
    """Forget old runs on Prefect's pages; where the server cannot do that, a note says so."""
    try:
        forgotten = pruning.forget_old_runs(days)
    except (httpx.HTTPError, PrefectException) as error:
        found.notes.append(f"old runs could not be forgotten: {error}")
        return
    found.notes += [f"forgot {forgotten:,} old runs on Prefect's pages"] if forgotten else []


def _state(found: Findings, outcome: State | None) -> State:
    words = found.told(outcome.message if outcome is not None else None)
    if found.troubles or (outcome is not None and not outcome.is_completed()):
        return Failed(name=DAMAGED if found.is_damaged else None, message=words)
    return Completed(message=words)


def page(found: Findings, state: State) -> str:
    """What the maintenance run found, as Markdown."""
    lines = [f"# Maintenance: {state.name}", "", code(state.message), ""]
    lines += ["| check | severity | rows | seconds |", "|---|---|---|---|"] if found.checks else []
    lines += [
        f"| {check.name} | {check.severity} | {check.offending:,} | {check.seconds:.2f} |" for check in found.checks
    ]
    lines += ["", *(f"- damaged: {code(f'{name}/{file}')}" for name, files in found.damaged.items() for file in files)]
    lines += [f"- retired: {code(name)}" for name in found.retired]
    lines += [f"- stale: {code(text)}" for text in found.stale]
    return "\n".join(lines).strip() + "\n"
