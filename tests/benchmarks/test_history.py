"""The benchmark of a history: what it makes is what a run finds."""

import subprocess
from itertools import islice
from pathlib import Path

from benchmarks.history import make, one_file, stories
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from tests.warehouses import rows


def test_most_changes_that_are_made_begin_no_version_and_every_commit_is_found(tmp_path: Path):
    make(tmp_path / "stories", stories(6), 12)
    make(tmp_path / "file", one_file(20), 4)
    sources = "\n".join(f"  {name}: {{uri: {name}, history: true}}" for name in ("stories", "file"))
    (tmp_path / "matterhouse.yml").write_text(f"sources:\n{sources}\n")
    report = refresh(load(tmp_path / "matterhouse.yml"))
    assert {name: counts["commits"] for name, counts in report.histories.items()} == {"stories": 12, "file": 4}
    assert 6 < report.histories["stories"]["versions"] < 6 + 11 * 4 / 2
    assert 20 < report.histories["file"]["versions"] <= 20 + 3 * 10
    assert rows(tmp_path / "warehouse", "SELECT count(*) FROM history.related_changes WHERE source = 'stories'") > [
        (60,)
    ]


def test_the_same_repository_is_made_each_time(tmp_path: Path):
    for name in ("one", "other"):
        make(tmp_path / name, islice(stories(5), 5), 5)
    heads = [subprocess.check_output(["git", "-C", tmp_path / name, "rev-parse", "main"]) for name in ("one", "other")]
    assert heads[0] == heads[1]
