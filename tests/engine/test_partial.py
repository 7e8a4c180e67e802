"""Sources that fail, each by itself: the others go on, the rows of those that failed stay, and the report says why."""

import json
import os
import shutil
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.sources import SourceUnavailable
from matterhouse.sources.folder import FolderSource
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.commands import matterhouse
from tests.warehouses import copied, differences, parquet_differences, rows

PER_SOURCE = "SELECT source, count(*) FROM records GROUP BY ALL ORDER BY ALL"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of two sources of 20 stories each, `good` and `bad`."""
    folder = tmp_path_factory.mktemp("loaded")
    for name in ("good", "bad"):
        (folder / name).mkdir()
        for number in range(20):
            write(folder, name, number, f"title: Story {number}")
    assert run(folder).state == "loaded"
    return folder


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of it, that a test may change."""
    return copied(loaded, tmp_path)


def write(home: Path, name: str, number: int, head: str) -> None:
    """Write a story of years ago: files of this second are read again to be sure."""
    file = home / name / f"{number:02}.md"
    file.write_text(f"---\n{head}\n---\nText.\n")
    os.utime(file, (1_700_000_000, 1_700_000_000 + len(head)))


def run(home: Path, *names: str, warehouse: str = "w", **options) -> Report:
    sources = [f"{name}=folder:{home / name}" for name in names or ("good", "bad")]
    return refresh(loading.load(None, sources, home / warehouse), **options)


def unavailable(home: Path) -> None:
    (home / "bad").rename(home / "elsewhere")


def emptied(home: Path) -> None:
    for file in (home / "bad").iterdir():
        file.unlink()


def dropped(home: Path) -> None:
    for number in range(12):
        (home / "bad" / f"{number:02}.md").unlink()


def broken(home: Path) -> None:
    for number in range(12):
        write(home, "bad", number, "title: [")


FAULTS = [
    pytest.param(unavailable, "unavailable", "there is no such folder", id="unavailable"),
    pytest.param(
        emptied, "drop", "bad would go from 20 to 0 documents, as no file of it is found any more", id="empty"
    ),
    pytest.param(dropped, "drop", "bad would go from 20 to 8 documents (the limit is 30% less)", id="dropped"),
    pytest.param(broken, "rejects", "12 of 20 files of bad could not be read", id="rejects"),
]


@pytest.mark.parametrize("fault, reason, message", FAULTS)
def test_one_failing_source_keeps_its_rows_and_does_not_stop_the_other(home, fault, reason, message):
    fault(home)
    write(home, "good", 20, "title: New")
    report = run(home)
    assert (report.state, report.published) == ("partial", True)
    [failure] = report.failures
    assert (failure.source, failure.reason) == ("bad", reason)
    assert message in failure.message and report.error == failure.message
    assert rows(home / "w", PER_SOURCE) == [("bad", 20), ("good", 21)]
    assert rows(home / "w", "SELECT title FROM records WHERE path = '20.md'") == [("New",)]
    of_run = f"FROM meta.run_sources WHERE run_id = '{report.run_id}' ORDER BY source"
    assert rows(home / "w", f"SELECT source, error {of_run}") == [("bad", failure.message), ("good", None)]
    of_run = f"FROM meta.runs WHERE run_id = '{report.run_id}'"
    assert rows(home / "w", f"SELECT state, error, loaded, found {of_run}") == [("partial", report.error, 1, 21)]
    assert parquet_differences(home / "w") == {}


@pytest.mark.parametrize("fault, reason, message", FAULTS)
def test_it_fails_again_until_it_is_mended_and_then_is_refreshed(home, fault, reason, message):
    before = Path(shutil.copytree(home / "bad", home / "kept"))
    fault(home)
    for _ in range(2):
        report = run(home)
        assert (report.state, report.published) == ("partial", False)
        assert report.snapshot == (home / "w" / "current").resolve().name
    shutil.rmtree(home / "bad", ignore_errors=True)
    before.rename(home / "bad")
    assert run(home).state == "unchanged"


@pytest.mark.parametrize("fault, reason, message", FAULTS)
def test_a_run_fails_when_its_only_source_does(home, fault, reason, message):
    fault(home)
    report = run(home, "bad")
    assert (report.state, report.published, report.snapshot) == ("failed", False, None)
    assert message in report.error
    assert [failure.reason for failure in report.failures] == [reason]


