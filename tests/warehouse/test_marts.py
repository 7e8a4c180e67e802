"""Marts in snapshots: in DuckDB and as Parquet, described, and made anew only when what they read changed."""

import json

import duckdb

from matterhouse.sql import schema
from matterhouse.warehouse.views import in_order, named
from tests.warehouse.damage import Project
from tests.warehouses import parquet_differences, rows


def inodes(project: Project) -> dict[str, int]:
    """The file of each mart of the newest snapshot."""
    folder = project.newest.parquet
    return {name: (folder / name / f"{mart.name}.parquet").stat().st_ino for name, mart in schema.marts().items()}


def test_marts_are_in_duckdb_in_parquet_and_in_the_manifest(tmp_path):
    project = Project(tmp_path).make(1)
    assert parquet_differences(project.root) == {}
    tables = json.loads((project.newest.path / "manifest.json").read_text())["tables"]
    for name, mart in schema.marts().items():
        assert tables[name]["comment"] == mart.comment and len(tables[name]["files"]) == 1
        assert rows(project.root, f"SELECT count(*) FROM {name}") == [(tables[name]["rows"],)]
    assert tables["marts.posts_monthly"]["rows"] == 1


def test_a_mart_is_written_anew_only_when_what_it_reads_changed(tmp_path):
    project = Project(tmp_path).make(1)
    before = inodes(project)
    (project.content / "_news" / "without-topics.md").write_text("---\ntitle: New\ndate: 2026-07-01\n---\nx\n")
    assert project.run().state == "loaded"
    changed = {name for name, inode in inodes(project).items() if inode != before[name]}
    assert "marts.posts_monthly" in changed and "marts.topics_canonical" not in changed
    assert all(schema.marts()[name].reads & {"records", "meta.sources", "meta.runs"} for name in changed)
    assert rows(project.root, "SELECT max(month)::TEXT FROM marts.posts_monthly") == [("2026-07-01",)]
    assert parquet_differences(project.root) == {}
    counts = {name: table["rows"] for name, table in project.newest.manifest()["tables"].items()}
    assert counts["marts.topics_canonical"] == 12 and counts["marts.posts_monthly"] == 2


def test_a_mart_is_not_asked_for_rows_that_it_cannot_have(tmp_path):
    project = Project(tmp_path).make(0)
    (project.content / "_news" / "by-anna.md").write_text("---\ntitle: New\nauthors: [Anna]\n---\nx\n")
    assert project.run().state == "loaded"
    told = {name: mart for name, mart in schema.marts().items() if mart.empty_without}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"ATTACH '{project.newest.database}' AS published (READ_ONLY)")
        connection.execute("ATTACH ':memory:' AS changed; COPY FROM DATABASE published TO changed; USE changed")
        for name, mart in told.items():
            assert mart.empty_without in mart.reads
            assert connection.execute(f"SELECT count(*) > 0 FROM {name}").fetchall() == [(True,)], name
            connection.execute("BEGIN")
            connection.execute(f"DELETE FROM {schema.sql_name(mart.empty_without)}")
            assert connection.execute(f"SELECT count(*) FROM {name}").fetchall() == [(0,)], name
            connection.execute("ROLLBACK")
    for file in project.content.rglob("*.md"):
        file.unlink()
    (project.content / "page.md").write_text("---\ntitle: Page\n---\nx\n")
    assert project.run(accept_drop=True).error is None
    counts = {name: table["rows"] for name, table in project.newest.manifest()["tables"].items()}
    assert {counts[name] for name in told} == {0} and parquet_differences(project.root) == {}


def test_views_are_created_after_what_they_read():
    texts = {
        "marts.a": "-- A comment.\nCREATE VIEW marts.a AS SELECT * FROM marts.b JOIN main.c USING (id);",
        "marts.b": "CREATE VIEW marts.b AS WITH x AS (FROM c) SELECT * FROM x WHERE id IN (SELECT id FROM main.d);",
        "c": "CREATE VIEW main.c AS SELECT 1 AS id;",
    }
    with duckdb.connect() as connection:
        assert named(connection, texts["marts.a"]) == {"marts.b", "c"}
        assert named(connection, texts["marts.b"]) == {"c", "d"}
        shadowing = "CREATE VIEW marts.d AS WITH records AS (FROM main.records) SELECT * FROM records;"
        assert named(connection, shadowing) == {"records"}
        assert in_order(connection, texts) == ["c", "marts.b", "marts.a"]
