"""``matterhouse query``: formats, files and errors. What a query cannot reach is in tests/load/test_query.py."""

import csv
import io
import json
import os
import re
import signal
import subprocess
import time
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
        command("query", SOME, "--format", "parquet"), cwd=project(), capture_output=True, timeout=180
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
        "runs.json",
    }


ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 8"
# DuckDB cannot interrupt a function's call on one long value.
DEAF = "SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))"


def started(query: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A query that runs: its temporary folder below ``folder`` is there, and nothing else."""
    environment = os.environ | {"TMPDIR": str(folder)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else a child of a background job ignores Ctrl-C
    running = subprocess.Popen(
        command("query", query, *arguments), cwd=project(), env=environment, stdout=-1, stderr=-1, text=True
    )
    while not list(folder.glob("matterhouse-*")) and running.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)
    return running


@pytest.mark.parametrize("query", [ENDLESS, DEAF], ids=["endless", "deaf"])
@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_every_query_answers_to_signals_and_leaves_nothing_behind(query: str, number: int, code: int, tmp_path: Path):
    running = started(query, tmp_path, "--format", "csv", "--output", str(tmp_path / "rows.csv"))
    running.send_signal(number)
    out, errors = running.communicate(timeout=180)
    assert (running.returncode, out, errors) == (code, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("query", [ENDLESS, DEAF], ids=["endless", "deaf"])
def test_a_query_is_stopped_after_its_time(query: str, tmp_path: Path):
    running = started(query, tmp_path, "--timeout", "0.2")
    _, errors = running.communicate(timeout=180)
    assert running.returncode == 1
    assert errors == "matterhouse: the query was stopped after 0.2 s; --timeout SECONDS allows more, 0 any time\n"
    assert list(tmp_path.iterdir()) == []


def test_a_query_that_needs_more_memory_than_it_may_take_fails():
    listed = matterhouse("query", "SELECT list(range) FROM range(100000000)", "--memory", "100MB", cwd=project())
    assert listed.returncode == 1 and "Out of Memory" in listed.stderr
    value = "SELECT length(repeat(repeat('a', 1000000), 3000))"
    single = matterhouse("query", value, "--memory", "100MB", cwd=project())
    assert single.returncode == 1
    assert single.stderr == "matterhouse: the query was stopped: it takes far more memory than 100.0 MB (--memory)\n"
    wrong = matterhouse("query", "SELECT 1", "--memory", "much", cwd=project())
    assert wrong.returncode == 2 and "expected a size such as 500MB" in wrong.stderr


def test_a_sort_larger_than_the_memory_goes_to_disk():
    query = (
        "SELECT max(text) FROM (SELECT hash(range)::VARCHAR AS text FROM range(3000000) ORDER BY text LIMIT 2999999)"
    )
    sorted_rows = matterhouse("query", query, "--memory", "120MB", "--format", "csv", cwd=project())
    assert sorted_rows.returncode == 0, sorted_rows.stderr


def test_wide_decimals_are_exact_in_json():
    query = """SELECT 12345678901234567890.123456789012345678::DECIMAL(38, 18) AS wide, 0.10::DECIMAL(4, 2) AS narrow,
        3::DECIMAL(4, 2) AS whole, 170141183460469231731687303715884105727::HUGEINT AS huge, 'a"1.5' AS text,
        [0.1234567890123456789012::DECIMAL(38, 22)] AS list"""
    told = matterhouse("query", query, "--format", "json", cwd=project())
    line = '{"wide": 12345678901234567890.123456789012345678, "narrow": 0.1, "whole": 3, '
    line += '"huge": 170141183460469231731687303715884105727, "text": "a\\"1.5", "list": [0.1234567890123456789012]}'
    assert told.stdout.splitlines()[1] == line


def test_errors_of_duckdb_have_no_escaped_tabs():
    failed = matterhouse("query", "SELECT sum(title, title) FROM records", cwd=project())
    assert failed.returncode == 1 and "Candidate functions:\n    sum(" in failed.stderr and "\\t" not in failed.stderr


def test_worked_examples_are_listed_and_asked():
    listed = matterhouse("query", "--list", cwd=project())
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "\ntop_topics\n    Which topics had the most stories" in listed.stdout
    assert "\n    --set days=30  How many days" in listed.stdout
    asked = matterhouse("query", "--example", "latest_stories", "--set", "limit=2", "--format", "csv", cwd=project())
    assert (asked.returncode, asked.stderr) == (0, "")
    header, *rows = csv.reader(io.StringIO(asked.stdout))
    assert header == ["published_at", "title", "provider_name", "related_count"] and len(rows) == 2


def test_an_example_is_written_as_parquet(tmp_path: Path):
    file = tmp_path / "rows.parquet"
    done = matterhouse("query", "--example", "latest_stories", "--set", "limit=2", "--output", file, cwd=project())
    assert (done.returncode, pq.read_table(file).num_rows) == (0, 2)


@pytest.mark.parametrize(
    "arguments, code, told",
    [
        ([], 2, "expected one query, or one --example"),
        (["SELECT 1", "--example", "top_topics"], 2, "expected one query, or one --example"),
        (["SELECT 1", "--set", "limit=1"], 2, "only an --example has parameters"),
        (["--example", "top_topics", "--set", "limit"], 2, "expected KEY=VALUE, got 'limit'"),
        (["--example", "top_topic"], 1, "there is no example 'top_topic'; some like it: top_topics"),
        (["--example", "top_topics", "--set", "limit=x"], 1, "limit: expected BIGINT, got 'x'"),
        (["--example", "top_topics", "--set", "x=1"], 1, "top_topics has no parameter 'x'; known: days, limit"),
    ],
)
def test_what_cannot_be_asked_is_told(arguments: list[str], code: int, told: str):
    done = matterhouse("query", *arguments, cwd=project())
    assert (done.returncode, done.stdout) == (code, "")
    assert told in " ".join(re.sub("[│╭╮╰╯─]", " ", done.stderr).split())