def test_a_run_fails_when_every_source_does_and_names_each(home):
    unavailable(home)
    (home / "good").rename(home / "gone")
    report = run(home)
    assert report.state == "failed"
    assert "source good" in report.error and "source bad" in report.error


@pytest.mark.parametrize("fault", [emptied, dropped])
def test_a_drop_that_is_accepted_is_published(home, fault):
    fault(home)
    report = run(home, accept_drop=True)
    assert (report.state, report.failures) == ("loaded", [])
    assert rows(home / "w", "SELECT count(*) FROM records WHERE source = 'bad'") == [
        (len(list((home / "bad").iterdir())),)
    ]


def test_a_small_source_may_lose_a_few_documents_and_not_all(home):
    for number in range(3, 20):
        (home / "bad" / f"{number:02}.md").unlink()
    run(home, accept_drop=True)
    (home / "bad" / "00.md").unlink()
    assert run(home).state == "loaded"
    emptied(home)
    report = run(home)
    assert (report.state, report.error.split(",")[0]) == ("partial", "bad would go from 2 to 0 documents")


@pytest.mark.parametrize("fault, reason, message", FAULTS)
def test_a_full_refresh_keeps_the_rows_of_a_failing_source(home, fault, reason, message):
    fault(home)
    shutil.copytree(home / "w", home / "other", symlinks=True)
    report = run(home, full_refresh=True)
    assert (report.state, report.published) == ("partial", True)
    assert differences(home / "w", home / "other") == {}
    assert parquet_differences(home / "w") == {}


def test_a_first_run_publishes_what_it_can(home):
    unavailable(home)
    report = run(home, warehouse="first")
    assert (report.state, report.published) == ("partial", True)
    assert rows(home / "first", PER_SOURCE) == [("good", 20)]
    (home / "elsewhere").rename(home / "bad")
    assert run(home, warehouse="first").state == "loaded"
    assert rows(home / "first", PER_SOURCE) == [("bad", 20), ("good", 20)]


@pytest.mark.parametrize("fault, reason, message", FAULTS)
def test_tables_of_other_code_take_every_source(home, monkeypatch, fault, reason, message):
    fault(home)
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    report = run(home)
    assert report.state == "failed"
    assert message in report.error and "all tables have to be made anew, which takes every source" in report.error
    assert rows(home / "w", PER_SOURCE) == [("bad", 20), ("good", 20)]


@pytest.mark.parametrize("batch_bytes", [1, 200, 48_000_000])
def test_a_source_that_goes_while_it_is_read_leaves_nothing_behind(home, monkeypatch, batch_bytes):
    for name in ("good", "bad"):
        for number in range(20):
            write(home, name, number, "title: Changed text")
    read = FolderSource.read

    def read_half(self, files):
        for pair in read(self, files):
            if self.name == "bad" and pair[0].path >= "10.md":
                raise SourceUnavailable("bad", "folder:bad", "it is gone")
            yield pair

    monkeypatch.setattr(FolderSource, "read", read_half)
    sources = [f"{name}=folder:{home / name}" for name in ("bad", "good")]
    settings = loading.load(None, sources, home / "w").model_copy(update={"batch_bytes": batch_bytes})
    report = refresh(settings)
    assert (report.state, report.published) == ("partial", True)
    changed = "SELECT source, count(*) FROM records WHERE title = 'Changed text' GROUP BY ALL"
    assert rows(home / "w", changed) == [("good", 20)]
    assert rows(home / "w", PER_SOURCE) == [("bad", 20), ("good", 20)]
    assert parquet_differences(home / "w") == {}


def test_rejects_that_were_not_published_are_kept_in_the_ledger(home):
    broken(home)
    write(home, "good", 3, "title: [")
    partial = run(home)
    failed = run(home, "bad")
    ledger = Ledger(Layout(home / "w").ledger, read_only=True)
    for run_id in (partial.run_id, failed.run_id, None):
        kept = ledger.rejects(run_id)
        assert [(each["source"], each["path"]) for each in kept] == [("bad", f"{number:02}.md") for number in range(12)]
        assert {each["reason"] for each in kept} == {"yaml_syntax"}
        assert all(each["line"] and each["message"] and each["rejected_at"] for each in kept)
    ledger.close()
    assert rows(home / "w", "SELECT source, path FROM meta.rejects") == [("good", "03.md")]
    for number in range(12):
        write(home, "bad", number, "title: Mended")
    run(home)
    ledger = Ledger(Layout(home / "w").ledger, read_only=True)
    assert ledger.rejects() == [] and len(ledger.rejects(failed.run_id)) == 12
    ledger.close()


