"""History in ordinary runs: what is published, and what a run reads, writes and tells."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from tests.commands import command, matterhouse
from tests.history.lines import START, make
from tests.warehouses import open_snapshot, parquet_differences, rows, rows_that_differ

DAY = 86_400
MONTHS = [START + number * 30 * DAY for number in range(40)]
BROKEN = "---\ntitle: 'never closed\n---\n"


def story(heat: int, *more: str) -> str:
    return "\n".join(["---", "title: A story", f"heat: {heat}", *more, "---", ""])


def content(heat: int, **more: str) -> dict[str, str]:
    """The files of a commit: two stories that stay, one whose heat is given."""
    return {"_news/a.md": story(heat), "_news/b.md": story(1), "_news/c.md": story(2)} | more


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Report]:
    """``site()`` runs on the repository ``tmp_path / "repository"``; ``settings`` are those of the source."""

    def run(settings: str = "history: true", **options: object) -> Report:
        file = tmp_path / "matterhouse.yml"
        file.write_text(f"warehouse: warehouse\nsources:\n  site:\n    uri: repository\n    {settings}\n")
        return refresh(load(file), **options)

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "repository"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


def files(warehouse: Path, table: str) -> dict[str, int]:
    """The Parquet files of a table with their inodes."""
    folder = (warehouse / "current").resolve() / "parquet" / table
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def test_a_run_publishes_versions_and_the_next_one_reads_only_new_commits(site, repository, warehouse):
    trees = [content(heat) for heat in (1, 2, 3)]
    ids = make(repository, trees, MONTHS[:3])
    first = site()
    assert first.histories == {"site": {"commits": 3, "versions": 5}}
    assert parquet_differences(warehouse) == {}
    before = {name: files(warehouse, f"history.{name}") for name in ("record_versions", "commits")}
    assert sorted(before["record_versions"]) == ["2020-10.parquet", "2020-11.parquet", "open.parquet"]

    make(repository, [content(4)], [MONTHS[3]], ids[-1])
    second = site()
    assert second.histories == {"site": {"commits": 1, "versions": 1}}
    assert parquet_differences(warehouse) == {}
    now = {name: files(warehouse, f"history.{name}") for name in ("record_versions", "commits")}
    assert now["record_versions"]["2020-10.parquet"] == before["record_versions"]["2020-10.parquet"]
    assert now["commits"]["2020-09.parquet"] == before["commits"]["2020-09.parquet"]
    assert now["record_versions"]["open.parquet"] != before["record_versions"]["open.parquet"]
    curve = "SELECT heat FROM heat_curve((SELECT record_id FROM records WHERE path = '_news/a.md'))"
    assert [heat for (heat,) in rows(warehouse, curve)] == [1, 2, 3, 4]
    assert site().state == "unchanged"


@pytest.mark.slow
def test_commits_that_change_no_content_publish_nothing(site, repository, warehouse):
    ids = make(repository, [content(1)])
    site()
    last = make(repository, [content(1, **{"logo.svg": "<svg/>"})], MONTHS[1:2], ids[-1])
    assert site().state == "unchanged"
    make(repository, [content(2)], MONTHS[2:3], last[-1])
    assert site().histories == {"site": {"commits": 1, "versions": 1}}


@pytest.mark.slow
def test_what_was_done_and_undone_between_two_runs_is_history(site, repository, warehouse):
    ids = make(repository, [content(1)])
    site()
    make(repository, [content(5), content(1)], MONTHS[1:3], ids[-1])
    assert site().histories == {"site": {"commits": 2, "versions": 2}}


@pytest.mark.slow
def test_a_force_push_is_told_and_only_what_left_is_read_anew(site, repository, warehouse):
    ids = make(repository, [content(heat) for heat in range(20)], MONTHS[:20])
    site()
    [(kept,)] = rows(warehouse, "SELECT count(*) FROM history.record_versions WHERE valid_to IS NOT NULL")
    before = files(warehouse, "history.record_versions")
    make(repository, [content(heat) for heat in (70, 71, 72)], MONTHS[18:21], ids[17])
    report = site()
    assert [note for note in report.notes if "was rewritten (a force-push, or another ref): 2 commits left it" in note]
    assert report.histories == {"site": {"commits": 3, "versions": 3}}
    assert parquet_differences(warehouse) == {}
    assert rows(warehouse, "SELECT count(*) FROM history.record_versions WHERE valid_to IS NOT NULL") == [(kept + 1,)]
    now = files(warehouse, "history.record_versions")
    last_common = f"{datetime.fromtimestamp(MONTHS[17], UTC):%Y-%m}"
    assert {name for name in before if now.get(name) == before[name]} == {each for each in before if each < last_common}


@pytest.mark.slow
def test_a_history_that_lost_too_much_is_refused_until_it_is_accepted(site, repository, warehouse):
    make(repository, [content(heat) for heat in range(20)], MONTHS[:20])
    site()
    make(repository, [content(100)], MONTHS[20:21])
    report = site()
    assert report.state == "failed"
    assert "20 of the 20 commits of the history of site are not in it any more" in report.error
    assert rows(warehouse, "SELECT count(*) FROM history.commits") == [(20,)]
    report = site(accept_drop=True)
    assert report.state == "loaded" and "was replaced by another one" in report.notes[0]
    assert rows(warehouse, "SELECT count(*) FROM history.commits") == [(1,)]


@pytest.mark.slow
def test_a_shallow_clone_says_where_its_history_begins(site, repository, warehouse, tmp_path):
    ids = make(tmp_path / "origin", [content(heat) for heat in (1, 2, 3)])
    clone = ["git", "clone", "--quiet", "--depth=1", f"file://{tmp_path / 'origin'}", repository]
    subprocess.run(clone, check=True)
    report = site()
    [note] = report.notes
    assert f"the history of site begins with commit {ids[-1][:12]}, since its repository is a shallow clone" in note
    assert rows(warehouse, "SELECT history_commit_id, is_history_shallow FROM meta.sources") == [(ids[-1], True)]
    assert site().state == "unchanged"
    subprocess.run(["git", "fetch", "--quiet", "--unshallow"], cwd=repository, check=True)
    report = site()
    assert "is not shallow any more" in report.notes[0]
    assert rows(warehouse, "SELECT count(*) FROM history.commits") == [(3,)]
    assert rows(warehouse, "SELECT history_commit_id, is_history_shallow FROM meta.sources") == [(ids[-1], False)]
    assert site().state == "unchanged"


@pytest.mark.slow
def test_history_that_is_turned_off_goes_and_comes_back(site, repository, warehouse):
    make(repository, [content(heat) for heat in (1, 2)])
    assert site("trust: false").histories == {}
    assert rows(warehouse, "SELECT count(*) FROM history.record_versions") == [(0,)]
    assert site("history: true").histories == {"site": {"commits": 2, "versions": 4}}
    assert rows(warehouse, "SELECT DISTINCT author_name FROM history.record_versions") == [(None,)]
    named = "history: {columns: [weight, params]}\n    publish_authors: true"
    assert site(named).histories == {"site": {"commits": 2, "versions": 4}}
    assert rows(warehouse, "SELECT DISTINCT author_name FROM history.record_versions") == [("Ann",)]
    site("history: false")
    assert rows(warehouse, "SELECT count(*) FROM history.record_versions") == [(0,)]
    assert parquet_differences(warehouse) == {}


def test_paths_that_the_source_names_are_followed(site, repository, warehouse):
    heads = ["params: {a: 1}", "params: {a: 2, secured: x}", "params: {a: 2, secured: y}", "other: 1"]
    make(repository, [{"a.md": story(1, head)} for head in heads])
    site("history: {columns: [params, missing]}")
    versions = "SELECT other_values FROM history.record_versions ORDER BY valid_from"
    assert rows(warehouse, versions) == [({"params": '{"a":1}'},), ({"params": '{"a":2}'},), (None,)]


def test_unreadable_versions_are_rejects_with_their_commit_and_count_as_no_current_one(site, repository, warehouse):
    ids = make(repository, [{"_news/a.md": story(1)}, {"_news/a.md": BROKEN}, {"_news/a.md": story(2)}])
    report = site()
    assert report.sources[0].rejected == report.rejected_items == 0
    rejects = rows(warehouse, "SELECT path, reason, line, commit_id FROM meta.rejects")
    assert rejects == [(f"_news/a.md@{ids[1]}", "yaml_syntax", 2, ids[1])]
    versions = "SELECT heat, is_deleted, is_rejected FROM history.record_versions ORDER BY valid_from"
    assert rows(warehouse, versions) == [(1, False, False), (None, True, True), (2, False, False)]


@pytest.mark.slow
def test_a_rename_is_a_removal_and_an_addition_that_says_from_where(site, repository, warehouse):
    long = story(1) + "Text that git recognises.\n" * 20
    make(repository, [{"_news/a.md": long}, {"_news/b.md": long.replace("heat: 1", "heat: 2")}])
    site()
    versions = "SELECT path, heat, is_deleted, renamed_from FROM history.record_versions ORDER BY valid_from, path"
    assert rows(warehouse, versions) == [
        ("_news/a.md", 1, False, None),
        ("_news/a.md", None, True, None),
        ("_news/b.md", 2, False, "_news/a.md"),
    ]


def test_clocks_that_go_back_are_moved_on_and_told(site, repository, warehouse):
    make(repository, [content(1), content(2), content(3), content(4)], [START, START, START - DAY, START + DAY])
    site()
    with open_snapshot(warehouse) as connection:
        query = "SELECT epoch_us(valid_from), epoch(committed_at), is_clock_adjusted FROM history.commits ORDER BY 1"
        assert connection.execute(query).fetchall() == [
            (START * 10**6, START, False),
            (START * 10**6 + 1, START, True),
            (START * 10**6 + 2, START - DAY, True),
            ((START + DAY) * 10**6, START + DAY, False),
        ]


def test_changes_between_two_moments_are_rows(site, repository, warehouse):
    make(repository, [content(1), content(7, **{"_news/b.md": story(1, "topics: [x]"), "d.md": story(1)}), {}])
    site(accept_drop=True)
    at = "(SELECT valid_from FROM history.commits ORDER BY valid_from LIMIT 1 OFFSET {})"
    changed = "SELECT path, change, column_name, value_before, value_after FROM changes_between({}, {})"
    assert rows(warehouse, changed.format(at.format(0), at.format(1))) == [
        ("_news/a.md", "changed", "heat", "1", "7"),
        ("_news/b.md", "changed", "topics", None, "[x]"),
        ("d.md", "added", None, None, None),
    ]


def test_a_fault_of_git_in_the_middle_leaves_what_was_there(site, repository, warehouse):
    ids = make(repository, [content(1)])
    site()
    make(repository, [content(2, **{"_news/new.md": "x"}), content(3)], MONTHS[1:3], ids[-1])
    before = os.readlink(warehouse / "current")
    subprocess.run(["git", "repack", "-qad"], cwd=repository, check=True)
    [pack] = (repository / "objects/pack").glob("*.pack")
    pack.chmod(0o644)
    damaged = bytearray(pack.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    pack.write_bytes(damaged)
    assert site().state == "failed"
    assert os.readlink(warehouse / "current") == before
    assert rows(warehouse, "SELECT count(*) FROM history.commits") == [(1,)]


@pytest.mark.slow
def test_the_command_line_tells_of_commits_and_versions_and_describes_the_tables(repository, tmp_path):
    make(repository, [content(heat) for heat in (1, 2, 3)])
    (tmp_path / "matterhouse.yml").write_text("sources:\n  site:\n    uri: repository\n    history: true\n")
    told = matterhouse("run", cwd=tmp_path)
    assert "History of site: 3 commits that changed files began 5 versions." in told.stdout
    assert "history    site up to" in matterhouse("status", cwd=tmp_path).stdout
    described = json.loads(matterhouse("describe", "history.record_versions", "--format", "json", cwd=tmp_path).stdout)
    assert described["history.record_versions"]["rows"] == 5


@pytest.mark.slow
def test_what_follows_a_commit_can_be_read_again(site, repository, warehouse):
    ids = make(repository, [content(heat) for heat in range(6)], MONTHS[:6])
    site()
    everything = "FROM history.record_versions ORDER BY record_id, valid_from"
    before, kept = rows(warehouse, everything), files(warehouse, "history.record_versions")
    report = site(history_since=ids[3][:12])
    assert report.histories == {"site": {"commits": 2, "versions": 2}}
    assert rows(warehouse, everything) == before
    now = files(warehouse, "history.record_versions")
    assert sum(now[name] == kept[name] for name in kept) == 2
    report = site(history_since="0" * 40)
    assert (report.state, report.error) == (
        "failed",
        f"nothing was published: the history of site has no commit {'0' * 40}",
    )


@pytest.mark.slow
def test_runs_that_are_killed_while_they_read_commits_leave_what_was_there(repository, tmp_path):
    ids = make(repository, [content(1)])
    config = tmp_path / "matterhouse.yml"
    config.write_text("sources:\n  site:\n    uri: repository\n    history: true\n")
    assert refresh(load(config)).state == "loaded"
    warehouse, before = tmp_path / "warehouse", os.readlink(tmp_path / "warehouse" / "current")
    trees = [content(number, **{"_news/more.md": story(number, f"x: {number}")}) for number in range(1500)]
    make(repository, trees, [START + DAY + 60 * number for number in range(1500)], ids[-1])
    killed = 0
    while killed < 3:
        process = subprocess.Popen(command("run"), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list(warehouse.glob("state/staging/*-history/site/*/*.arrow")):
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert os.readlink(warehouse / "current") == before
        assert rows(warehouse, "SELECT count(*) FROM history.commits") == [(1,)]
        killed += 1
    assert refresh(load(config)).histories["site"]["commits"] == 1500
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "matterhouse.yml").write_text(f"sources:\n  site:\n    uri: {repository}\n    history: true\n")
    assert refresh(load(whole / "matterhouse.yml")).state == "loaded"
    for table in ("record_versions", "related_changes", "commits"):
        assert rows_that_differ(warehouse, whole / "warehouse", f"history.{table}") == 0
    assert parquet_differences(warehouse) == {}
