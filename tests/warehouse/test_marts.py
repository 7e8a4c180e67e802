"""Marts in Parquet hold what the views in DuckDB give, whichever of them were made together."""

from collections import Counter
from pathlib import Path

import pytest

import matterhouse
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.sql import schema

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("marts")
    assert refresh(loading.load(None, [f"sample=folder:{SAMPLE}"], warehouse)).error is None
    return warehouse


@pytest.mark.parametrize("name", sorted(schema.views()))
def test_a_view_has_the_same_rows_in_parquet(warehouse, name):
    with matterhouse.open_snapshot(warehouse) as snapshot:
        view = snapshot.execute(f"FROM {name}")
        columns, rows = [column[0] for column in view.description], view.fetchall()
        files = snapshot.execute(f"FROM read_parquet('{snapshot.parquet(name)}/*.parquet', hive_partitioning = false)")
        assert [column[0] for column in files.description] == columns
        assert Counter(map(repr, files.fetchall())) == Counter(map(repr, rows))
