"""Files that cannot be read any more: they keep the records that they had, for a while, marked, counted and told."""

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.sources import Unreadable
from matterhouse.sources.folder import FolderSource
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.commands import SAMPLE
from tests.sources.conftest import Repository
from tests.warehouses import TIMES, copied, differences, parquet_differences, put_back, rows

TITLES = "SELECT path, title FROM records ORDER BY path"
BOTH = [("_data/crew.yml#ann", "Ann"), ("_data/crew.yml#bob", "Bob"), ("a.md", "First"), ("b.md", "Other")]
MARKED = "SELECT path, outcome, reason, records FROM meta.files WHERE kept_since IS NOT NULL ORDER BY path"
LOST = "files that cannot be read lost the records that they had, as the time is over (retention.unreadable), or other"
BAD = "---\ntitle: [\n---\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a warehouse of two stories and of a data file with two items; and a copy of it."""
    folder = tmp_path_factory.mktemp("kept") / "home"
    (folder / "news" / "_data").mkdir(parents=True)
    write(folder, "_data/crew.yml", "ann: {title: Ann}\nbob: {title: Bob}\n")
    write(
        folder,
        "a.md",
        "---\ntitle: First\ntags: [sea]\nrelated: [{title: R, webUrl: 'https://r.example/1'}]\n---\nText.\n",
    )
    write(folder, "b.md", "---\ntitle: Other\n---\n")
    assert run(folder).state == "loaded"
    assert rows(folder / "w", TITLES) == BOTH
    return folder, copied(folder, folder.with_name("as_loaded"))


@pytest.fixture
def home(loaded: tuple[Path, Path]) -> Path:
    return put_back(*loaded)


def write(home: Path, name: str, text: str) -> None:
    (home / "news" / name).write_text(text)


def run(home: Path, unreadable: str = "30d", kind: str = "folder:", secured: str = "false", **options) -> Report:
    source = f"{{uri: '{kind}news', publish_secured: {secured}}}"
    (home / "matterhouse.yml").write_text(
        f"warehouse: w\nsources: {{news: {source}}}\nretention: {{unreadable: {unreadable}}}\n"
    )
    report = refresh(loading.load(home / "matterhouse.yml"), **options)
    assert report.error is None and not parquet_differences(home / "w")
    return report


def passed(home: Path, **time: float) -> None:
    """Let the ledger have it that so much time has passed since files began to keep their records."""
    ledger = Ledger(Layout(home / "w").ledger)

    def earlier(moment: str) -> str:
        return (datetime.fromisoformat(moment) - timedelta(**time)).isoformat(timespec="microseconds")

    with ledger.transaction():
        entries = [each for each in ledger.files("news").values() if each.kept_since]
        ledger.put_files(each._replace(kept_since=earlier(each.kept_since or "")) for each in entries)
        known = ledger.sources()["news"]
        ledger.put_source("news", known | {"kept_since": earlier(known["kept_since"])})
    ledger.close()
    assert entries


def test_a_file_that_cannot_be_read_any_more_keeps_its_records_marked_counted_and_told(home):
    write(home, "a.md", BAD)
    write(home, "_data/crew.yml", "ann: [\n")
    report = run(home)
    [account] = report.sources
    assert (account.found, account.unchanged, account.rejected, account.kept, account.records) == (3, 1, 2, 2, 4)
    assert rows(home / "w", TITLES) == BOTH
    assert rows(home / "w", "SELECT topic FROM record_topics") == [("sea",)]
    assert rows(home / "w", MARKED) == [
        ("_data/crew.yml", "rejected", "yaml_syntax", 2),
        ("a.md", "rejected", "yaml_syntax", 1),
    ]
    assert rows(home / "w", "SELECT path FROM meta.rejects ORDER BY path") == [("_data/crew.yml",), ("a.md",)]
    assert rows(home / "w", "SELECT rejected, kept, records FROM meta.runs ORDER BY started_at") == [
        (0, 0, 4),
        (2, 2, 4),
    ]
    page = (home / "w" / "current" / "report.md").read_text()
    assert "2 of these files keep the records that they had" in page
    assert run(home).state == "unchanged"


