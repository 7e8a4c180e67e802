"""The deployments of ``prefect.yaml``, with the work pool and the automations that belong to them, on a Prefect server."""

import sys
from datetime import timedelta
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import EntrypointType, RunnerDeployment
from prefect.events.actions import ChangeFlowRunState, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture, ResourceSpecification
from prefect.exceptions import ObjectNotFound

from flows.config import Settings, load

POOL = "matterhouse"
CRASHED_AFTER_SECONDS = 180
_ENDED = ("Completed", "Failed", "Cancelled", "Crashed", "Skipped", "TooManyRejects", "Damaged")


def definitions() -> list[dict[str, Any]]:
    """The deployments of ``prefect.yaml``."""
    return yaml.safe_load(files(__package__).joinpath("prefect.yaml").read_text("utf-8"))["deployments"]


def deploy(config: Path | None, crashed_after_seconds: int = CRASHED_AFTER_SECONDS) -> list[str]:
    """Create or bring up to date work pool, deployments and automations; what was set up, a line each.

    ``config`` is the file that every run will read. Raises ``flows.configfile.ConfigError`` when it cannot be used.
    """
    path, settings = _configuration(config)
    done = []
    with get_client(sync_client=True) as client:
        deployments = [_deployment(each, path) for each in definitions()]
        _ensure_pool(client)
        done.append(f"work pool {POOL}: process, one run at a time")
        ids = {}
        for deployment in deployments:
            ids[deployment.name] = deployment.apply()
            done.append(f"deployment {deployment.full_name}: {_schedule_in_words(deployment)}")
        done += _ensure_automations(client, list(ids.values()), crashed_after_seconds, settings)
    return done


def _configuration(config: Path | None) -> tuple[Path, Settings]:
    path = Path(config or "matterhouse.yml").expanduser().absolute()
    return path, load(path)


def _deployment(definition: dict[str, Any], config: Path) -> RunnerDeployment:
    """A deployment as defined, for this configuration and this Python."""
    module, _, name = definition["entrypoint"].rpartition(".")
    given = definition["parameters"]["parameters"]
    return getattr(import_module(module), name).to_deployment(
        definition["name"],
        description=definition["description"],
        tags=definition["tags"],
        schedules=[_schedule(each) for each in definition.get("schedules", [])],
        concurrency_limit=ConcurrencyLimitConfig(**definition["concurrency_limit"]),
        parameters={"parameters": {**given, "config": str(config)}},
        work_pool_name=POOL,
        job_variables={**definition["work_pool"]["job_variables"], "command": f"{sys.executable} -m flows.launch"},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _schedule(written: dict[str, str]) -> DeploymentScheduleCreate:
    return DeploymentScheduleCreate(schedule=CronSchedule(cron=written["cron"], timezone=written["timezone"]))


def _schedule_in_words(deployment: RunnerDeployment) -> str:
    schedules = [each.schedule for each in deployment.schedules or []]
    return ", ".join(f"{each.cron} {each.timezone}" for each in schedules) or "on demand"


def _ensure_pool(client: SyncPrefectClient) -> None:
    """A process pool that lets one run at a time write, whichever deployment it is of."""
    from prefect.workers.process import ProcessWorker

    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template, concurrency_limit=1))
    else:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=1))


def _ensure_automations(client: SyncPrefectClient, deployments: list[UUID], after_seconds: int, settings: Settings) -> list[str]:
    of_ours = {"prefect.resource.role": "deployment", "prefect.resource.id": [f"prefect.deployment.{each}" for each in deployments]}
    wanted = [_mark_crashed(of_ours, after_seconds)]
    if settings.notices.block is not None:
        wanted.append(_tell_crashed(client, of_ours, settings.notices.block))
    return [_ensure_automation(client, each) for each in wanted]


def _mark_crashed(of_ours: dict[str, Any], after_seconds: int) -> AutomationCore:
    heartbeat = "prefect.flow-run.heartbeat"
    return AutomationCore(
        name="Matterhouse: mark runs as crashed that stopped beating",
        description=f"A run that gave no heartbeat for {after_seconds} seconds and did not end is dead.",
        trigger=EventTrigger(
            posture=Posture.Proactive,
            after={heartbeat},
            expect={heartbeat, *(f"prefect.flow-run.{state}" for state in _ENDED)},
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
    found = client.read_block_document_by_name(name, kind, include_secrets=False)
    return AutomationCore(
        name="Matterhouse: tell of crashed runs",
        description="Sends a notice when the process of a run died, also when its worker died with it.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Crashed"},
            match=ResourceSpecification({"prefect.resource.id": "prefect.flow-run.*"}),
            match_related=ResourceSpecification(of_ours),
        ),
        actions=[
            SendNotification(
                block_document_id=found.id,
                subject="Matterhouse crashed: {{ flow_run.name }}",
                body="{{ flow_run.name }}: {{ flow_run.state.message }}",
            )
        ],
    )


def _ensure_automation(client: SyncPrefectClient, wanted: AutomationCore) -> str:
    known = client.read_automations_by_name(wanted.name)
    if known:
        client.update_automation(known[0].id, wanted)
    else:
        client.create_automation(wanted)
    return f"automation {wanted.name}"
