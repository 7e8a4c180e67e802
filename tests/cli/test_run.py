"""``matterhouse run``: what it says, what it exits with, and what it does not import."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from matterhouse.engine.interrupts import Interrupts, Stopped
from matterhouse.engine.report import Report
from tests.commands import SAMPLE, STEERING, first_run, matterhouse, on_a_terminal, project, project_of_its_own
from tests.warehouses import rows

HEAVY = ("duckdb", "_duckdb", "pandas", "pyarrow", "numpy", "prefect", "rich", "obstore", "httpx")
LIST_IMPORTS = """
import sys
from matterhouse.cli import main
try:
    main()
finally:
    print([name for name in {heavy} if name in sys.modules], file=sys.stderr)
"""
# A run whose reading takes forever, or breaks.
SLOW = """
import sys, time
import matterhouse.engine.run
from matterhouse.cli import main

def extract(run):
    print("reading", file=sys.stderr, flush=True)
    time.sleep(60)

matterhouse.engine.run.Run.extract = extract
main()
"""
SWALLOWING = SLOW.replace(
    "    time.sleep(60)", "    try:\n        time.sleep(60)\n    except KeyboardInterrupt:\n        pass"
)
MISTAKEN = SLOW.replace("time.sleep(60)", "raise KeyError('\\x1b[31mred')")
HOLD_THE_LOCK = """
import sys
from pathlib import Path
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive

with exclusive(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def python(script: str, *arguments: object, cwd: Path, **options) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)], cwd=cwd, text=True, **pipes, **options
    )


def last_run(folder: Path) -> dict:
    told = json.loads(matterhouse("status", "--json", cwd=folder).stdout)
    return told["runs"][0]


def test_a_first_run_tells_its_account():
    told = first_run().stdout
    assert ["sample", "81", "77", "0", "3", "1", "0"] in [line.split() for line in told.splitlines()]
    assert "3 files could not be read: `matterhouse rejects` shows why." in told
    assert "values did not fit the column: `matterhouse rejects --all` lists them." in told
    assert "New in the front matter, in no declared table:\n  news: readingMinutes, soundscape." in told
    [first, _] = sorted((project() / "warehouse" / "snapshots").iterdir())
    assert "Loaded 77 records in " in told and str(first) in told


