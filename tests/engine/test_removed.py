"""What is gone is named: files in ``meta.removed`` and the report; and so are runs that did not come to their end."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.commands import matterhouse
from tests.warehouses import parquet_differences, rows

REMOVED = "SELECT source, path, records, what FROM meta.removed ORDER BY ALL"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a warehouse of the sources `news` and `more`, a story each, and a data file of two items."""
    for name in ("news", "more"):
        (tmp_path / name / "_data").mkdir(parents=True)
        (tmp_path / name / "a.md").write_text(f"---\ntitle: {name}\n---\n")
    (tmp_path / "news" / "_data" / "crew.yml").write_text("ann: {title: Ann}\nbob: {title: Bob}\n")
    (tmp_path / "news" / "plain.md").write_text("No head.\n")
    assert run(tmp_path).error is None
    return tmp_path


def run(home: Path, *names: str, retention: str = "{}", **options) -> Report:
    sources = "".join(f"  {name}: {{uri: 'folder:{name}'}}\n" for name in names or ("news", "more"))
    (home / "matterhouse.yml").write_text(f"warehouse: w\nretention: {retention}\nsources:\n{sources}")
    return refresh(loading.load(home / "matterhouse.yml"), **options)


def test_files_that_are_gone_are_named_in_a_table_and_in_the_report(home):
    assert rows(home / "w", REMOVED) == []
    for name in ("a.md", "_data/crew.yml", "plain.md"):  # the last one held no document
        (home / "news" / name).unlink()
    (home / "news" / "b.md").write_text("---\ntitle: B\n---\n")
    report = run(home)
    gone = [("news", "_data/crew.yml", 2, "file"), ("news", "a.md", 1, "file")]
    assert (report.error, rows(home / "w", REMOVED)) == (None, gone)
    assert report.removed == {"news": {"files": 2, "paths": ["_data/crew.yml", "a.md"]}}
    page = (home / "w" / "current" / "report.md").read_text()
    assert "## Files that are gone" in page and "news: _data/crew.yml, a.md" in page
    assert rows(
        home / "w", "SELECT count(*) FROM meta.removed JOIN meta.runs USING (run_id) WHERE removed_at = started_at"
    ) == [(2,)]
    assert run(home, full_refresh=True).removed == {}
    assert rows(home / "w", REMOVED) == gone and not parquet_differences(home / "w")
    (home / "news" / "b.md").rename(home / "news" / "c.md")
    run(home, full_refresh=True)
    assert rows(home / "w", REMOVED) == [*gone, ("news", "b.md", 1, "file")]


def test_files_of_a_source_that_is_taken_out_are_named(home):
    told = matterhouse("run", "--source", "news=folder:news", "--warehouse", "w", cwd=home)
    assert told.returncode == 0 and "Removed" not in told.stdout
    report = run(home, "news", accept_drop=True)
    assert rows(home / "w", REMOVED) == [("more", "a.md", 1, "source")]
    assert report.removed == {"more": {"files": 1, "paths": ["a.md"]}}


def test_files_that_went_while_other_code_made_all_tables_anew_are_named(home, monkeypatch):
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    (home / "news" / "a.md").unlink()
    assert run(home, "news", retention="{sources: 30d}").error is None
    assert rows(home / "w", REMOVED) == [("more", "a.md", 1, "source"), ("news", "a.md", 1, "file")]


@pytest.mark.parametrize("removed, named", [("1w", 1), ("0s", 0)])
def test_the_configuration_says_for_how_long_they_are_named(home, removed, named):
    (home / "more" / "a.md").unlink()
    run(home, retention=f"{{removed: {removed}}}", accept_drop=True)
    assert len(rows(home / "w", REMOVED)) == named
    (home / "news" / "a.md").unlink()
    run(home, retention="{removed: 0s}")
    assert rows(home / "w", REMOVED) == []


KILLED = """
import os, signal, sys
from matterhouse.engine.run import Run
from matterhouse.settings.loading import load

run = Run(load(None), trigger="test").__enter__()
for stage in run.stages():
    run_id = run.report.run_id
    if stage.__name__ == sys.argv[1]:
        run._marker.put(stage.__name__)
        print(run_id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    stage()
"""


