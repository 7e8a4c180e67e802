"""The environment of what is measured beside Matterhouse: .venv-bench, made when it is first needed."""

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import ROOT, Failed

_VENV = ROOT / ".venv-bench"
_READY = _VENV / "ready"
_REQUIREMENTS = Path(__file__).with_name("requirements.txt")
PYTHON = _VENV / "bin" / "python"


def installed() -> bool:
    """Whether .venv-bench has what requirements.txt names, for the Python that runs this."""
    return _READY.is_file() and _READY.read_text() == _wanted() and PYTHON.exists()


def install() -> None:
    """Make .venv-bench unless it is there. Raises Failed, as where there is no network."""
    if installed():
        return
    print("Setting up .venv-bench with dlt and rapidyaml; this takes a minute, once ...", file=sys.stderr)
    shutil.rmtree(_VENV, ignore_errors=True)
    _run(sys.executable, "-m", "venv", _VENV)
    (_VENV / ".gitignore").write_text("*\n")
    _run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input", "-r", _REQUIREMENTS)
    _READY.write_text(_wanted())


def versions() -> dict[str, str]:
    """Name and version of every package that requirements.txt names."""
    lines = [line for line in _REQUIREMENTS.read_text().splitlines() if "==" in line]
    return {name.partition("[")[0]: version for name, version in (line.split("==") for line in lines)}


def _wanted() -> str:
    return f"{ROOT} {sys.version}\n{_REQUIREMENTS.read_text()}"


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed((done.stderr or done.stdout).strip().splitlines()[-1])
