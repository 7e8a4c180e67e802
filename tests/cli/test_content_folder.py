"""Started inside a content folder: what strangers put there is read as content, and never runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from matterhouse import process
from matterhouse.flows import serve
from tests.commands import plant_packages

ROOT = Path(__file__).parents[2]
SAFE, PLAIN = [sys.executable, "-P", "-m"], [sys.executable, "-m"]
WITHOUT_CURRENT_FOLDER = os.environ | {"PYTHONPATH": str(ROOT)}


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=WITHOUT_CURRENT_FOLDER, input="", capture_output=True, text=True, timeout=120
    )


@pytest.fixture
def content(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text("---\ntitle: A\n---\n")
    (tmp_path / "matterhouse.yml").write_text("sources:\n  content:\n    uri: folder:.\n    exclude: [warehouse/**]\n")
    return tmp_path


def test_the_planted_packages_would_be_imported(content: Path):
    marker = plant_packages(content)
    run([sys.executable, "-c", "import yaml"], content)
    assert marker.read_text() == "yaml\n"


@pytest.mark.parametrize("python", [SAFE, PLAIN], ids=["matterhouse", "python -m"])
def test_a_run_imports_nothing_from_there(python: list[str], content: Path):
    marker = plant_packages(content, *(["matterhouse"] if python is SAFE else []))
    done = run([*python, "matterhouse.cli", "run"], content)
    assert (done.returncode, marker.exists()) == (0, False), done.stderr
    assert "Loaded 1 record" in done.stdout


def test_a_worker_process_imports_nothing_from_there(content: Path):
    marker = plant_packages(content, "matterhouse")
    done = run(process.child_command("-m", "matterhouse.engine.executors.worker"), content)
    assert "EOFError" in done.stderr and not marker.exists()


def test_prefects_processes_import_nothing_from_there(content: Path, monkeypatch: pytest.MonkeyPatch):
    marker = plant_packages(content, "matterhouse")
    monkeypatch.chdir(content)
    monkeypatch.setattr(serve, "end_with", lambda parent: None)
    started = serve._start(["version"], WITHOUT_CURRENT_FOLDER, content.with_name("prefect.log"))
    assert started.wait(60) == 0 and not marker.exists()
    launched = run(process.child_command("-m", "matterhouse.flows.launch"), content)
    assert "prefect" in launched.stderr and launched.returncode == 1, "the engine asks for a flow run's id"
    assert not marker.exists()


def test_every_python_that_is_started_leaves_the_current_folder_out():
    files = [file for room in ("matterhouse", "flows") for file in (ROOT / room).rglob("*.py")]
    starting = {file.relative_to(ROOT).as_posix() for file in files if "sys.executable" in file.read_text("utf-8")}
    assert starting == {"matterhouse/process.py"}, "use process.child_command"
