"""Views are written anew when a column that they read has other values, and only then."""

from pathlib import Path

import duckdb
import pytest

from matterhouse.sql import schema
from matterhouse.warehouse.schema import texts_of_views
from matterhouse.warehouse.views_touched import touched, words
from tests.warehouse.damage import Project
from tests.warehouses import parquet_differences


def written(project: Project) -> dict[str, int]:
    """The inodes of the Parquet files of views."""
    names = [name for name, view in schema.views().items() if view.in_parquet]
    return {name: next((project.newest.parquet / name).iterdir()).stat().st_ino for name in names}


def replace(project: Project, old: str, new: str) -> None:
    file = project.content / "_news" / "story-05.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    assert project.run().error is None


def test_only_views_that_read_what_changed_are_written_anew(tmp_path: Path):
    project = Project(tmp_path).make(1)
    before = written(project)
    replace(project, "---\ntitle", "---\nheat: 5\ntitle")
    heat = written(project)
    changed = {name for name in heat if heat[name] != before[name]}
    assert {"articles", "marts.topic_daily"} <= changed
    assert {"marts.story_coverage", "marts.story_links", "marts.provider_scorecard"}.isdisjoint(changed)
    assert parquet_differences(project.root) == {}
    replace(project, "title: ", "title: Another ")
    title = written(project)
    assert "marts.story_coverage" in {name for name in title if title[name] != heat[name]}
    assert parquet_differences(project.root) == {}


def test_rows_that_come_and_go_touch_every_view_of_the_table():
    every = {name for name, view in schema.views().items() if "records" in view.reads}
    assert touched({"records"}, {}) == every > touched({"records"}, {"records": {"heat"}}) > set()


@pytest.mark.parametrize("name", schema.views())
def test_a_view_reads_no_column_that_its_words_do_not_name(name: str):
    behind = [name]
    for view in behind:
        behind += sorted(schema.views()[view].names & schema.views().keys())
    with duckdb.connect(config={"threads": 1}) as connection:
        for table in (schema.tables()[each] for each in sorted(schema.views()[name].reads)):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
            columns = [f'"{each.name}" {each.type}' for each in table.columns if each.name in words(name)]
            connection.execute(f"CREATE TABLE {table.sql_name} ({', '.join(columns or ['nothing INTEGER'])})")
        connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
        for view in dict.fromkeys(reversed(behind)):
            connection.execute(texts_of_views()[view].partition("COMMENT ON ")[0])
        described = connection.execute(f"DESCRIBE FROM {schema.sql_name(name)}").fetchall()
        assert [(each[0], each[1]) for each in described] == [
            (column.name, column.type) for column in schema.views()[name].columns
        ]
