"""tests.warehouses: what differs between warehouses, or between a table and its files, is found and counted."""

import shutil
from pathlib import Path

from tests.warehouse.sites import Site
from tests.warehouses import TIMES, copied, differences, parquet_differences, rows_that_differ


def test_rows_that_differ_are_counted_with_their_tables(tmp_path: Path):
    site = Site(tmp_path / "site")
    site.load({"posts/a.md": "title: One\nheat: 1", "posts/b.md": "title: Two"})
    before = copied(site.warehouse, tmp_path / "before")
    assert differences(site.warehouse, before) == {}
    site.load({"posts/a.md": "title: One\nheat: 2", "posts/c.md": "title: Three"})
    found = differences(site.warehouse, before, TIMES)
    assert (found["records"], found["raw.documents"], found["content.posts"]) == (3, 3, 2)
    assert "topics" not in found and "record_topics" not in found
    assert rows_that_differ(site.warehouse, before, "main.records") == 3
    assert parquet_differences(site.warehouse) == {}
    files = [(folder / "current").resolve() / "parquet/records/records.parquet" for folder in (site.warehouse, before)]
    files[0].unlink()
    shutil.copy(files[1], files[0])
    assert parquet_differences(site.warehouse)["records"] == 3  # a.md in two states, and c.md
