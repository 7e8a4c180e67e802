"""Whole warehouses are the same, table by table, whether new text is read by columns or entry by entry."""

from pathlib import Path

import pytest

from benchmarks.generate import Repository
from matterhouse.engine.run import refresh
from matterhouse.reading import blocks, columnar
from matterhouse.settings import loading as config
from tests.warehouses import TIMES, differences, parquet_differences, rows

# What stands in some files instead: values that do not fit, other types, keys that no table has, and YAML beyond lines.
ODD = [
    ("quality: ", "quality: high "),
    ("width: 1", "width: wide-1"),
    ("    type: article", "    type: 12"),
    ("    type: article", "    other: article"),
    ("    type: article", "    type: [article]"),
    ("    type: article", "    type: {a: b}"),
    ("    type: article", "    type: article # why"),
    ("    type: article", "    secured: YQ=="),
    ("publishedDateTime: 2", "publishedDateTime: 0"),
    ("    provider:\n      name: ", "    provider: "),
]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    Repository(60, repetition=1).write(folder)
    for number, file in enumerate(sorted((folder / "_news").glob("*.md"))[: 2 * len(ODD)]):
        text = file.read_text(encoding="utf-8")
        old, new = ODD[number // 2]
        file.write_text(text.replace(old, new, 3 + number % 2 * 1_000), encoding="utf-8")
    return folder


def load(content: Path, warehouse: Path) -> None:
    assert refresh(config.load(None, [f"content=folder:{content}"], warehouse)).state == "loaded"


@pytest.mark.slow
def test_the_tables_are_the_same(tmp_path: Path, content: Path, monkeypatch: pytest.MonkeyPatch):
    taken = []
    read_blocks = columnar.read_blocks

    def counted(*arguments):
        found = read_blocks(*arguments)
        taken.append(sum(block is not None for block in found))
        return found

    monkeypatch.setattr(columnar, "read_blocks", counted)
    monkeypatch.setattr(blocks, "FEW_ALIKE", 1)
    load(content, tmp_path / "by_columns")
    assert sum(taken) > 500
    monkeypatch.setattr(blocks, "FEW", 1_000_000)
    load(content, tmp_path / "one_by_one")
    assert differences(tmp_path / "by_columns", tmp_path / "one_by_one", TIMES) == {}
    assert parquet_differences(tmp_path / "by_columns") == {}
    [(misfits,)] = rows(tmp_path / "by_columns", "SELECT count(*) FROM meta.field_errors WHERE field LIKE 'related%'")
    assert misfits > 50

    file = min((content / "_news").glob("*.md"))
    file.write_text(file.read_text(encoding="utf-8").replace("title: ", "title: New ", 5), encoding="utf-8")
    load(content, tmp_path / "one_by_one")
    monkeypatch.setattr(blocks, "FEW", 0)
    load(content, tmp_path / "by_columns")
    assert differences(tmp_path / "by_columns", tmp_path / "one_by_one", TIMES) == {}