def test_it_keeps_them_through_other_mistakes_and_full_refreshes_until_it_is_mended(home):
    write(home, "a.md", BAD)
    run(home)
    since = rows(home / "w", "SELECT kept_since FROM meta.files WHERE path = 'a.md'")
    write(home, "a.md", "---\ntitle: 'never closed\n---\n")
    write(home, "b.md", "---\ntitle: Changed\n---\n")
    run(home)
    assert run(home, full_refresh=True).sources[0].kept == 1
    assert ("a.md", "First") in rows(home / "w", TITLES) and ("b.md", "Changed") in rows(home / "w", TITLES)
    assert rows(home / "w", "SELECT kept_since FROM meta.files WHERE path = 'a.md'") == since
    assert rows(home / "w", "SELECT path, count(*) FROM meta.rejects GROUP BY ALL") == [("a.md", 1)]
    write(home, "a.md", "---\ntitle: Mended\n---\n")
    assert run(home).sources[0].kept == 0
    assert ("a.md", "Mended") in rows(home / "w", TITLES)
    assert (
        rows(home / "w", "SELECT count(*) FROM meta.rejects")
        == rows(home / "w", f"SELECT count(*) FROM ({MARKED})")
        == [(0,)]
    )


def test_a_full_refresh_that_first_meets_it_keeps_them(home):
    write(home, "a.md", BAD)
    report = run(home, full_refresh=True)
    assert report.sources[0].kept == 1 and rows(home / "w", TITLES) == BOTH


def test_it_comes_back_as_it_was(home):
    write(home, "a.md", BAD)
    run(home)
    write(
        home,
        "a.md",
        "---\ntitle: First\ntags: [sea]\nrelated: [{title: R, webUrl: 'https://r.example/1'}]\n---\nText.\n",
    )
    run(home)
    assert rows(home / "w", TITLES) == BOTH
    assert rows(home / "w", "SELECT outcome, kept_since, records FROM meta.files WHERE path = 'a.md'") == [
        ("loaded", None, 1)
    ]


@pytest.mark.parametrize("what", ["deleted", "renamed", "skipped"])
def test_a_file_that_goes_or_is_no_document_any_more_keeps_nothing(home, what):
    write(home, "a.md", BAD)
    run(home)
    if what == "deleted":
        (home / "news" / "a.md").unlink()
    elif what == "renamed":
        (home / "news" / "a.md").rename(home / "news" / "c.md")
    else:
        write(home, "a.md", "Only text.\n")
    run(home)
    assert rows(home / "w", TITLES) == [row for row in BOTH if row[0] != "a.md"]
    assert rows(home / "w", MARKED) == []
    assert rows(home / "w", "SELECT path FROM meta.rejects") == ([("c.md",)] if what == "renamed" else [])


@pytest.mark.parametrize("unreadable, time, stays", [("2d", {"hours": 47}, True), ("2d", {"hours": 49}, False)])
def test_the_configuration_says_for_how_long(home, unreadable, time, stays):
    write(home, "a.md", BAD)
    run(home, unreadable)
    passed(home, **time)
    report = run(home, unreadable)
    assert report.state == ("unchanged" if stays else "loaded")
    assert any(LOST in note and note.endswith(": news: a.md") for note in report.notes) is not stays
    assert (("a.md", "First") in rows(home / "w", TITLES)) is stays
    assert rows(home / "w", "SELECT outcome FROM meta.files WHERE path = 'a.md'") == [("rejected",)]
    assert run(home, unreadable).state == "unchanged"


def test_with_no_time_at_all_the_records_go_at_once_as_in_a_first_load(home):
    write(home, "a.md", BAD)
    assert run(home, "0s").sources[0].kept == 0
    (home / "w").rename(home / "by_steps")
    run(home, "0s")
    assert not differences(home / "w", home / "by_steps", without=TIMES)


