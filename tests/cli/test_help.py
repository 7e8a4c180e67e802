"""``--help``, ``--version``, ``init``, and docs/cli.md, which is made from the former."""

from importlib.metadata import version
from pathlib import Path

from matterhouse.cli import reference
from matterhouse.settings.loading import load
from tests.commands import matterhouse

ROOT = Path(__file__).parents[2]


def test_the_reference_is_what_help_says():
    assert (ROOT / "docs" / "cli.md").read_text() == reference.text()


def test_help_lists_every_command_in_whole_sentences(tmp_path: Path):
    told = matterhouse("--help", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    commands = told.stdout.partition("Commands:\n")[2].splitlines()
    names = [
        "init",
        "run",
        "validate",
        "infer",
        "backfill",
        "forget",
        "maintain",
        "status",
        "rejects",
        "query",
        "describe",
        "dashboard",
        "path",
        "snapshots",
        "rollback",
        "check",
        "serve",
        "deploy",
    ]
    assert [line.split()[0] for line in commands] == names
    assert all(line.endswith(".") and not line.endswith("...") for line in commands)


def test_version(tmp_path: Path):
    assert matterhouse("--version", cwd=tmp_path).stdout == f"matterhouse {version('matterhouse')}\n"


def test_init_writes_a_file_once(tmp_path: Path):
    first = matterhouse("init", cwd=tmp_path)
    assert first.returncode == 0
    assert first.stdout.splitlines()[-1] == "  matterhouse run"
    file = tmp_path / "matterhouse.yml"
    assert load(file).sources
    file.write_text("mine")
    second = matterhouse("init", cwd=tmp_path)
    assert (second.returncode, second.stdout) == (1, "")
    assert "stays as it is" in second.stderr and file.read_text() == "mine"
    other = matterhouse("init", "--config", "other.yml", cwd=tmp_path)
    assert other.stdout.splitlines()[-1] == "  matterhouse run --config other.yml"
