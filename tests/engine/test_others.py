"""Sources that a run was not told of: their rows stay and are told, until a run is to drop them."""

import json
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.settings.file import ConfigError
from matterhouse.warehouse import metrics
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.commands import matterhouse
from tests.sources.conftest import Repository
from tests.sources.servers import git_server
from tests.warehouses import TIMES, copied, differences, parquet_differences, put_back, rows

PER_SOURCE = "SELECT source, count(*) FROM records GROUP BY ALL ORDER BY ALL"
KEPT = "kept from earlier runs, as this one was not told of them: old (30 records); "


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a warehouse of the sources `new` and `old`, of 30 stories each, all with a provider of their own;
    and a copy of it.
    """
    folder = tmp_path_factory.mktemp("others") / "home"
    for name in ("new", "old"):
        (folder / name).mkdir(parents=True)
        for number in range(30):
            head = f"title: Story\nprovider: {{name: {name} {number}}}\ntags: [a, {name}]\n{name}: {number}"
            (folder / name / f"{number:02}.md").write_text(f"---\n{head}\n---\nText.\n")
    assert run(folder, "new", "old").state == "loaded"
    return folder, copied(folder, folder.with_name("kept"))


@pytest.fixture
def home(loaded: tuple[Path, Path]) -> Path:
    return put_back(*loaded)


def run(home: Path, *names: str, warehouse: str = "w", **options) -> Report:
    sources = [f"{name}=folder:{home / name}" for name in names]
    return refresh(loading.load(None, sources, home / warehouse), **options)


def configured(home: Path, sources: str, more: str = "", **options) -> Report:
    """A run of the configuration with these sources."""
    (home / "matterhouse.yml").write_text(f"warehouse: w\nsources:\n  {sources}\n{more}")
    return refresh(loading.load(home / "matterhouse.yml"), **options)


def known_of(home: Path, source: str, **facts) -> dict:
    """What the ledger knows of a source, with what else it is to know from now on."""
    ledger = Ledger(Layout(home / "w").ledger)
    known = ledger.sources()[source] | facts
    with ledger.transaction():
        ledger.put_source(source, known)
    ledger.close()
    return known


NEW, OLD = "new: {uri: 'folder:new'}", "old: {uri: 'folder:old'}"
UNNAMED = "source old is not configured any more and keeps 30 records"
TAKES = "`matterhouse forget old` or --accept-drop takes them out"


def test_a_source_that_the_configuration_does_not_name_any_more_goes_when_that_is_accepted(home: Path):
    for _ in range(2):
        report = configured(home, NEW)
        assert (report.state, report.notes) == ("unchanged", [f"{UNNAMED}; {TAKES}"])
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]
    report = configured(home, NEW, accept_drop=True)
    gone = "source old is not configured any more: its rows go, as that is accepted"
    assert (report.state, report.notes) == ("loaded", [gone])
    assert rows(home / "w", PER_SOURCE) == [("new", 30)]
    assert configured(home, NEW).notes == []


def test_flags_and_chosen_names_take_no_other_source_out(home: Path):
    configured(home, f"{NEW}\n  {OLD}")
    kept = f"{KEPT}`matterhouse forget old` takes its rows out"
    assert run(home, "new", accept_drop=True).notes == [kept]
    chosen = loading.only(loading.load(home / "matterhouse.yml"), ["new"])
    report = refresh(chosen, accept_drop=True)
    assert (report.notes, [account.source for account in report.sources]) == ([], ["new"])
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


@pytest.mark.parametrize("retention, days, stays", [("0s", 0, False), ("2w", 13.9, True), ("14d", 14.1, False)])
def test_it_goes_when_the_time_is_over_that_the_configuration_gives_it(home, retention, days, stays):
    setting = f"retention: {{sources: {retention}}}\n"
    if days:
        assert configured(home, NEW, setting).notes[0].startswith(f"{UNNAMED} until 20")
        since = datetime.fromisoformat(known_of(home, "old")["unnamed_since"])
        known_of(home, "old", unnamed_since=(since - timedelta(days=days)).isoformat())
    note = configured(home, NEW, setting).notes[0]
    gone = f"source old is not configured any more: its rows go, as retention.sources ({retention}) is over"
    assert note.startswith(UNNAMED) if stays else note == gone
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)][: 1 + stays]


def test_the_time_starts_anew_when_the_source_is_named_again_even_if_it_fails(home: Path):
    configured(home, NEW)
    assert known_of(home, "old")["unnamed_since"]
    (home / "old").rename(home / "away")
    assert configured(home, f"{NEW}\n  {OLD}").state == "partial"
    assert "unnamed_since" not in known_of(home, "old")


def test_tables_of_other_code_need_a_word_on_sources_that_are_not_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    for of_run in (configured(home, NEW), run(home, "new")):
        assert (of_run.state, of_run.published) == ("failed", False)
        assert "all tables have to be made anew, which takes every source" in of_run.error
        assert "old (30 records)" in of_run.error and "--accept-drop" in of_run.error
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]
    report = configured(home, NEW, "retention: {sources: 30d}\n")  # here nobody is asked
    assert report.state == "loaded" and any("left out" in note and "old (30 records)" in note for note in report.notes)
    assert rows(home / "w", PER_SOURCE) == [("new", 30)]


def test_chosen_sources_and_other_code_read_every_source_that_is_configured(home, monkeypatch):
    configured(home, f"{NEW}\n  {OLD}")
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    report = refresh(loading.only(loading.load(home / "matterhouse.yml"), ["new"]))
    assert (report.state, len(report.sources)) == ("loaded", 2)
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


def test_a_source_that_is_at_another_place_is_read_there_whatever_sizes_and_times_say(tmp_path: Path):
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(f"---\ntitle: {name:5}\n---\n")
        (tmp_path / name / "same.md").write_text("---\ntitle: Same\n---\n")
        for file in (tmp_path / name).iterdir():
            os.utime(file, (1_700_000_000, 1_700_000_000))
    configured(tmp_path, "news: {uri: 'folder:here'}")
    report = configured(tmp_path, "news: {uri: 'folder:there'}")
    assert [(account.loaded, account.unchanged) for account in report.sources] == [(1, 1)]
    assert rows(tmp_path / "w", "SELECT title FROM records ORDER BY path") == [("there",), ("Same",)]
    assert configured(tmp_path, "news: {uri: 'folder:there'}").state == "unchanged"


def test_the_first_run_of_a_chosen_source_reads_that_one(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("---\ntitle: A\n---\n")
    (tmp_path / "matterhouse.yml").write_text("sources: {one: {uri: 'folder:one'}, two: {uri: 'folder:two'}}\n")
    settings = loading.load(tmp_path / "matterhouse.yml", (), tmp_path / "w")
    assert [account.source for account in refresh(loading.only(settings, ["two"])).sources] == ["two"]
    assert len(refresh(settings).sources) == 2


def test_the_copy_of_a_remote_repository_goes_with_its_source(tmp_path: Path):
    repository = Repository(tmp_path / "served" / "site")
    repository.commit({"a.md": "---\ntitle: A\n---\n"})
    with git_server(tmp_path / "served") as url:
        configured(tmp_path, f"site: {{uri: '{url}/site'}}\n  site-2: {{uri: '{url}/site', ref: main}}")
        assert names_in(tmp_path / "w" / "state" / "clones") == {"site", "site-2"}
        configured(tmp_path, f"place: {{uri: '{url}/site'}}\n  site-2: {{uri: '{url}/site', ref: main}}")
        assert names_in(tmp_path / "w" / "state" / "clones") == {"place", "site-2"}
        report = configured(tmp_path, f"place: {{uri: '{url}/site'}}", accept_drop=True)
        assert (report.error, names_in(tmp_path / "w" / "state" / "clones")) == (None, {"place"})


def names_in(clones: Path) -> set[str]:
    """The sources that the folder of clones has copies of."""
    return {path.name.rpartition("-")[0] for path in clones.iterdir()}


def test_rows_of_a_source_that_is_not_told_stay_and_each_run_says_so(home: Path):
    for _ in range(2):
        report = run(home, "new")
        assert report.notes == [KEPT + "`matterhouse forget old` takes its rows out"]
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


def test_a_dropped_source_leaves_what_a_warehouse_without_it_has(home: Path):
    shutil.rmtree(home / "old")  # it may be gone altogether
    report = run(home, "new", drop_sources=["old"])
    assert (report.state, report.error, report.notes) == ("loaded", None, [])
    assert rows(home / "w", PER_SOURCE) == [("new", 30)]
    assert rows(home / "w", "SELECT source FROM meta.sources") == [("new",)]
    run(home, "new", warehouse="other")
    assert not differences(home / "w", home / "other", without=TIMES)
    assert not parquet_differences(home / "w")
    assert run(home, "new").state == "unchanged"


def test_a_full_refresh_drops_it_too(home: Path):
    assert run(home, "new", drop_sources=["old"], full_refresh=True).error is None
    assert rows(home / "w", PER_SOURCE) == [("new", 30)]


@pytest.mark.parametrize(
    "name, why",
    [
        ("new", "new cannot be forgotten: the configuration names it; take it out there first"),
        ("odl", "odl cannot be forgotten: the warehouse has no such source; there are: new, old"),
    ],
)
def test_only_sources_that_are_known_and_not_read_are_dropped(name: str, why: str, home: Path):
    with pytest.raises(ConfigError, match=why):
        run(home, "new", drop_sources=[name])
    (home / "matterhouse.yml").write_text("warehouse: w\nsources: {new: {uri: 'folder:new'}}\n")
    done = matterhouse("forget", name, cwd=home)
    assert (done.returncode, done.stderr) == (2, f"matterhouse: {why}\n")
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


def test_a_source_is_forgotten_on_the_command_line_and_status_says_which_are_left_over(home: Path):
    (home / "matterhouse.yml").write_text("warehouse: w\nsources: {new: {uri: 'folder:new'}}\n")
    told = "source old is not configured any more and keeps 30 records; `matterhouse forget old` takes them out"
    status = json.loads(matterhouse("status", "--json", cwd=home).stdout)
    assert (status["notes"], status["sources"]["old"]["is_configured"]) == ([told], False)
    assert status["sources"]["new"]["is_configured"]
    forgotten = matterhouse("forget", "old", cwd=home)
    assert forgotten.returncode == 0, forgotten.stderr
    assert rows(home / "w", PER_SOURCE) == [("new", 30)]
    assert rows(home / "w", "SELECT trigger FROM meta.runs ORDER BY started_at DESC LIMIT 1") == [("forget",)]
    assert json.loads(matterhouse("status", "--json", cwd=home).stdout)["notes"] == []


RENAMED = "source old is called olden now: its rows go when olden is read, and come under that name"


def renamed(home: Path, *more: str) -> Report:
    """A run that reads the place of `old` under the name `olden`."""
    sources = [f"new=folder:{home / 'new'}", f"olden=folder:{home / 'old'}"]
    return refresh(loading.load(None, sources, home / "w", exclude=more))


def test_a_source_that_is_renamed_is_there_once(home: Path):
    report = renamed(home)
    assert (report.state, report.error, report.notes) == ("loaded", None, [RENAMED])
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("olden", 30)]
    assert not parquet_differences(home / "w")
    assert (renamed(home).state, renamed(home).notes) == ("unchanged", [])


def test_a_renamed_source_keeps_its_rows_while_it_cannot_be_read(home: Path):
    (home / "old").rename(home / "away")
    report = renamed(home)
    assert (report.state, [failure.source for failure in report.failures]) == ("partial", ["olden"])
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]
    (home / "away").rename(home / "old")
    assert renamed(home).state == "loaded"
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("olden", 30)]


def test_a_source_that_is_renamed_and_read_in_another_way_is_there_once(home: Path):
    assert renamed(home, "29.md").notes == [RENAMED]
    assert rows(home / "w", PER_SOURCE) == [("new", 29), ("olden", 29)]


@pytest.mark.parametrize("exclude, left", [(["*.md"], 0), (["0*.md", "1*.md"], 10)])
def test_a_source_that_is_renamed_and_loses_most_documents_keeps_its_rows_until_that_is_accepted(home, exclude, left):
    report = renamed(home, *exclude)
    told = f"olden (old until now) would go from 30 to {left} documents"
    assert [failure.message[: len(told)] for failure in report.failures if failure.source == "olden"] == [told]
    assert ("old", 30) in rows(home / "w", PER_SOURCE)


def test_of_two_sources_of_one_place_the_one_that_is_renamed_is_found_by_how_it_is_read(tmp_path: Path):
    (tmp_path / "site").mkdir()
    for name in ("a", "b"):
        (tmp_path / "site" / f"{name}.md").write_text(f"---\ntitle: {name}\n---\n")
    one, two = (f"{{uri: 'folder:site', include: [{name}.md]}}" for name in "ab")
    assert configured(tmp_path, f"one: {one}\n  two: {two}").error is None
    report = configured(tmp_path, f"uno: {one}\n  dos: {two}")
    assert (report.error, sum("is called" in note for note in report.notes)) == (None, 2)
    assert rows(tmp_path / "w", "SELECT source, title FROM records ORDER BY ALL") == [("dos", "b"), ("uno", "a")]
    report = configured(tmp_path, f"uno: {two}\n  dos: {one}")  # the same names, each read as the other one was
    assert rows(tmp_path / "w", "SELECT source, title FROM records ORDER BY ALL") == [("dos", "a"), ("uno", "b")]


OLDEN = "olden: {uri: 'folder:old'}"


@pytest.mark.parametrize("options", [{}, {"full_refresh": True}])
def test_a_renamed_source_keeps_its_rows_in_runs_that_do_not_look_at_it(home: Path, options: dict):
    assert configured(home, f"{NEW}\n  {OLD}").error is None
    (home / "new" / "more.md").write_text("---\ntitle: More\n---\n")
    (home / "matterhouse.yml").write_text(f"warehouse: w\nsources:\n  {NEW}\n  {OLDEN}\n")
    chosen = loading.only(loading.load(home / "matterhouse.yml"), ["new"])
    assert refresh(chosen, **options).error is None
    assert rows(home / "w", PER_SOURCE) == [("new", 31), ("old", 30)]
    assert configured(home, f"{NEW}\n  {OLDEN}").error is None
    assert rows(home / "w", PER_SOURCE) == [("new", 31), ("olden", 30)]


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_renamed_source_that_cannot_be_read_keeps_its_rows_whatever_is_asked_for(home: Path, is_empty: bool):
    (home / "old").rename(home / "away")
    if is_empty:
        (home / "old").mkdir()
    for options in ({"full_refresh": True}, {"drop_sources": ["old"]}):
        report = configured(home, f"{NEW}\n  {OLDEN}", **options)
        assert (report.state, [failure.source for failure in report.failures]) == ("partial", ["olden"])
        assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


@pytest.mark.parametrize(
    "sources, gone, then",
    [
        ("new: {uri: 'folder:old'}", "old", [("new", 30)]),
        (f"old: {{uri: 'folder:new'}}\n  {OLDEN}", "new", [("old", 30), ("olden", 30)]),  # a chain of names
    ],
)
def test_a_source_takes_the_place_of_one_that_is_gone_only_when_that_is_forgotten(home: Path, sources, gone, then):
    report = configured(home, sources)
    assert report.state == "failed" and f"run `matterhouse forget {gone}` first" in report.error
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]
    assert configured(home, sources, drop_sources=[gone], accept_drop=True).error is None
    assert rows(home / "w", PER_SOURCE) == then
    assert not parquet_differences(home / "w")


def test_two_sources_may_change_places(home: Path):
    report = configured(home, "new: {uri: 'folder:old'}\n  old: {uri: 'folder:new'}", accept_drop=True)
    assert report.error is None
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]
    assert rows(
        home / "w",
        "SELECT count(*) FROM record_topics WHERE topic = 'new' AND record_id IN"
        " (SELECT record_id FROM records WHERE source = 'old')",
    ) == [(30,)]


def test_what_flags_call_otherwise_for_once_is_not_renamed_where_the_configuration_names_it(home: Path):
    assert configured(home, f"{NEW}\n  {OLD}").error is None
    report = refresh(loading.load(home / "matterhouse.yml", [f"tried=folder:{home / 'old'}"]))
    assert report.error is None and not any("is called" in note for note in report.notes)
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30), ("tried", 30)]
    assert configured(home, f"{NEW}\n  {OLD}", accept_drop=True).error is None
    assert rows(home / "w", PER_SOURCE) == [("new", 30), ("old", 30)]


def test_a_source_that_is_configured_no_more_trips_no_alarm_of_age(home: Path):
    age = "matterhouse_source_refreshed_timestamp_seconds"
    assert configured(home, f"{NEW}\n  {OLD}").error is None
    assert f'{age}{{source="old"}}'.encode() in metrics.exposition(Layout(home / "w"))
    assert configured(home, NEW).error is None
    told = metrics.exposition(Layout(home / "w"))
    assert f'{age}{{source="old"}}'.encode() not in told and f'{age}{{source="new"}}'.encode() in told
    assert b'matterhouse_source_documents{outcome="records",source="old"} 30.0' in told


def test_a_source_at_a_place_with_other_documents_keeps_those_that_it_had_until_that_is_accepted(home: Path):
    (home / "third").mkdir()
    for number in range(30):
        (home / "third" / f"x{number:02}.md").write_text("---\ntitle: Other\n---\n")
    sources = f"{NEW}\n  old: {{uri: 'folder:third'}}"
    report = configured(home, sources)
    assert (report.state, [failure.source for failure in report.failures]) == ("partial", ["old"])
    assert "old would lose 30 of 30 documents, and get others" in report.failures[0].message
    titles = "SELECT DISTINCT title FROM records WHERE source = 'old'"
    assert rows(home / "w", titles) == [("Story",)]
    assert configured(home, sources, accept_drop=True).error is None
    assert rows(home / "w", titles) == [("Other",)]
