"""The benchmark of many sources: what it makes is what a run finds."""

from pathlib import Path

from benchmarks.sources import make
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load


def test_the_sources_that_are_made_are_folders_repositories_and_urls_of_a_document_each(tmp_path: Path):
    make(tmp_path, 5)
    settings = load(tmp_path / "matterhouse.yml")
    first, again = refresh(settings), refresh(settings)
    assert (first.state, again.state) == ("loaded", "unchanged")
    assert [(each.source, each.loaded) for each in first.sources] == [(f"s{number}", 1) for number in range(5)]
    assert [each.position is not None for each in again.sources] == [False, False, False, True, True]
