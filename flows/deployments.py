"""The deployments of ``prefect.yaml`` on a Prefect server, with their work pool and automations."""

import shlex
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import EntrypointType, RunnerDeployment
from prefect.events.schemas.automations import ResourceSpecification, TriggerTypes
from prefect.events.schemas.deployment_triggers import DeploymentEventTrigger, DeploymentTriggerTypes
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import PREFECT_API_URL

from matterhouse import process
from matterhouse.flows import crashes
from matterhouse.flows.artifacts import warehouse_id
from matterhouse.flows.parameters import CONFIG
from matterhouse.settings.loading import load
from matterhouse.settings.models import Settings
from matterhouse.sources.uris import redacted, redacted_text

Trigger = DeploymentTriggerTypes | TriggerTypes
POOL = "matterhouse"
CRASHED_AFTER_SECONDS = 180
_ANSWER_SECONDS, _POLL_SECONDS = 10, 1
_STARTING = 500  # HTTP status of a server, or of a proxy before it, that does not work yet


class ServerUnavailable(Exception):
    """The Prefect server does not answer, or not as one; the message says which and why."""


def definitions() -> list[dict[str, Any]]:
    """The deployments of ``prefect.yaml``."""
    return yaml.safe_load(files(__package__).joinpath("prefect.yaml").read_text("utf-8"))["deployments"]


def deploy(
    config: Path | None,
    crashed_after_seconds: int = CRASHED_AFTER_SECONDS,
    patience_seconds: float = crashes.PATIENCE_SECONDS,
    wait_seconds: float = 0,
    say: Callable[[str], None] = lambda line: None,
) -> list[str]:
    """Create or bring up to date work pool, deployments and automations; what was done, a line each.

    ``config`` is the file that every run will read. A server that does not answer yet is waited for, ``wait_seconds``
    long; ``say`` is called with what is waited for. Unfinished runs that have no heartbeat within
    ``patience_seconds`` are marked as crashed. Raises ``matterhouse.settings.file.ConfigError`` when the file cannot be
    used, and ``ServerUnavailable``.
    """
    path, settings = _configuration(config)
    done = []
    with _client(wait_seconds, say) as client:
        deployments = [_deployment(each, path, _triggers(each, settings)) for each in definitions()]
        _ensure_pool(client)
        done.append(f"work pool {POOL}: process")
        ids: dict[str, Any] = {}
        for deployment in deployments:
            ids[deployment.name] = deployment.apply()
            done.append(f"deployment {deployment.full_name}: {_schedule_in_words(deployment)}")
        done += crashes.ensure_automations(client, ids.values(), crashed_after_seconds, settings.notices.block)
        if crashes.has_unfinished(client, ids.values()) and patience_seconds:
            say(f"looking for {patience_seconds:.0f} seconds whether unfinished runs give a sign of life")
        done += [
            f"marked as crashed: {name}" for name in crashes.mark_dead_runs(client, ids.values(), patience_seconds)
        ]
    return done


@contextmanager
def _client(wait_seconds: float, say: Callable[[str], None]) -> Iterator[SyncPrefectClient]:
    """A client of the server that is set. Raises ``ServerUnavailable``."""
    if not PREFECT_API_URL.value():
        raise ServerUnavailable("PREFECT_API_URL names no Prefect server; `matterhouse serve` needs none")
    try:
        _wait_until_it_answers(str(PREFECT_API_URL.value()), wait_seconds, say)
        with get_client(sync_client=True) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL, PrefectException) as error:
        url = redacted(str(PREFECT_API_URL.value()))
        why = " ".join(str(error).split()) or type(error).__name__
        raise ServerUnavailable(f"the Prefect server at {url} cannot be used: {redacted_text(why, '')}") from None


def _wait_until_it_answers(url: str, seconds: float, say: Callable[[str], None]) -> None:
    """Wait for a server that is being started; raises ``httpx.TransportError`` after so many seconds."""
    deadline, has_told = time.monotonic() + seconds, False
    while True:
        try:
            if httpx.get(f"{url}/health", timeout=_ANSWER_SECONDS).status_code < _STARTING:
                return
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise
        except httpx.TransportError:
            if time.monotonic() >= deadline:
                raise
        if time.monotonic() >= deadline:
            return  # the client says what the answer is
        if not has_told:
            say(f"waiting up to {seconds:.0f} seconds for the Prefect server at {redacted(url)}")
            has_told = True
        time.sleep(_POLL_SECONDS)


def _configuration(config: Path | None) -> tuple[Path, Settings]:
    path = Path(config or "matterhouse.yml").expanduser().absolute()
    return path, load(path)


def _deployment(definition: dict[str, Any], config: Path, triggers: Iterable[Trigger] = ()) -> RunnerDeployment:
    """A deployment as defined, for this configuration and this Python."""
    module, _, name = definition["entrypoint"].rpartition(".")
    given = definition["parameters"]["parameters"]
    return getattr(import_module(module), name).to_deployment(
        definition["name"],
        description=definition["description"],
        tags=definition["tags"],
        schedules=[_schedule(each) for each in definition.get("schedules", [])],
        triggers=list(triggers),
        concurrency_limit=ConcurrencyLimitConfig(**definition["concurrency_limit"]),
        parameters={"parameters": {**given, "config": str(config)}},
        work_pool_name=POOL,
        job_variables={
            **definition["work_pool"]["job_variables"],
            "env": {**definition["work_pool"]["job_variables"]["env"], CONFIG: str(config)},
            "command": shlex.join(process.child_command("-m", "matterhouse.flows.launch")),
        },
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


def _triggers(definition: dict[str, Any], settings: Settings) -> list[Trigger]:
    """What starts a deployment beside the clock: publications of this warehouse, where they are to be exported."""
    if settings.dashboard.export is None:
        return []
    match = ResourceSpecification({"prefect.resource.id": warehouse_id(settings)})
    return [
        DeploymentEventTrigger(expect=set(each["expect"]), match=match, name=f"Matterhouse: {definition['name']}")
        for each in definition.get("triggers", [])
    ]


def _schedule(written: dict[str, str]) -> DeploymentScheduleCreate:
    return DeploymentScheduleCreate(schedule=CronSchedule(cron=written["cron"], timezone=written["timezone"]))


def _schedule_in_words(deployment: RunnerDeployment) -> str:
    schedules: list[Any] = [each.schedule for each in deployment.schedules or []]
    return ", ".join(f"{each.cron} {each.timezone}" for each in schedules) or "on demand"


def _ensure_pool(client: SyncPrefectClient) -> None:
    """A pool for workers that run processes; one that is there stays as it is."""
    from prefect.workers.process import ProcessWorker

    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
