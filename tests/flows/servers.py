"""A Prefect server, workers and what else uses them, as processes of their own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.flows.patience import wait_until

ROOT = Path(__file__).parents[2]
# Stands for ssh: serves a repository of this machine, as soon as there is a file of its name with `.go` at the end.
SSH = """\
#!/bin/sh
for command; do :; done
eval "set -- $command"
tries=9000
while [ ! -e "$2.go" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
exec "$@"
"""
FINAL = {"COMPLETED", "FAILED", "CANCELLED", "CRASHED"}


class Prefect:
    """A Prefect server's API, and processes that use it."""

    def __init__(self, folder: Path, port: int):
        self.folder, self.port, self.url = folder, port, f"http://127.0.0.1:{port}/api"
        self.processes: list[subprocess.Popen] = []
        self.environment = os.environ | {
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_API_URL": self.url,
            "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "GIT_SSH_COMMAND": str(folder / "ssh"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }

        (folder / "ssh").write_text(SSH)
        (folder / "ssh").chmod(0o755)

    def start(self, name: str, *arguments: str, **environment: str | None) -> subprocess.Popen:
        """Start ``python -m ...``, which logs to ``<name>.log``."""
        merged = {key: value for key, value in {**self.environment, **environment}.items() if value is not None}
        with (self.folder / f"{name}.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=merged,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen:
        return self.start("worker", "prefect", "worker", "start", "--pool", "matterhouse", "--type", "process")

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def call(self, path: str, body: object = None, patience: int = 20) -> object:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        for _ in range(patience):
            try:
                with urllib.request.urlopen(request, timeout=180) as answer:
                    return json.load(answer)
            except (urllib.error.HTTPError, OSError) as error:
                if isinstance(error, urllib.error.HTTPError) and error.code != 503:  # SQLite was busy
                    raise
                time.sleep(1)
        raise AssertionError(f"the server did not answer: {path}")

    def is_up(self) -> bool:
        try:
            return bool(self.call("/health", patience=1))
        except AssertionError:
            return False

    def trigger(self, deployment: str, **parameters: object) -> str:
        """Start a run of a deployment by hand; its id."""
        known = self.call(f"/deployments/name/{deployment}")
        given = {"parameters": {**known["parameters"]["parameters"], **parameters}}
        return self.call(f"/deployments/{known['id']}/create_flow_run", {"parameters": given})["id"]

    def state(self, run: str) -> dict:
        return self.call(f"/flow_runs/{run}")["state"]

    def end(self, run: str) -> dict:
        """The state in which a run ends."""

        def ended() -> dict | None:
            state = self.state(run)
            return state if state["type"] in FINAL else None

        return wait_until(ended, f"ended: {run}")

    def stop_all(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            stop(process)


def stop(process: subprocess.Popen) -> None:
    """End a process, by force where the machine is too busy for it to end in order."""
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