def test_only_the_rejects_of_the_newest_failed_runs_are_kept(home):
    with_rejects = Ledger(Layout(home / "w").ledger)
    with with_rejects.transaction():
        for number in range(130):
            with_rejects.put_rejects(f"2026{number:03}", [{"source": "bad", "path": "a.md"}])
    assert [len(with_rejects.rejects(f"2026{number:03}")) for number in (0, 29, 30, 129)] == [0, 0, 1, 1]
    with with_rejects.transaction():
        with_rejects.put_rejects("2027", [{"source": "bad", "path": f"{number}.md"} for number in range(99_999)])
    assert [len(with_rejects.rejects(run_id)) for run_id in ("2026128", "2026129", "2027")] == [0, 1, 99_999]
    with with_rejects.transaction():
        with_rejects.put_rejects("2028", [{"source": "bad", "path": f"{number}.md"} for number in range(100_001)])
    assert [len(with_rejects.rejects(run_id)) for run_id in ("2027", "2028")] == [0, 100_001]
    with_rejects.close()


def test_the_command_line_ends_with_3_and_names_the_source(home):
    broken(home)
    sources = [word for name in ("good", "bad") for word in ("--source", f"{name}=folder:{home / name}")]
    done = matterhouse("run", *sources, "--warehouse", home / "w", cwd=home)
    assert done.returncode == 3
    assert "12 of 20 files of bad could not be read" in done.stderr
    assert "bad keeps the rows that it had" in done.stderr
    done = matterhouse("run", *sources, "--warehouse", home / "w", "--json", cwd=home)
    report = json.loads(done.stdout)
    assert (done.returncode, report["state"], report["published"]) == (3, "partial", False)
    assert [(each["source"], each["reason"]) for each in report["failures"]] == [("bad", "rejects")]


def listed(home: Path, name: str, heads: list[str]) -> None:
    for number, head in enumerate(heads):
        write(home, name, number, f"title: Story {number}\n{head}")


LISTS = [
    pytest.param("topics: [sea, fog]", "record_topics of bad would go from 40 to 0 rows", id="a table of the schema"),
    pytest.param("series: [sea, fog]", "content.root_series of bad would go from 40 to 0 rows", id="of content"),
]


@pytest.mark.parametrize("head, message", LISTS)
def test_a_source_that_loses_the_rows_of_a_table_fails_the_run_unless_accepted(home, head, message):
    listed(home, "good", [head + "\nmany: [a, b, c, d, e, f]"] * 20)
    moods = "moods: [calm, calm, calm, calm, calm, calm]"
    listed(home, "bad", [f"{head}\n{moods}"] * 20)
    assert run(home).state == "loaded"
    listed(home, "bad", [moods] * 20)
    report = run(home)
    assert (report.state, report.published) == ("failed", False)
    assert report.error == (
        f"nothing was published: {message} (the limit is 30% less); if that is right, run again with --accept-drop"
    )
    assert run(home, full_refresh=True).error == report.error
    assert run(home, accept_drop=True).state == "loaded"


def test_rows_may_go_with_their_documents_and_to_other_tables(home):
    listed(home, "good", ["series: [sea, fog]"] * 20)
    listed(home, "bad", [f"topics: [sea, fog, tide]\nservices: {{s{number}: {{port: 1}}}}" for number in range(22)])
    run(home)
    (home / "good" / "posts").mkdir()
    for file in sorted((home / "good").glob("*.md")):
        file.rename(home / "good" / "posts" / file.name)
    listed(home, "bad", ["topics: [sea, fog, tide]"] * 2)  # so that the other services become columns
    report = run(home)
    assert report.error is None
    assert ["services was a row per key" in note for note in report.notes] == [True]
    for number in range(13, 22):  # few documents, but many rows
        (home / "bad" / f"{number:02}.md").unlink()
    assert run(home).error is None


def test_the_manifest_has_rows_by_source(home):
    listed(home, "good", ["source: the sea"])  # a name of the author's own
    assert run(home).error is None
    tables = json.loads((home / "w" / "current" / "manifest.json").read_text())["tables"]
    assert tables["content.root"]["rows_by_source"] == {"bad": 20, "good": 20}
    assert tables["records"]["rows_by_source"] == {"bad": 20, "good": 20}
    assert tables["providers"]["rows_by_source"] == {"": 0}
    assert "rows_by_source" not in tables["meta.files"] and "rows_by_source" not in tables["articles"]
