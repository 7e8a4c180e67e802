"""The history of a real repository: at commits across it, the records are those that a full load of the commit gives."""

from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.sql.followed import OF_RECORDS
from tests.warehouses import open_snapshot, parquet_differences, rows

# Columns of a full load that records_as_of has in another form.
LISTS = """
    (SELECT list(topic ORDER BY position) FROM record_topics AS topic WHERE topic.record_id = record.record_id) AS topics,
    (SELECT count(*) FROM related_links AS link WHERE link.record_id = record.record_id) AS related_count,
    (SELECT count(*) FROM record_images AS image WHERE image.record_id = record.record_id) AS image_count
"""


def run(folder: Path, repository: Path, more: str) -> Path:
    """The warehouse of a run on the repository."""
    folder.mkdir()
    (folder / "matterhouse.yml").write_text(f"sources:\n  site:\n    uri: {repository}\n    {more}\n")
    report = refresh(load(folder / "matterhouse.yml"))
    assert report.state == "loaded"
    return folder / "warehouse"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["power-apps", "algorithm"])
def test_records_as_of_a_commit_are_those_of_a_full_load(name, real_repository, tmp_path):
    repository = real_repository(name)
    warehouse = run(tmp_path / "history", repository, "history: true")
    assert parquet_differences(warehouse) == {}
    commits = rows(warehouse, "SELECT commit_id, valid_from FROM history.commits ORDER BY valid_from")
    columns = ("record_id", "source", "collection", "path", *OF_RECORDS)
    for number, (commit, moment) in enumerate(commits[:: max(1, len(commits) // 4)]):
        full = run(tmp_path / str(number), repository, f"ref: {commit}")
        with open_snapshot(warehouse) as connection:
            connection.execute(f"ATTACH '{(full / 'current').resolve()}/warehouse.duckdb' AS loaded (READ_ONLY)")
            connection.execute("CREATE TEMP TABLE were AS FROM records_as_of(?)", [moment])
            connection.execute("USE loaded")
            connection.execute(f"CREATE TEMP TABLE are AS SELECT *, {LISTS} FROM records AS record")
            for column in (*columns, "topics", "related_count", "image_count"):
                pairs = [f"SELECT record_id, {column} FROM temp.{side}" for side in ("were", "are")]
                only = f"({pairs[0]} EXCEPT ALL {pairs[1]}) UNION ALL ({pairs[1]} EXCEPT ALL {pairs[0]})"
                assert connection.execute(only).fetchall() == [], (commit, column)
            assert connection.execute("SELECT count(*) FROM temp.were").fetchall() > [(0,)]