def test_a_run_without_changes_is_one_line(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    unchanged = matterhouse("run", cwd=folder)
    [line] = unchanged.stdout.splitlines()
    standing = (folder / "warehouse" / "current").resolve().name
    assert (unchanged.returncode, unchanged.stderr) == (0, "")
    assert line.startswith(f"Nothing changed in sample; snapshot {standing} stands (")


def test_the_profile_has_the_numbers_that_meta_runs_stores():
    told = first_run().stdout.splitlines()
    header = next(
        number for number, line in enumerate(told) if line.split() == ["stage", "seconds", "files", "bytes", "MB/s"]
    )
    stages = {line.split()[0]: line.split()[1:] for line in told[header + 2 : header + 7]}
    stored = rows(
        project() / "warehouse", "SELECT stage_seconds, bytes_read FROM meta.runs ORDER BY started_at LIMIT 1"
    )
    [(seconds, bytes_read)] = stored
    assert list(stages) == ["list", "extract", "load", "check", "publish"]
    # A snapshot cannot know how long its own publication took; the ledger, and the next snapshot, do.
    assert {stage: float(columns[0]) for stage, columns in stages.items()} == pytest.approx(seconds, abs=0.0006)
    assert stages["list"][1] == stages["extract"][1] == "81"
    assert float(stages["extract"][2]) == pytest.approx(bytes_read / 1000, abs=0.06)
    assert "peak memory" in told[-1]


def test_json_is_one_object_and_nothing_else(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    unchanged = matterhouse("run", "--json", cwd=folder)
    report = json.loads(unchanged.stdout)
    assert (unchanged.returncode, unchanged.stderr, len(unchanged.stdout.splitlines())) == (0, "", 1)
    assert set(report) == {field.name for field in fields(Report)}
    assert report["state"] == "unchanged"
    assert report["sources"] == [
        {
            "source": "sample",
            "position": None,
            "found": 82,
            "loaded": 0,
            "unchanged": 78,
            "rejected": 3,
            "skipped": 1,
            "removed": 0,
            "records": 78,
            "error": None,
            "kept": 0,
        }
    ]

    (folder / "content" / "_news" / "later.md").unlink()
    loaded = json.loads(matterhouse("run", "--json", cwd=folder).stdout)
    assert (loaded["state"], loaded["rows"]["records"], loaded["sources"][0]["removed"]) == ("loaded", 77, 1)
    assert loaded["snapshot"] == (folder / "warehouse" / "current").resolve().name


def test_quiet_prints_only_failures(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    quiet = matterhouse("run", "--quiet", cwd=folder)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    (folder / "content").rename(folder / "elsewhere")
    failed = matterhouse("run", "--quiet", cwd=folder)
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("matterhouse: failed: source sample (")
    assert "Traceback" not in failed.stderr
    assert f"readers keep snapshot {(folder / 'warehouse' / 'current').resolve().name}" in failed.stderr
    report = matterhouse("run", "--json", cwd=folder)
    assert (report.returncode, json.loads(report.stdout)["state"], json.loads(report.stdout)["snapshot"]) == (
        1,
        "failed",
        None,
    )


@pytest.mark.parametrize(
    "arguments, told",
    [
        (("run", "--no-such-option"), "No such option"),
        (("run", "--source", "without-a-uri"), "expected NAME=URI"),
        (("run", "--config", "absent.yml"), "absent.yml: found no such file"),
        (("run", "--config", "wrong.yml"), "wrong.yml:1: "),
        (("run",), "no source is named"),
        (("path", "--parquet", "--database"), "not both"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: tuple, told: str, tmp_path: Path):
    (tmp_path / "wrong.yml").write_text("warehuose: here\n")
    done = matterhouse(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr and "Traceback" not in done.stderr


def test_a_held_lock_exits_with_75_and_a_dead_holder_does_not_block(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    holder = python(HOLD_THE_LOCK, folder / "warehouse", cwd=folder)
    assert holder.stdout.readline() == "held\n"
    for arguments in (("run", "--json"), ("rollback",)):
        refused = matterhouse(*arguments, cwd=folder)
        assert (refused.returncode, refused.stdout) == (75, "")
        assert f"process {holder.pid} on " in refused.stderr and " since 20" in refused.stderr
    assert f"process {holder.pid} on" in matterhouse("status", cwd=folder).stdout
    holder.kill()
    holder.communicate()
    assert matterhouse("run", cwd=folder).returncode == 0
    assert f"process {holder.pid}" not in matterhouse("status", cwd=folder).stdout


@pytest.mark.parametrize("number, code, told", [(signal.SIGTERM, 143, "SIGTERM"), (signal.SIGINT, 130, "Ctrl-C")])
@pytest.mark.parametrize("script", [SLOW, SWALLOWING], ids=["raised", "swallowed"])
def test_a_stopped_run_is_cancelled(script: str, number: int, code: int, told: str, tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    before = (folder / "warehouse" / "current").resolve().name
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else a child of a background job ignores Ctrl-C
    running = python(script, "run", "--full-refresh", "--json", cwd=folder)
    assert running.stderr.readline() == "reading\n"
    running.send_signal(number)
    out, errors = running.communicate(timeout=180)
    assert (running.returncode, errors) == (code, "")
    assert (json.loads(out)["state"], json.loads(out)["error"]) == ("cancelled", f"stopped by {told}")
    row = last_run(folder)
    assert (row["state"], row["error"], row["snapshot_id"]) == ("cancelled", f"stopped by {told}", None)
    assert (folder / "warehouse" / "current").resolve().name == before


def test_a_signal_is_heeded_where_a_library_swallows_it_and_later_where_it_came_too_early():
    signals = Interrupts()
    with pytest.raises(Stopped, match="SIGTERM") as stopped, signals.heeded():
        try:
            signals.receive(signal.SIGTERM, None)
        except KeyboardInterrupt:
            raise RuntimeError("Query interrupted") from None
    assert stopped.value.exit_code == 143
    early = Interrupts()
    early.receive(signal.SIGINT, None)
    with pytest.raises(Stopped, match="Ctrl-C"), early.heeded():
        pytest.fail("the stretch was entered")


def test_a_mistake_in_the_code_is_shown_and_noted(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    running = python(MISTAKEN, "run", "--full-refresh", cwd=folder)
    _, errors = running.communicate(timeout=180)
    assert running.returncode == 1
    assert "KeyError: '\\x1b[31mred'" in errors and "this is a mistake in Matterhouse" in errors
    assert not STEERING.search(errors)
    assert last_run(folder)["state"] == "failed"


@pytest.mark.parametrize("arguments", [("--help",), ("run",), ("status", "--json"), ("path",)], ids=" ".join)
def test_what_need_not_read_tables_imports_nothing_heavy(arguments: tuple, tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    looking = python(LIST_IMPORTS.format(heavy=HEAVY), *arguments, cwd=folder)
    _, errors = looking.communicate(timeout=180)
    assert (looking.returncode, errors) == (0, "[]\n")


def test_files_that_only_look_changed_are_read_without_importing_anything_heavy(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    touched = [file.touch() for file in folder.rglob("*.md") if "warehouse" not in file.relative_to(folder).parts]
    assert touched
    looking = python(LIST_IMPORTS.format(heavy=HEAVY), "run", cwd=folder)
    told, errors = looking.communicate(timeout=180)
    assert (looking.returncode, errors) == (0, "[]\n")
    assert told.startswith("Nothing changed")


def test_a_terminal_gets_a_progress_bar(tmp_path: Path):
    folder = project_of_its_own(tmp_path)
    code, shown = on_a_terminal("run", "--full-refresh", cwd=folder)
    assert code == 0
    assert "listing the sources" in shown and "of 82 files" in shown and "MB/s" in shown
    assert "reading" in shown and "publishing" in shown
    code, shown = on_a_terminal("run", "--json", cwd=folder)
    assert (code, json.loads(shown)["state"]) == (0, "unchanged")


def test_a_warehouse_that_cannot_be_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    refused = matterhouse(
        "run", "--source", f"mine=folder:{project() / 'content'}", "--warehouse", "file/w", cwd=tmp_path
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "file/w" in refused.stderr and "Not a directory" in refused.stderr and "Traceback" not in refused.stderr


def test_an_audit_of_everything_passes(tmp_path):
    done = matterhouse("run", "--source", f"sample=folder:{SAMPLE}", "--audit", "1", "--warehouse", "w", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert matterhouse("run", "--audit", "2", cwd=tmp_path).returncode == 2


def test_include_and_exclude_say_which_files_a_run_reads(tmp_path: Path):
    content = tmp_path / "content"
    for name in ("a.md", "b.txt", "drafts/c.txt", "node_modules/d.txt"):
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(f"---\ntitle: {name}\n---\n")
    flags = ("--source", "mine=content", "--include", "**/*.txt", "--exclude", "drafts/**")
    assert matterhouse("run", *flags, cwd=tmp_path).returncode == 0
    assert rows(tmp_path / "warehouse", "SELECT path FROM records") == [("b.txt",)]
    wrong = matterhouse("run", "--source", "mine=content", "--include", "a//b", cwd=tmp_path)
    assert wrong.returncode == 2 and '--include: found the text "a//b"; expected a glob' in wrong.stderr


@pytest.mark.parametrize("warehouse", ["warehouse", "out/tables", "."])
def test_init_and_run_in_a_folder_of_content_never_take_the_warehouse_for_content(warehouse: str, tmp_path: Path):
    (tmp_path / "a.md").write_text("---\ntitle: A\n---\n")
    assert matterhouse("init", cwd=tmp_path).returncode == 0
    assert matterhouse("run", "--warehouse", warehouse, cwd=tmp_path).returncode == 0
    os.utime(tmp_path / "a.md", (1_700_000_000, 1_700_000_000))
    other = matterhouse("run", "--source", "other=folder:.", "--warehouse", "other", cwd=tmp_path)
    assert other.returncode == 0
    again = matterhouse("run", "--json", "--warehouse", warehouse, cwd=tmp_path)
    assert json.loads(again.stdout)["sources"][0]["found"] == 1
    assert matterhouse("run", "--warehouse", warehouse, cwd=tmp_path).stdout.startswith("Nothing changed in content")
    assert rows(tmp_path / "other", "SELECT path FROM meta.files") == [("a.md",)]
