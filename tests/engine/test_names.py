"""Names of columns and collections that a source has of its own: `columns` and `collections` in matterhouse.yml."""

from datetime import UTC, datetime
from pathlib import Path

from matterhouse.engine.run import refresh
from matterhouse.settings.models import Settings
from tests.warehouses import rows

PAGE = "---\ntitle: Hello\nreleased: 2024-05-06\nlabels: [a, b]\ndate: 2020-01-01\n---\n"


def settings(folder: Path, **own) -> Settings:
    source = {"uri": str(folder / "content"), **own}
    return Settings.model_validate({"warehouse": folder / "warehouse", "sources": {"site": source}})


def test_a_source_names_its_columns_and_collections(tmp_path: Path):
    page = tmp_path / "content" / "content" / "en" / "docs" / "a.md"
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    assert refresh(settings(tmp_path)).state == "loaded"
    query = "SELECT collection, published_at FROM records"
    assert rows(tmp_path / "warehouse", query) == [("docs", datetime(2020, 1, 1, tzinfo=UTC))]
    assert rows(tmp_path / "warehouse", "FROM record_topics") == []

    own = {
        "columns": {"published_at": ["released"], "topics": ["labels"]},
        "collections": {"guides": ["content/*/docs/**"]},
    }
    assert refresh(settings(tmp_path, **own)).state == "loaded"
    assert rows(tmp_path / "warehouse", query) == [("guides", datetime(2024, 5, 6, tzinfo=UTC))]
    topics = rows(tmp_path / "warehouse", "SELECT position, field, topic FROM record_topics ORDER BY ALL")
    assert topics == [(0, "labels", "a"), (1, "labels", "b")]
    assert refresh(settings(tmp_path, **own)).state == "unchanged"
