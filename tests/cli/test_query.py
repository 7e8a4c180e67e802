"""``matterhouse query``: formats, files and errors. What a query cannot reach is in tests/load/test_query.py."""

import csv
import io
import json
import os
import re
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matterhouse.warehouse.snapshots import Snapshot
from tests.commands import command, matterhouse, on_a_terminal, project

SOME = "SELECT path, heat, published_at FROM records WHERE collection = 'games' ORDER BY path"


def test_a_table():
    told = matterhouse(
        "query", "SELECT collection, count(*) AS records FROM records GROUP BY ALL ORDER BY ALL LIMIT 2", cwd=project()
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert [line.split() for line in told.stdout.splitlines()[::2]] == [["collection", "records"], ["challenges", "2"]]


def test_a_table_that_is_too_wide_for_the_terminal_stands_upright():
    code, shown = on_a_terminal("query", "SELECT * FROM records LIMIT 2", cwd=project())
    assert code == 0
    lines = re.sub(r"\x1b\[\d*m", "", shown).split("\r\n")
    assert "row 2" in lines and max(map(len, lines)) <= 80


def test_a_table_says_when_it_is_cut():
    told = matterhouse("query", "FROM range(201)", cwd=project())
    assert len(told.stdout.splitlines()) == 202
    assert told.stderr == "matterhouse: these are the first 200 rows; `--format csv` or json gives all of them\n"


def test_csv_and_json_agree():
    rows = list(csv.DictReader(io.StringIO(matterhouse("query", SOME, "--format", "csv", cwd=project()).stdout)))
    objects = json.loads(matterhouse("query", SOME, "--format", "json", cwd=project()).stdout)
    assert [{name: "" if value is None else str(value) for name, value in each.items()} for each in objects] == rows
    assert len(rows) == 2 and "2025-11-02T15:30:00+00:00" in {row["published_at"] for row in rows}


def test_parquet_goes_to_a_pipe_or_a_file_but_not_to_a_terminal(tmp_path: Path):
    piped = subprocess.run(
        command("query", SOME, "--format", "parquet"), cwd=project(), capture_output=True, timeout=60
    )
    table = pq.read_table(io.BytesIO(piped.stdout))
    assert (piped.returncode, table.column_names, table.num_rows) == (0, ["path", "heat", "published_at"], 2)
    file = tmp_path / "rows.parquet"
    written = matterhouse("query", SOME, "--output", file, cwd=project())
    assert (written.returncode, written.stdout) == (0, "")
    assert pq.read_table(file).equals(table)
    code, shown = on_a_terminal("query", SOME, "--format", "parquet", cwd=project())
    assert code == 2 and "name a file with --output" in shown


def test_a_file_is_only_replaced_when_all_is_written(tmp_path: Path):
    file = tmp_path / "rows.csv"
    file.write_text("before")
    failed = matterhouse(
        "query",
        "SELECT CASE WHEN range < 50000 THEN 1 ELSE error('late') END FROM range(60000)",
        "--output",
        file,
        cwd=project(),
    )
    assert failed.returncode == 1 and "late" in failed.stderr
    assert file.read_text() == "before" and list(tmp_path.iterdir()) == [file]
    assert matterhouse("query", "SELECT 1 AS one", "--output", file, cwd=project()).returncode == 0
    assert file.read_text() == "one\n1\n"
    link = tmp_path / "link.csv"
    link.symlink_to(file)
    assert matterhouse("query", "SELECT 2 AS two", "--output", link, cwd=project()).returncode == 0
    assert link.is_symlink() and file.read_text() == "two\n2\n"


def test_sql_from_standard_input_and_in_any_locale():
    ascii_only = os.environ | {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    told = matterhouse("query", "SELECT 'é' AS word", cwd=project(), env=ascii_only)
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "\\xe9")
    assert (
        matterhouse("query", "-", "--format", "csv", cwd=project(), input="SELECT 42 AS answer").stdout
        == "answer\n42\n"
    )


@pytest.mark.parametrize(
    "query, told",
    [
        ("SELEC 1", "Parser Error: syntax error"),
        ("DELETE FROM records", "only queries can be run here"),
        ("FROM read_text('matterhouse.yml')", "Cannot access file"),
    ],
)
def test_an_error_is_one_message(query: str, told: str):
    failed = matterhouse("query", query, cwd=project())
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("matterhouse: ") and told in failed.stderr and "Traceback" not in failed.stderr


def test_queries_leave_the_snapshot_as_it_is():
    assert Snapshot(project() / "warehouse" / "current").damaged_files() == []
    assert {file.name for file in (project() / "warehouse" / "current" / ".").iterdir()} == {
        "warehouse.duckdb",
        "parquet",
        "manifest.json",
        "report.md",
    }
