"""Sources that a run was not told of: their rows stay and are told, until a run is to drop them."""

import json
import shutil
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.settings.file import ConfigError
from tests.commands import matterhouse
from tests.warehouses import TIMES, differences, parquet_differences, rows

PER_SOURCE = "SELECT source, count(*) FROM records GROUP BY ALL ORDER BY ALL"
KEPT = "kept from earlier runs, as this one was not told of them: old (30 records); "


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a warehouse of the sources `new` and `old`, of 30 stories each, all with a provider of their own."""
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        for number in range(30):
            head = f"title: Story\nprovider: {{name: {name} {number}}}\ntags: [a, {name}]\n{name}: {number}"
            (tmp_path / name / f"{number:02}.md").write_text(f"---\n{head}\n---\nText.\n")
    assert run(tmp_path, "new", "old").state == "loaded"
    return tmp_path


def run(home: Path, *names: str, warehouse: str = "w", **options) -> Report:
    sources = [f"{name}=folder:{home / name}" for name in names]
    return refresh(loading.load(None, sources, home / warehouse), **options)


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


RENAMED = "source old is called olden now: its rows go, and come under the new name"


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


def test_another_reading_of_the_same_place_is_another_source(home: Path):
    assert KEPT in renamed(home, "29.md").notes[0]
    assert rows(home / "w", PER_SOURCE) == [("new", 29), ("old", 30), ("olden", 29)]
