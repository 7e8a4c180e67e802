"""Tables without rows: there for every reader, and not written anew while they stay without."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.sql import schema
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.parquet import PARTED, write_none, write_whole
from matterhouse.warehouse.schema import create_all
from matterhouse.warehouse.snapshots import current
from tests.warehouses import parquet_differences


def files(warehouse: Path) -> dict[str, Path]:
    """The Parquet file of each declared table and view that is one file."""
    folder = current(Layout(warehouse)).path / "parquet"
    every = schema.tables() | schema.views()
    names = [name for name, table in every.items() if table.in_parquet and name not in PARTED]
    return {name: next((folder / name).iterdir()) for name in names}


def test_a_table_that_stays_empty_keeps_its_file(tmp_path: Path):
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.md").write_text("---\ntitle: One\n---\nText.\n")
    settings = load(None, [f"news=folder:{content}"], tmp_path / "w")
    first = refresh(settings)
    before = files(tmp_path / "w")
    (content / "b.md").write_text("---\ntitle: Two\ntopics: [ai]\n---\nText.\n")
    second = refresh(settings)
    now = files(tmp_path / "w")
    kept = {name for name in now if now[name].stat().st_ino == before[name].stat().st_ino}
    counted = {name for name in now if not name.startswith("marts.")}  # those are only read to be written
    empty = {name for name in counted if first.rows[name] == second.rows[name] == 0}
    assert len(empty) > 10 and empty <= kept
    assert {"records", "record_topics", "meta.files"}.isdisjoint(kept)


def test_related_articles_without_images_are_loaded(tmp_path: Path):
    content = tmp_path / "content"
    content.mkdir()
    (content / "a.md").write_text("---\ntitle: One\nrelated: [{title: Two}]\n---\nText.\n")
    report = refresh(load(None, [f"news=folder:{content}"], tmp_path / "w"))
    assert (report.error, report.rows["related_articles"], report.rows["related_images"]) == (None, 1, 0)
    assert parquet_differences(tmp_path / "w") == {}


def test_the_file_of_an_empty_table_is_the_one_that_its_rows_would_have(tmp_path: Path):
    with duckdb.connect() as connection:
        create_all(connection)
        connection.execute("SET TimeZone = 'UTC'")
        for name, declared in (schema.tables() | schema.views()).items():
            write_whole(connection, declared, tmp_path / "of rows")
            write_none(declared, tmp_path / "of none")
            of_rows, of_none = (tmp_path / way / name / f"{declared.name}.parquet" for way in ("of rows", "of none"))
            assert pq.read_schema(of_none).equals(pq.read_schema(of_rows), check_metadata=True), name
            assert pq.read_metadata(of_none).schema.equals(pq.read_metadata(of_rows).schema), name
            assert pq.read_metadata(of_none).metadata == pq.read_metadata(of_rows).metadata
            described = [connection.sql(f"DESCRIBE FROM '{file}'").fetchall() for file in (of_rows, of_none)]
            assert described[0] == described[1]
