"""Runs whose process died and reported nothing: found by their heartbeats, which stopped.

While the Prefect server runs, its automation marks such a run as crashed. When the server stops together with the run
(a power cut), it may not notice that the heartbeats ended. Then ``mark_dead_runs`` marks the run: else it would count
as running, and block all later runs.
"""

import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import State
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture, ResourceSpecification
from prefect.exceptions import ObjectNotFound
from prefect.states import Crashed

from matterhouse.flows import state_names
from matterhouse.settings.file import ConfigError

HEARTBEAT_SECONDS = 30  # as prefect.yaml sets it
PATIENCE_SECONDS = 2 * HEARTBEAT_SECONDS + 5
_HEARTBEAT = "prefect.flow-run.heartbeat"
_ENDED = ("Completed", "Failed", "Cancelled", "Crashed", *state_names.ALL)
_UNFINISHED = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
_POLL_SECONDS = 5
_TELL = "Matterhouse: tell of crashed runs"


def ensure_automations(
    client: SyncPrefectClient, deployments: Collection[UUID], after_seconds: int, block: str | None
) -> list[str]:
    """Bring the automations up to date: the one that marks dead runs and, with a block, the one that tells of them."""
    of_ours = {
        "prefect.resource.role": "deployment",
        "prefect.resource.id": [f"prefect.deployment.{each}" for each in deployments],
    }
    wanted = [_mark_crashed(of_ours, after_seconds)]
    if block is not None:
        wanted.append(_tell_crashed(client, of_ours, block))
    else:
        for known in client.read_automations_by_name(_TELL):
            client.delete_automation(known.id)
    return [_ensure(client, each) for each in wanted]


def has_unfinished(client: SyncPrefectClient, deployments: Collection[UUID]) -> bool:
    """Whether any run of the deployments did not end."""
    return bool(_unfinished(client, deployments))


def mark_dead_runs(client: SyncPrefectClient, deployments: Collection[UUID], patience_seconds: float) -> list[str]:
    """Mark as crashed the deployments' unfinished runs that had no heartbeat for so long; gives their names."""
    since = datetime.now(UTC)
    suspects = _unfinished(client, deployments)
    deadline = time.monotonic() + patience_seconds
    while suspects and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        still = {run.id: run for run in _unfinished(client, deployments)}
        suspects = [
            run
            for run in suspects
            if run.id in still and _same(run, still[run.id]) and not _beats(client, run.id, since)
        ]
    for run in suspects:
        state: State = Crashed(
            message=f"the run was unfinished and gave no heartbeat for {patience_seconds:.0f} seconds"
        )
        client.set_flow_run_state(run.id, state)
    return [run.name for run in suspects]


def _unfinished(client: SyncPrefectClient, deployments: Collection[UUID]) -> list[FlowRun]:
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_UNFINISHED))),
    )


def _same(run: FlowRun, later: FlowRun) -> bool:
    return run.state_id == later.state_id


def _beats(client: SyncPrefectClient, run_id: UUID, since: datetime) -> bool:
    wanted = EventFilter(
        occurred=EventOccurredFilter(since=since),
        event=EventNameFilter(name=[_HEARTBEAT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run_id}"]),
    )
    return bool(client.read_events(filter=wanted, limit=1).events)


def _mark_crashed(of_ours: dict[str, Any], after_seconds: int) -> AutomationCore:
    return AutomationCore(
        name="Matterhouse: mark dead runs as crashed",
        description=f"A run that did not end and gives no heartbeat for {after_seconds} seconds is dead.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={_HEARTBEAT, "prefect.flow-run.Running"},
            expect={_HEARTBEAT, *(f"prefect.flow-run.{state}" for state in _ENDED)},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(of_ours),
            for_each={"prefect.resource.id"},
            threshold=1,
            within=timedelta(seconds=after_seconds),
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=f"no heartbeat for {after_seconds} seconds")],
    )


def _tell_crashed(client: SyncPrefectClient, of_ours: dict[str, Any], block: str) -> AutomationCore:
    kind, _, name = block.partition("/")
    try:
        found = client.read_block_document_by_name(name, kind, include_secrets=False)
    except ObjectNotFound:
        raise ConfigError(
            f"notices.block: the Prefect server has no block {block}; create it there, or correct the name"
        ) from None
    return AutomationCore(
        name=_TELL,
        description="Sends a notice when the process of a run died, also when its worker died with it.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Crashed"},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(of_ours),
        ),
        actions=[
            SendNotification(
                block_document_id=found.id,
                subject="Matterhouse crashed: {{ deployment.name }}",
                body="deployment {{ deployment.name }}, run {{ flow_run.name }}: {{ flow_run.state.message }}",
            )
        ],
    )


def _ensure(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    known = client.read_automations_by_name(wanted.name)
    if known:
        client.update_automation(known[0].id, wanted)
    else:
        client.create_automation(wanted)
    return f"automation {wanted.name}"
