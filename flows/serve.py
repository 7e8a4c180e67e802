"""Runs the schedules until it is stopped: a Prefect server where none is set, the deployments, and a worker.

The children end with this process, however it ends: a run first, in order, then the server that it reports to.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings

from matterhouse import process
from matterhouse.engine.interrupts import Interrupts, Stopped, interrupts
from matterhouse.flows.crashes import PATIENCE_SECONDS
from matterhouse.flows.deployments import POOL, deploy
from matterhouse.flows.launch import end_with
from matterhouse.settings.loading import load
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import Locked, exclusive

_SERVER_START_SECONDS = 180
_RUN_STOP_SECONDS = 60


class ServeFailed(Exception):
    """The schedules cannot be run, or not any longer; the message says why."""


def serve(config: Path | None, port: int = 4200, wait_seconds: float = 0) -> None:
    """Run the schedules until SIGTERM or Ctrl-C; ``wait_seconds`` is for a server that is set and does not answer.

    Raises ``ServeFailed``, ``deployments.ServerUnavailable`` and ``settings.file.ConfigError``.
    """
    layout = Layout(load(config).warehouse)
    with interrupts() as signals:
        try:
            with _server(port, signals) as (url, is_ours), temporary_settings({PREFECT_API_URL: url}):
                with signals.heeded():
                    _set_up(config, url, is_ours, wait_seconds)
                with _worker(url, layout) as worker, signals.heeded():
                    worker.wait()
                raise ServeFailed(f"the worker ended by itself, with exit code {worker.returncode}")
        except Stopped:
            return


@contextmanager
def _server(port: int, signals: Interrupts) -> Iterator[tuple[str, bool]]:
    """The address of the Prefect server that is set, or of one of our own; whether it is ours."""
    if PREFECT_API_URL.value():
        yield PREFECT_API_URL.value(), False
        return
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise ServeFailed(
                f"port {port} is taken: set PREFECT_API_URL if that is a Prefect server, else choose another --port"
            )
    _reach_directly("127.0.0.1")
    url, log = f"http://127.0.0.1:{port}/api", Path(PREFECT_HOME.value()).expanduser() / "server.log"
    _say(f"starting a Prefect server at {url.removesuffix('/api')}, which takes half a minute; its log is {log}")
    server = _start(
        ["server", "start", "--host", "127.0.0.1", "--port", str(port)], server_settings(url) | dict(os.environ), log
    )
    try:
        with signals.heeded():
            _wait_until_healthy(server, url, log)
        yield url, True
    finally:
        server.terminate()
        server.wait()


def server_settings(url: str) -> dict[str, str]:
    """The environment of a Prefect server of our own, whose API is at ``url``; what is set already has its way.

    Its pages ask the API at the address that they are told. It forgets what it logged of runs that nobody looks for.
    """
    return {
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_API_URL": url,
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,orphans",
    }


def _say(text: str) -> None:
    print(text, flush=True)


def _reach_directly(host: str) -> None:
    """Let this process and its children reach ``host`` without the proxy that the environment may name."""
    known = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    if known != "*":
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = f"{known},{host}".removeprefix(",")


def _set_up(config: Path | None, url: str, is_ours: bool, wait_seconds: float) -> None:
    """The deployments; where the server is ours, no worker is left that could still do an unfinished run."""
    patience = 0 if is_ours else PATIENCE_SECONDS
    for line in deploy(config, patience_seconds=patience, wait_seconds=wait_seconds, say=_say):
        _say(line)
    _say(f"Prefect is at {url.removesuffix('/api')}; stop with Ctrl-C or SIGTERM")


@contextmanager
def _worker(url: str, layout: Layout) -> Iterator[subprocess.Popen]:
    """A worker for the deployments; at the end its run, if there is one, gets the time to end in order."""
    quiet = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING"}  # it has a line per run, from the runs
    environment = quiet | dict(os.environ) | {"PREFECT_API_URL": url}
    worker = _start(["worker", "start", "--pool", POOL, "--type", "process"], environment)
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait()
        _wait_for_the_run(layout)


def _start(arguments: list[str], environment: dict[str, str], log: Path | None = None) -> subprocess.Popen:
    """A process of Prefect's that ends with this one; the terminal's Ctrl-C reaches this one alone.

    What it prints goes to the file ``log``, which is begun anew, or where this process prints.
    """
    here = os.getpid()

    def before() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Prefect's worker ends by it, also where a shell ignores it
        end_with(here)

    command = process.child_command("-m", "prefect", *arguments)
    environment = environment | {
        "PYTHONSAFEPATH": "1"
    }  # the processes that Prefect starts import nothing from here either
    with ExitStack() as opened:
        output = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            output = opened.enter_context(log.open("w"))
        return subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, start_new_session=True, preexec_fn=before
        )


def _wait_until_healthy(server: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + _SERVER_START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise ServeFailed(f"the Prefect server did not start; {log} says more")


def _wait_for_the_run(layout: Layout) -> None:
    deadline = time.monotonic() + _RUN_STOP_SECONDS
    while time.monotonic() < deadline:
        try:
            with exclusive(layout):
                time.sleep(1)  # it may still be telling the server how it ended
                return
        except Locked:
            time.sleep(0.5)
