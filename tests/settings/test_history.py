"""The setting `history` of a source: what it may be, and what is said of anything else."""

from pathlib import Path

import pytest

from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load
from matterhouse.settings.source import SourceSettings


def source(folder: Path, history: str, uri: str = "git+{}") -> SourceSettings:
    (folder / "matterhouse.yml").write_text(
        f"sources:\n  news:\n    uri: {uri.format(folder)}\n    history: {history}\n"
    )
    return load(folder / "matterhouse.yml").sources["news"]


def test_it_is_on_or_off_or_names_paths(tmp_path: Path):
    assert not source(tmp_path, "false").has_history and not source(tmp_path, "").has_history
    assert source(tmp_path, "true").has_history and source(tmp_path, "true").history_columns == ()
    assert source(tmp_path, "{columns: [weight, sidebar.label]}").history_columns == ("weight", "sidebar.label")


@pytest.mark.parametrize(
    "history, uri, told",
    [
        (
            "often",
            "git+{}",
            'history: found the text "often"; expected true, false, or `columns:` with front-matter paths',
        ),
        ("true", "folder:{}", 'history: found the word "true"; expected a git repository as uri'),
        (
            "{columns: [a.secured]}",
            "git+{}",
            'history.columns[0]: found the text "a.secured"; expected a front-matter path',
        ),
        (
            "{colums: [a]}",
            "git+{}",
            "history.colums: found a setting that does not exist here; expected one of columns. Did",
        ),
    ],
)
def test_what_is_wrong_with_it_is_told_with_its_line(history: str, uri: str, told: str, tmp_path: Path):
    with pytest.raises(ConfigError) as raised:
        source(tmp_path, history, uri)
    assert f"matterhouse.yml:4: sources.news.{told}" in str(raised.value)
