"""Runs of long ago, which Prefect's database keeps for ever: forgotten with their logs, a part of every maintenance."""

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterEndTime,
)
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

TAG = "matterhouse"  # which prefect.yaml gives every deployment
_MOST = 5_000  # of a maintenance: a deletion takes a twentieth of a second


def forget_old_runs(days: float) -> int:
    """Delete the runs of our deployments that ended so many days ago, with their tasks and logs; how many."""
    before, forgotten = _now() - timedelta(days=days), 0
    with get_client(sync_client=True) as client:
        while forgotten < _MOST and (found := _ended(client, before)):
            for run in found:
                try:
                    client.delete_flow_run(run.id)
                except ObjectNotFound:  # somebody else was quicker
                    continue
                forgotten += 1
    return forgotten


def _now() -> datetime:
    return datetime.now(UTC)


def _ended(client: SyncPrefectClient, before: datetime) -> list[FlowRun]:
    """Some of the runs that ended before a moment."""
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])),
        flow_run_filter=FlowRunFilter(end_time=FlowRunFilterEndTime(before_=before)),
        limit=200,
    )
