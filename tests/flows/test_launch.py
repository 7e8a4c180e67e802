"""The process between a worker and its run: when it is gone, the run is asked to end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal at a parent's death is Linux's")

RUN = """
import os, signal, sys, time
def end(number, frame):
    with open("ended.part", "w") as ended:
        ended.write(signal.Signals(number).name)
    os.rename("ended.part", "ended")
    sys.exit(3)
signal.signal(signal.SIGTERM, end)
open("started.part", "w").write(str(os.getpid()))
os.rename("started.part", "started")
time.sleep(60)
"""
LAUNCH = "import sys; from matterhouse.flows.launch import main; sys.exit(main([sys.executable, '-c', sys.argv[1]]))"


def wait_for(file: Path) -> str:
    deadline = time.monotonic() + 20
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return file.read_text()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_is_asked_to_end_when_its_launcher_goes(tmp_path: Path, number: signal.Signals):
    root = Path(__file__).parents[2]
    launcher = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, RUN], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(root)}
    )
    wait_for(tmp_path / "started")
    launcher.send_signal(number)
    assert launcher.wait(20) == (-9 if number == signal.SIGKILL else 3)
    assert wait_for(tmp_path / "ended") == "SIGTERM"


def test_a_run_is_asked_to_end_when_the_worker_goes(tmp_path: Path):
    worker = "import subprocess, sys; subprocess.run([sys.executable, '-c', *sys.argv[1:]])"
    root = Path(__file__).parents[2]
    started = subprocess.Popen(
        [sys.executable, "-c", worker, LAUNCH, RUN], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(root)}
    )
    wait_for(tmp_path / "started")
    started.kill()
    started.wait(20)
    assert wait_for(tmp_path / "ended") == "SIGTERM"


def test_the_exit_code_of_the_run_is_the_launchers():
    assert subprocess.run([sys.executable, "-c", LAUNCH, "raise SystemExit(7)"]).returncode == 7
