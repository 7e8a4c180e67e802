"""The Prefect flow ``maintain``: every night, prove the snapshots whole and keep the warehouse small and quick.

Compares every kept snapshot with its checksums, runs all checks and counts the rows of the newest one, retires old
snapshots, and compacts the tables when incremental runs have made the database grow.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from matterhouse.engine.page import code
from matterhouse.engine.report import breach
from matterhouse.flows import artifacts, hooks
from matterhouse.flows.parameters import MaintainParameters
from matterhouse.flows.stages import do, patiently
from matterhouse.flows.state_names import DAMAGED, SKIPPED
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import Locked

if TYPE_CHECKING:
    from matterhouse.warehouse.checks import Check


@dataclass
class Findings:
    """What one maintenance run found and did.

    ``damaged`` has the damaged files by snapshot, ``made_anew`` says why all tables were made anew.
    """

    damaged: dict[str, list[str]] = field(default_factory=dict)
    checks: "list[Check]" = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made_anew: str | None = None

    @property
    def failed_checks(self) -> "list[Check]":
        return [check for check in self.checks if check.stops]


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


@flow(name="maintain", flow_run_name=run_name, on_failure=[hooks.tell_failed], on_crashed=[hooks.tell_crashed])
def maintain(parameters: MaintainParameters = MaintainParameters()) -> State:
    """Check snapshots and tables, retire old snapshots, compact the tables when that is worth it."""
    try:
        settings = parameters.settings()
        snapshots.current(Layout(settings.warehouse))
    except (ConfigError, snapshots.NoSnapshot) as error:
        return Failed(message=str(error))
    try:
        return _Maintenance(settings, parameters.wait_minutes * 60).run()
    except Locked as locked:
        return Completed(name=SKIPPED, message=f"skipped: {locked}")


class _Maintenance:
    """One maintenance run on a warehouse. DuckDB is imported by the parts that need it."""

    def __init__(self, settings: Settings, wait_seconds: float):
        self._settings, self._wait = settings, wait_seconds
        self._layout = Layout(settings.warehouse)
        self._found = Findings()

    def run(self) -> State:
        """Do all parts, and give the state in which the flow ends."""
        for words, work in {
            "compare files with their checksums": self._prove,
            "check the tables": self._check,
            "retire old snapshots": self._retire,
        }.items():
            step.with_options(name=words, task_run_name=words)(work)
        outcome = self._make_anew()
        self._found.stale = hooks.tell_stale(self._settings)
        state = self._state(outcome)
        artifacts.show_page("maintenance", page(self._found, state), self._settings.warehouse, state.message or "")
        return state

    def _newest(self) -> snapshots.Snapshot:
        newest = snapshots.newest(self._layout)
        assert newest is not None  # there is a current one
        return newest

    def _prove(self) -> None:
        from matterhouse.warehouse import upkeep

        self._found.damaged = upkeep.damaged(self._layout)

    def _check(self) -> None:
        from matterhouse.warehouse import upkeep

        newest = self._newest()
        if newest.id in self._found.damaged:
            return
        self._found.checks = upkeep.deep_checks(newest)
        self._found.miscounted = upkeep.miscounted(newest)
        for check in self._found.checks:
            if check.offending:
                get_run_logger().warning("check %s (%s): %s", check.name, check.severity, breach(asdict(check)))

    def _retire(self) -> None:
        from matterhouse.warehouse import upkeep

        keep, grace = self._settings.retention.keep, self._settings.retention.grace_hours
        self._found.retired = patiently(lambda: upkeep.retire(self._layout, keep, grace, self._found.notes), self._wait)

    def _make_anew(self) -> State | None:
        """Make all tables anew from the sources, where the newest snapshot is damaged or has grown too much."""
        from matterhouse.warehouse import upkeep

        newest = self._newest()
        damage = newest.id in self._found.damaged or self._found.miscounted
        self._found.made_anew = f"snapshot {newest.id} is damaged" if damage else upkeep.reason_to_compact(newest)
        state = None
        if self._found.made_anew:
            state = do(self._settings, wait_seconds=self._wait, trigger="maintain", full_refresh=True)
        if self._found.damaged:
            patiently(lambda: upkeep.set_aside(self._layout, self._found.damaged, self._found.notes), self._wait)
        return state

    def _state(self, outcome: State | None) -> State:
        found = self._found
        troubles = [f"{snapshot} is damaged ({', '.join(files[:3])})" for snapshot, files in found.damaged.items()]
        troubles += [
            *found.miscounted,
            *(f"check {check.name}: {check.offending:,} rows" for check in found.failed_checks),
        ]
        done = [f"retired {len(found.retired)} snapshots"] if found.retired else []
        if outcome is not None:
            what = "made the tables anew" if found.damaged or found.miscounted else "compacted the tables"
            done.append(f"{what}, as {found.made_anew}: {outcome.message}")
        words = "; ".join([*troubles, *found.notes, *done]) or "everything is whole, nothing to do"
        if troubles or (outcome is not None and not outcome.is_completed()):
            return Failed(name=DAMAGED if found.damaged or found.miscounted else None, message=words)
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
