"""A view that somebody adds: its Parquet files follow the tables that it reads, with no list to keep by hand."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tests.engine.test_fingerprint import PACKAGE, run

VIEW = """\
CREATE VIEW main.busy_topics AS
SELECT topic, count(*) AS documents
FROM main.record_topics
GROUP BY topic;

COMMENT ON VIEW main.busy_topics IS 'One row per topic. Key: topic.';

COMMENT ON COLUMN main.busy_topics.topic IS 'Name of the topic.';
COMMENT ON COLUMN main.busy_topics.documents IS 'Documents that have it.';
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the package with the view in it, declared as CONTRIBUTING.md says, and a content folder."""
    copied = shutil.copytree(PACKAGE, tmp_path / "code" / "matterhouse", ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "sql" / "views" / "busy_topics.sql").write_text(VIEW)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "code")}
    declare = [sys.executable, "-P", "-m", "matterhouse.warehouse.schema"]
    subprocess.run(declare, env=environment, cwd=tmp_path, check=True, timeout=120)
    (tmp_path / "content").mkdir()
    return tmp_path


def write(home: Path, name: str, topics: str, at: int) -> None:
    file = home / "content" / name
    file.write_text(f"---\ntitle: {name}\ntopics: [{topics}]\n---\n")
    os.utime(file, (1_700_000_000 + at, 1_700_000_000 + at))


def published(home: Path) -> list[tuple]:
    """The view's rows in Parquet, which have to be those in DuckDB."""
    snapshot = (home / "warehouse" / "current").resolve()
    parquet = sorted(tuple(row.values()) for row in pq.read_table(snapshot / "parquet" / "busy_topics").to_pylist())
    with duckdb.connect(snapshot / "warehouse.duckdb", read_only=True) as connection:
        assert parquet == connection.execute("FROM busy_topics ORDER BY ALL").fetchall()
    return parquet


def test_a_second_view_that_is_run_twice_leaves_no_stale_rows_in_parquet(home: Path):
    write(home, "a.md", "sea, fog", 0)
    write(home, "b.md", "sea", 0)
    assert run(home, home / "warehouse")["state"] == "loaded"
    assert published(home) == [("fog", 1), ("sea", 2)]
    write(home, "b.md", "tide", 5)
    report = run(home, home / "warehouse")
    assert (report["state"], report["sources"][0]["loaded"]) == ("loaded", 1)
    assert published(home) == [("fog", 1), ("sea", 1), ("tide", 1)]
