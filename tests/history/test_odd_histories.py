"""Histories that nobody writes on purpose: each gives what a usual one would."""

import subprocess

from matterhouse.engine.run import refresh
from matterhouse.history import contents, reading
from matterhouse.settings.loading import load
from matterhouse.settings.source import HistorySettings
from tests.history.lines import START, Histories, make
from tests.warehouses import rows

BROKEN = "---\ntitle: 'never closed\n---\n"


def test_a_content_that_was_forgotten_and_comes_back_is_one_reject_per_commit(tmp_path, monkeypatch):
    monkeypatch.setattr(contents, "_MOST_REMEMBERED", 1)
    monkeypatch.setattr(reading, "_CHUNK", 1)
    trees = [{"a.md": text, "b.md": str(number)} for number, text in enumerate([BROKEN, "", BROKEN, "", BROKEN])]
    ids = make(tmp_path / "repository", trees)
    history = Histories(tmp_path)
    history.read(tmp_path / "repository")
    assert sorted(commit for _, commit, _ in history.tables()["rejects"]) == sorted(ids[::2])


def test_a_commit_without_a_time_counts_from_the_one_before(tmp_path):
    repository = tmp_path / "repository"
    [first] = make(repository, [{"a.md": "---\nheat: 1\n---\n"}])
    [second] = make(repository, [{"a.md": "---\nheat: 2\n---\n"}], parent=first)
    git = ["git", "-C", str(repository)]
    dated = subprocess.run([*git, "cat-file", "commit", second], capture_output=True, check=True).stdout
    undated = dated.replace(b"<b@example.org> %d +0000" % START, b"<b@example.org>")
    write = [*git, "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    third = subprocess.run(write, input=undated, capture_output=True, check=True).stdout.decode().strip()
    subprocess.run([*git, "update-ref", "refs/heads/main", third], check=True)
    history = Histories(tmp_path)
    history.read(repository)
    found = history.rows("SELECT epoch_us(valid_from), committed_at, is_clock_adjusted FROM history.commits ORDER BY 1")
    assert found[1] == (START * 1_000_000 + 1, None, True)
    assert history.as_of(third).keys() == history.as_of(first).keys()


def test_a_broken_file_that_is_moved_is_the_same_in_one_run_or_two(tmp_path):
    good = "---\nheat: 1\n---\n"
    trees = [{"a.md": BROKEN, "b.md": good}, {"a.md": BROKEN}, {"b.md": BROKEN}]
    make(tmp_path / "begun", trees[:2])
    make(tmp_path / "repository", trees)
    once, twice = Histories(tmp_path / "once"), Histories(tmp_path / "twice")
    once.read(tmp_path / "repository")
    twice.read(tmp_path / "begun")
    twice.read(tmp_path / "repository")
    assert once.tables() == twice.tables()


def test_a_path_that_is_named_twice_is_followed_once(tmp_path):
    assert HistorySettings(columns=["a", "b", "a"]).columns == ("a", "b")


def test_a_repository_that_is_missing_stops_no_other_source_and_keeps_its_history(tmp_path):
    for name in ("one", "two"):
        make(tmp_path / name, [{"_news/a.md": "---\nheat: 1\n---\n"}, {"_news/a.md": "---\nheat: 2\n---\n"}])
    sources = "".join(f"  {name}:\n    uri: {name}\n    history: true\n" for name in ("one", "two"))
    config = tmp_path / "matterhouse.yml"
    config.write_text(f"warehouse: warehouse\nsources:\n{sources}")
    refresh(load(config))
    (tmp_path / "two").rename(tmp_path / "elsewhere")
    for _ in range(2):
        report = refresh(load(config))
        assert report.state != "loaded" and "two): there is no git repository, and `history` needs one" in report.error
        (tmp_path / "two").mkdir(exist_ok=True)
    kept = rows(tmp_path / "warehouse", "SELECT source, count(*) FROM history.record_versions GROUP BY 1 ORDER BY 1")
    assert kept == [("one", 2), ("two", 2)]