@pytest.mark.parametrize("stage", ["list", "extract", "publish"])
def test_a_run_that_was_killed_is_told_by_status_and_kept(home, stage):
    (home / "news" / "a.md").write_text("---\ntitle: changed\n---\n")
    done = subprocess.run([sys.executable, "-c", KILLED, stage], cwd=home, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    run_id = done.stdout.strip()
    [newest, *_] = json.loads(matterhouse("status", "--json", cwd=home).stdout)["runs"]
    assert (newest["run_id"], newest["state"], newest["trigger"]) == (run_id, "killed", "test")
    assert newest["error"].endswith(f"was killed in the stage {stage}")
    assert f"killed  {run_id}: process " in matterhouse("status", cwd=home).stdout
    report = run(home)
    assert report.notes[0] == f"the run {run_id} did not end: {newest['error']}"
    query = "SELECT state, ended_at, error FROM meta.runs ORDER BY started_at"
    assert rows(home / "w", query)[1] == ("killed", None, newest["error"])
    assert run(home).notes == []


def test_a_run_that_was_killed_when_it_had_published_is_told_as_what_it_is(home, monkeypatch):
    (home / "news" / "a.md").write_text("---\ntitle: changed\n---\n")
    running = home / "w" / "state" / "running.json"
    monkeypatch.setattr(Ledger, "mirrors", lambda *_: shutil.copy(running, home / "mark") and 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(home)
    monkeypatch.undo()
    left = json.loads((home / "mark").read_text())
    (home / "mark").write_text(json.dumps(left | {"pid": 2**22 + 1}))
    shutil.copy(home / "mark", running)
    ledger = Ledger(Layout(home / "w").ledger)
    with ledger.transaction():  # the kill came before this was written
        ledger._connection.execute("DELETE FROM runs WHERE run_id = ?", (left["run_id"],))
    ledger.close()
    [newest, *_] = json.loads(matterhouse("status", "--json", cwd=home).stdout)["runs"]
    assert newest["state"] == "loaded"
    assert not any("did not end" in note for note in run(home).notes)
    query = f"SELECT state FROM meta.runs WHERE run_id = '{left['run_id']}'"
    assert rows(home / "w", query) == [("loaded",)]


@pytest.mark.parametrize("mark", [b"{", b"\xb6", b'{"run_id": "1", "started_at": "", "facts": {}, "stage": "load"}'])
def test_a_mark_that_cannot_be_read_stops_nothing(home, mark):
    (home / "w" / "state" / "running.json").write_bytes(mark)
    assert matterhouse("status", cwd=home).returncode == 0
    assert (run(home).notes, (home / "w" / "state" / "running.json").exists()) == ([], False)


def test_a_run_that_is_going_on_is_not_told_as_killed(home):
    with_marks: list[str] = []

    def look(progress) -> None:
        with_marks.append(matterhouse("status", "--json", cwd=home).stdout)

    (home / "news" / "a.md").unlink()
    run(home, on_progress=look)
    assert with_marks and all("killed" not in told for told in with_marks)


def test_status_says_why_runs_failed_and_of_when_the_rows_are(home):
    (home / "more").rename(home / "away")
    partial = run(home)
    (home / "news").rename(home / "gone")
    failed = [run(home) for _ in range(2)]
    told = matterhouse("status", cwd=home).stdout
    assert f"failed  {failed[1].run_id} and 1 run before it: source news" in told
    assert f"partial  {partial.run_id}: source more" in told
    facts = json.loads(matterhouse("status", "--json", cwd=home).stdout)
    assert facts["sources"]["more"]["error"].startswith("source more (")
    assert "as of" in told and "last run" in told
    assert datetime.now(UTC) - datetime.fromisoformat(facts["sources"]["more"]["refreshed_at"]) < timedelta(hours=1)


def test_rejects_of_any_run_are_shown_with_dates(home):
    for number in range(12):
        (home / "more" / f"{number}.md").write_text("---\ntitle: [\n---\n")
    failed = run(home, "more")
    assert failed.state == "failed"
    for number in range(1, 12):
        (home / "more" / f"{number}.md").unlink()
    published = run(home)
    assert published.error is None
    (home / "more" / "0.md").unlink()
    run(home)
    assert matterhouse("rejects", cwd=home).stdout == "0 files could not be read.\n"
    told = matterhouse("rejects", "--run", failed.run_id, cwd=home).stdout.splitlines()
    assert told[0] == "more: 0.md:3:1  yaml_syntax"
    assert f"    rejected {failed.started_at[:10]} {failed.started_at[11:19]} UTC" in told
    assert told[-1] == "12 files could not be read by this run, which published none."
    told = matterhouse("rejects", "--run", published.run_id[:-4], "--format", "json", cwd=home)
    assert [(each["path"], each["run_id"]) for each in json.loads(told.stdout)] == [("0.md", published.run_id)]
    told = matterhouse("rejects", "--run", published.run_id, cwd=home).stdout.splitlines()
    assert told[-1] == "1 reject of this run is published."
    unknown = matterhouse("rejects", "--run", "2019", cwd=home)
    assert unknown.returncode == 1 and published.run_id in unknown.stderr
    assert unknown.stderr.startswith("matterhouse: no run's id begins with 2019; the last ones are: ")
