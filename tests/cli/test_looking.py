"""The commands that look at a warehouse, or point it elsewhere: each on its own process and its own warehouse."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from matterhouse.cli.status import status
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import current, snapshots
from tests.commands import HOSTILE_NAME, STEERING, matterhouse, on_a_terminal, project, project_of_its_own

BROKEN = "_news/2026-04-12-broken-window-at-the-sail-loft.md"


def kept(folder: Path) -> list[str]:
    """Ids of the snapshots, the oldest first."""
    return [snapshot.id for snapshot in snapshots(Layout(folder / "warehouse"))]


def current_id(folder: Path) -> str:
    return current(Layout(folder / "warehouse")).id


def test_status_tells_snapshot_sources_runs_and_rows():
    folder = project()
    facts = json.loads(matterhouse("status", "--json", cwd=folder).stdout)
    assert facts["current"]["id"] == facts["newest"] == kept(folder)[-1]
    assert facts["current"]["records"] == facts["tables"]["records"] == 78
    assert facts["current"]["bytes"] > 100_000
    assert facts["sources"]["sample"]["counts"]["rejected"] == 3
    assert [run["state"] for run in facts["runs"]] == ["loaded", "loaded"]
    assert facts["notes"] == []
    told = matterhouse("status", cwd=folder).stdout
    assert f"snapshot   {kept(folder)[-1]}, published 20" in told
    for cells in (["records", "78"], ["raw.documents", "81"]):
        assert cells in [line.split() for line in told.splitlines()]


def test_status_without_a_warehouse_a_snapshot_or_a_ledger(tmp_path: Path):
    absent = matterhouse("status", "--warehouse", "absent", cwd=tmp_path)
    assert (absent.returncode, absent.stdout) == (1, "")
    assert "there is no warehouse at" in absent.stderr
    (tmp_path / "empty").mkdir()
    empty = matterhouse("status", "--warehouse", "empty", cwd=tmp_path)
    assert empty.returncode == 0 and "none yet: `matterhouse run`" in empty.stdout
    for arguments in (("path",), ("query", "SELECT 1")):
        none = matterhouse(*arguments, "--warehouse", "empty", cwd=tmp_path)
        assert none.returncode == 1 and "has no snapshot yet" in none.stderr and "Traceback" not in none.stderr


def test_status_makes_do_with_a_damaged_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = project_of_its_own(tmp_path)
    (folder / "warehouse" / "state" / "ledger.sqlite").write_bytes(b"not a ledger" * 100)
    status(warehouse=folder / "warehouse", as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert "the ledger cannot be read" in facts["notes"][0]
    assert len(facts["runs"]) == 2 and list(facts["sources"]) == ["sample"]


@pytest.mark.parametrize(
    "flags, below", [((), ""), (("--parquet",), "/parquet"), (("--database",), "/warehouse.duckdb")]
)
def test_path_is_the_resolved_snapshot(flags: tuple, below: str):
    done = matterhouse("path", *flags, cwd=project())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{(project() / 'warehouse').resolve()}/snapshots/{kept(project())[-1]}{below}\n"


def test_snapshots_are_listed_the_newest_first():
    listed = json.loads(matterhouse("snapshots", "--json", cwd=project()).stdout)
    assert [(each["id"], each["is_current"], each["records"]) for each in listed] == [
        (kept(project())[1], True, 78),
        (kept(project())[0], False, 77),
    ]
    lines = matterhouse("snapshots", cwd=project()).stdout.splitlines()
    assert lines[2].startswith(kept(project())[1]) and lines[2].endswith("current")
    assert not lines[3].endswith("current")


def test_rollback_goes_back_and_forward_and_a_run_publishes_the_truth(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    old, new = kept(folder)
    back = matterhouse("rollback", cwd=folder)
    assert back.returncode == 0 and current_id(folder) == old
    assert back.stdout.splitlines() == [
        f"Readers have {old} now, and had {new} before.",
        f"The next run that finds changes builds on the newest data ({new}) and publishes past this rollback.",
    ]
    assert f"`matterhouse rollback {new}` goes forward at once" in matterhouse("status", cwd=folder).stdout
    unchanged = matterhouse("run", cwd=folder).stdout
    assert f"snapshot {new} stands" in unchanged and f"Readers have {old} since a rollback" in unchanged
    assert current_id(folder) == old
    assert "no snapshot is kept from before" in matterhouse("rollback", cwd=folder).stderr
    assert matterhouse("rollback", new[:6], cwd=folder).returncode == 0
    assert current_id(folder) == new

    (folder / "warehouse" / "snapshots" / old / "warehouse.duckdb").write_bytes(b"")
    damaged = matterhouse("rollback", old, cwd=folder)
    assert damaged.returncode == 1 and f"snapshot {old} is damaged" in damaged.stderr
    absent = matterhouse("rollback", "9", cwd=folder)
    assert absent.returncode == 1 and f"kept are: {old}, {new}" in absent.stderr


def test_rejects_show_the_line_and_a_mark_below_the_column():
    told = matterhouse("rejects", cwd=project())
    assert told.returncode == 0
    lines = told.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if BROKEN in line)
    place, reason = lines[at].removeprefix("sample: ").split("  ")
    assert place.startswith(f"{BROKEN}:") and place.count(":") == 2 and reason == "yaml_syntax"
    column = int(place.rpartition(":")[2])
    assert lines[at + 3].removeprefix("    | ") == " " * (column - 1) + "^"
    assert lines[-1] == "3 files could not be read."


def test_rejects_as_csv_and_json_with_everything():
    listed = list(csv.DictReader(matterhouse("rejects", "--format", "csv", cwd=project()).stdout.splitlines()))
    assert [row["path"] for row in listed if row["path"] == BROKEN] == [BROKEN]
    assert {row["kind"] for row in listed} == {"reject"} and len(listed) == 3
    every = json.loads(matterhouse("rejects", "--all", "--format", "json", cwd=project()).stdout)
    assert {row["kind"] for row in every} == {"reject", "field_error", "skipped", "drift"}
    assert [row["reason"] for row in every if row["kind"] == "skipped"] == ["no_front_matter"]
    assert {"field": "readingMinutes", "message": "1 document, int"}.items() <= next(
        row for row in every if row["field"] == "readingMinutes"
    ).items()
    assert any(row["path"] == f"_news/{HOSTILE_NAME}" for row in every), "JSON has names as they are"


@pytest.mark.parametrize(
    "arguments",
    [
        ("rejects", "--all"),
        (
            "query",
            "SELECT title, path FROM records WHERE path LIKE '%hostile%' UNION ALL SELECT path, excerpt FROM meta.rejects",
        ),
        ("status", "--json"),
    ],
    ids=" ".join,
)
def test_nothing_that_content_says_steers_the_terminal(arguments: tuple):
    told = matterhouse(*arguments, cwd=project())
    assert told.returncode == 0
    assert not STEERING.search(told.stdout)


def test_on_a_terminal_content_is_as_harmless():
    code, shown = on_a_terminal("rejects", cwd=project())
    assert code == 0
    assert "\\x1b[31mred\\x1b]0;owned\\x07 [bold]\\u202egnp.md" in shown
    assert not STEERING.search(shown.replace("\r\n", "\n"))


def test_check_runs_every_check_and_fails_on_an_error(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    fine = matterhouse("check", cwd=folder)
    assert fine.returncode == 0
    assert fine.stdout.splitlines()[-1].endswith(f"of {kept(folder)[-1]}: 0 failed.")
    [first, _] = kept(folder)
    database = folder / "warehouse" / "snapshots" / first / "warehouse.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute("INSERT INTO records SELECT * FROM records LIMIT 7").fetchall()
    broken = matterhouse("check", first[:6], cwd=folder)
    assert broken.returncode == 1
    assert "unique_keys (error)" in broken.stdout and not broken.stdout.splitlines()[-1].endswith(": 0 failed.")
    assert matterhouse("check", "9", cwd=folder).returncode == 1


def test_check_compares_files_with_their_checksums(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    fine = matterhouse("check", "--files", cwd=folder)
    assert (fine.returncode, fine.stdout.split(": ")[-1]) == (0, "0 damaged.\n")
    file = folder / "warehouse" / "current" / "parquet" / "records" / "records.parquet"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    broken = matterhouse("check", "--files", cwd=folder)
    assert broken.returncode == 1 and "damaged: parquet/records/records.parquet" in broken.stdout


def test_a_reader_that_has_enough_ends_the_output_quietly():
    script = "import sys; from matterhouse.cli import main; main()"
    arguments = ("query", "FROM range(1000000)", "--format", "csv")
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments], cwd=project(), stdout=-1, stderr=-1, text=True
    ) as process:
        assert process.stdout.readline() == "range\n"
        process.stdout.close()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (1, "")
