"""What the README says is so: its commands exist, its output is what a run prints, its code runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import in_a_process_of_its_own, matterhouse

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """The sample repository, loaded as `make run` does; gives the folder that holds `warehouse` and what was printed."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copy(ROOT / "matterhouse.yml", folder)
    done = in_a_process_of_its_own("run", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_first_run_prints_what_the_readme_shows(loaded):
    [shown] = [text for language, text in BLOCKS if text.startswith("source   found")]
    _, printed = loaded
    assert [line.rstrip() for line in shown.strip().splitlines()] == [
        line.rstrip() for line in printed.strip().splitlines()[:-1]
    ]


def test_words_in_quotes_reach_the_command_that_make_runs():
    [arguments] = set(re.findall(r"make run ARGS='(.*?)'", README + (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    planned = subprocess.run(
        ["make", "--dry-run", "--assume-old=.venv/ready", "run", f"ARGS={arguments}"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert shlex.split(planned.stdout.splitlines()[-1]) == [
        ".venv/bin/matterhouse", "run", "--source", "notes=../My Notes", "--warehouse", "/tmp/notes",
    ]  # fmt: skip


def test_the_targets_of_make_exist():
    targets = set(re.findall(r"\$ make ([a-z-]+)", README))
    assert {"run", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def test_the_commands_exist():
    commands = set(
        re.findall(r"matterhouse ([a-z]+)", "".join(text for language, text in BLOCKS if language == "console"))
    )
    assert {"run", "query", "path", "init"} <= commands
    listed = matterhouse("--help", cwd=ROOT).stdout
    assert [command for command in commands if f"  {command} " not in listed] == []


def test_the_first_query_runs(loaded):
    folder, _ = loaded
    [query] = re.findall(r'matterhouse query "(.*?)"', README, re.DOTALL)
    done = matterhouse("query", query, "--format", "csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 4


def test_the_blog_is_loaded_and_queried(loaded, tmp_path: Path):
    folder, _ = loaded
    done = matterhouse("run", "--source", "blog=data/blog", "--warehouse", tmp_path / "blog", cwd=folder)
    assert done.returncode == 0, done.stderr
    [query] = re.findall(r'matterhouse query --warehouse /tmp/blog "(.*?)"', README, re.DOTALL)
    done = matterhouse("query", "--warehouse", tmp_path / "blog", query, "--format", "csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 5


def test_the_python_of_the_readme_runs(loaded):
    folder, _ = loaded
    [code] = [text for language, text in BLOCKS if language == "python"]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_its_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target