def test_tables_of_other_code_cannot_keep_them_and_the_run_says_so(home, monkeypatch):
    write(home, "a.md", BAD)
    run(home)
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    report = run(home)
    lost = "files that cannot be read lost their records, as all tables are made anew: news: a.md"
    assert lost in report.notes
    assert ("a.md", "First") not in rows(home / "w", TITLES)


def test_records_that_were_read_in_another_way_do_not_stay(home):
    write(home, "a.md", "---\ntitle: First\nsecured: {cipher: x}\n---\n")
    known = "SELECT count(*) FROM raw.documents WHERE path = 'a.md' AND front_matter LIKE '%cipher%'"
    run(home, secured="true")
    write(home, "a.md", BAD)
    run(home, secured="true")
    assert rows(home / "w", known) == [(1,)]
    assert any(LOST in note and note.endswith(": news: a.md") for note in run(home).notes)
    assert rows(home / "w", known) == [(0,)] and rows(home / "w", MARKED) == []


def test_a_source_with_history_has_the_commit_and_keeps_the_record(tmp_path):
    repository = Repository(tmp_path / "news")
    repository.commit({"a.md": "---\ntitle: First\n---\n", "_data/crew.yml": "ann: {title: Ann}\nbob: {title: Bob}\n"})
    run(tmp_path, kind="", secured="false, history: true")
    repository.commit({"a.md": BAD, "_data/crew.yml": "ann: [\n"})
    assert run(tmp_path, kind="", secured="false, history: true").sources[0].kept == 2
    assert rows(tmp_path / "w", TITLES) == BOTH[:3]
    open_versions = "SELECT count(*) FROM history.record_versions WHERE valid_to IS NULL AND NOT is_deleted"
    assert rows(tmp_path / "w", open_versions) == [(0,)]
    repository.commit({"a.md": "---\ntitle: Mended\n---\n"})
    assert run(tmp_path, kind="", secured="false, history: true").sources[0].kept == 1
    assert ("a.md", "Mended") in rows(tmp_path / "w", TITLES) and rows(tmp_path / "w", open_versions) == [(1,)]


def test_the_ledger_is_made_anew_with_what_is_kept(home):
    write(home, "a.md", BAD)
    run(home)
    for file in (home / "w" / "state").glob("ledger*"):
        file.unlink()
    assert run(home).state == "unchanged"
    passed(home, days=31)
    run(home)
    assert ("a.md", "First") not in rows(home / "w", TITLES)


def test_a_file_of_which_the_disk_cannot_be_read_is_tried_again_in_each_run(home, monkeypatch):
    read, tries = FolderSource.read, []

    def failing(source, files):
        for file, content in read(source, files):
            tries.append(file.path)
            yield (file, Unreadable("io_error", "the disk")) if file.path == "a.md" else (file, content)

    monkeypatch.setattr(FolderSource, "read", failing)
    for file in home.glob("news/**/*.*"):
        os.utime(file, (1, 1))  # so long ago that what has this time need not be looked at again
    assert run(home).sources[0].kept == 1
    for _ in range(2):
        tries.clear()
        assert (run(home).state, tries) == ("unchanged", ["a.md"])
    assert rows(home / "w", TITLES) == BOTH
    monkeypatch.undo()
    assert run(home).sources[0].kept == 0
    assert rows(home / "w", MARKED) == []


def test_a_file_that_breaks_leaves_the_tables_where_it_keeps_nothing_and_is_kept_as_rejected(tmp_path):
    content = Path(shutil.copytree(SAMPLE, tmp_path / "news"))
    run(tmp_path, "0s")
    file = next(content.glob("_people/*.md"))
    file.write_text("---\nname: [unfinished\n---\n")
    report = run(tmp_path, "0s")
    assert (report.sources[0].loaded, report.sources[0].rejected) == (0, 3)
    assert rows(tmp_path / "w", "SELECT count(*) FROM people") == [(3,)]
    again = run(tmp_path, "0s")
    assert (again.state, again.sources[0].rejected) == ("unchanged", 3)
