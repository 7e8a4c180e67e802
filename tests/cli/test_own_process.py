"""Each command imports what it needs: it tells the same in a process of its own as in one that has imports already."""

import re
import shutil
from pathlib import Path

import pytest

from matterhouse.cli import app
from tests.commands import in_a_process_of_its_own, matterhouse, project_of_its_own

OTHERS = {"dashboard", "deploy", "serve"}  # which tests start as processes of their own
LINES = """
init --config other.yml
run
run --full-refresh --profile
run --json
validate
infer
backfill sample --reason why
forget nobody
maintain
status
status --json
rejects
rejects --all --format csv
query --list
query FROM(records)
describe
describe records --format json
path
snapshots
rollback
check
check --files
"""
COMMANDS = [tuple(line.split()) for line in LINES.split("\n") if line]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_tells_the_same_in_a_process_of_its_own(tmp_path: Path, arguments: tuple[str, ...]):
    told = []
    for run in (matterhouse, in_a_process_of_its_own):
        done = run(*arguments, cwd=project_of_its_own(tmp_path))
        told.append(
            (
                done.returncode,
                *(re.sub(r"[0-9a-f.]*[0-9][0-9a-f.]*", "0", text).split() for text in (done.stdout, done.stderr)),
            )
        )
        shutil.rmtree(tmp_path / "project")
    assert told[0] == told[1]


def test_every_command_is_asked_so():
    assert {command.name for command in app.registered_commands} == {words[0] for words in COMMANDS} | OTHERS
