"""Starts a flow run for a Prefect worker, so that the run stops at a safe point when its worker ends.

    python -m matterhouse.flows.launch

A worker that is told to stop kills the process of its flow run at once, and Prefect goes on showing the
run as running. So deployments put a process in between: when it dies, however it dies, the kernel sends
SIGTERM to the run, which then throws its unfinished snapshot away and reports itself as cancelled.
Where the kernel has no such service (it is Linux's), the run is killed and its warehouse is as safe.
"""

import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

from matterhouse import process

_PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    """Run ``command`` and give its exit code; SIGTERM and SIGINT are passed on to it as SIGTERM."""
    here = os.getpid()
    run = subprocess.Popen(command, preexec_fn=lambda: end_with(here))  # there are no threads yet

    def pass_on(number: int, frame: FrameType | None) -> None:
        run.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, pass_on)
    end_with(os.getppid())
    code = run.wait()
    return code if code >= 0 else 128 - code


def end_with(parent: int) -> None:
    """Ask the kernel for SIGTERM at the death of ``parent``, and look whether that came too late."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


def engine() -> None:
    """Prefect's engine, in this process; a reader of its output that is gone does not stop it."""
    import logging
    import runpy

    process.tune()

    from prefect.exceptions import CancelledRun, FailedRun
    from rich.console import Console

    def is_news(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], (CancelledRun, FailedRun)))

    console: Any = Console
    console.on_broken_pipe = lambda console: None
    for name in ("prefect.engine", "prefect.flow_runs"):
        logging.getLogger(name).addFilter(is_news)
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["engine"]:
        sys.argv = sys.argv[:1]
        engine()
    else:
        sys.exit(main(process.child_command("-m", "matterhouse.flows.launch", "engine")))
