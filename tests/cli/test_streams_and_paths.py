"""Output that is closed, full or gone, and folders with odd names: a sentence and the right exit code."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.commands import command, matterhouse, project
from tests.warehouses import rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``content``, in which commands run."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("---\ntitle: A\n---\n")
    return tmp_path


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of bash, in which ``M`` is the command line; its exit code is that of the first command of a pipe."""
    script = f'M() {{ {shlex.join(command())} "$@"; }}\n{line}\nexit ${{PIPESTATUS[0]}}'
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120)


RUN = "M run --source mine=folder:content"


@pytest.mark.parametrize(
    "line, why",
    [
        (f"{RUN} >&-", "Bad file descriptor"),
        (f"{RUN} > /dev/full", "No space left on device"),
        (f"{RUN} --json | true", "Broken pipe"),
    ],
)
def test_a_run_whose_account_nobody_can_read_is_a_run_that_published(line: str, why: str, folder: Path):
    done = in_shell(line, folder)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert rows(folder / "warehouse", "SELECT title FROM records") == [("A",)]
    if "| true" in line and not done.stderr:
        return  # the reader was still there when the run told its account
    assert done.stderr == (
        f"matterhouse: the run is loaded, but its account could not be printed: standard output: {why}\n"
    )


def test_without_any_stream_a_run_publishes_and_writes_into_none_of_its_files(folder: Path):
    assert in_shell(f"{RUN} >&- 2>&- <&-", folder).returncode == 0
    assert matterhouse("check", "--files", cwd=folder).returncode == 0
    assert in_shell("M status --warehouse absent >&- 2>&- <&-", folder).returncode == 1
    failed = in_shell("M run --source mine=folder:absent >&-", folder)
    assert failed.returncode == 1 and "there is no such folder" in failed.stderr


@pytest.mark.parametrize(
    "redirection, why", [(">&-", "Bad file descriptor"), ("> /dev/full", "No space left on device")]
)
def test_what_a_command_cannot_print_is_a_failure(redirection: str, why: str):
    for arguments in ("status", "query 'SELECT 1' --format csv", "--help"):
        done = in_shell(f"M {arguments} {redirection}", project())
        assert (done.returncode, done.stderr) == (1, f"matterhouse: standard output: {why}\n")


LONG = "/".join(["x" * 200] * 3)


@pytest.mark.parametrize(
    "warehouse, why",
    [
        ("what?now", "expected a path without a question mark"),
        (os.fsdecode(b"not\xffutf8"), "expected a path of UTF-8 text"),
        (LONG, "expected a path of at most 450 bytes"),
    ],
    ids=["?", "bytes", "long"],
)
def test_a_warehouse_that_cannot_be_opened_there_is_told(warehouse: str, why: str, folder: Path):
    for arguments in (("run", "--source", "mine=folder:content"), ("status",)):
        told = matterhouse(*arguments, "--warehouse", warehouse, cwd=folder)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr.startswith("matterhouse: --warehouse: found the text ") and why in told.stderr
        assert len(told.stderr.splitlines()) == 1


def test_the_folder_of_the_file_is_looked_at_too(folder: Path):
    odd = folder / "what?"
    odd.mkdir()
    (odd / "matterhouse.yml").write_text("sources:\n  mine:\n    uri: ../content\n")
    told = matterhouse("run", cwd=odd)
    assert told.returncode == 2 and told.stderr.startswith("matterhouse: matterhouse.yml: warehouse: found the text ")


def test_a_source_may_lie_in_a_folder_with_an_odd_name_but_not_in_one_of_other_bytes(folder: Path):
    odd = folder / "what? now" / LONG
    odd.mkdir(parents=True)
    (odd / "a.md").write_text("---\ntitle: Deep\n---\n")
    assert matterhouse("run", "--source", f"mine=folder:{odd}", cwd=folder).returncode == 0
    assert rows(folder / "warehouse", "SELECT title FROM records") == [("Deep",)]
    told = matterhouse("run", "--source", os.fsdecode(b"mine=folder:not\xffutf8"), cwd=folder)
    assert told.returncode == 2
    assert "--source mine: found the text" in told.stderr and "expected a path of UTF-8 text" in told.stderr


def test_a_warehouse_may_have_a_name_that_means_something_in_sql_or_a_url(folder: Path):
    name = "a'b\";c%20#[ab]*{d}"
    done = matterhouse("run", "--source", "mine=folder:content", "--warehouse", name, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert matterhouse("check", "--warehouse", name, cwd=folder).returncode == 0
