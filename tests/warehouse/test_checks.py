"""matterhouse.warehouse.checks: checks that name every table must not forget one that is added."""

import duckdb
import pytest

from matterhouse.sql import schema
from matterhouse.warehouse.checks import offending_rows
from matterhouse.warehouse.schema import create_all

TABLES = {name: table for name, table in schema.tables().items() if table.schema in ("main", "raw")}
PLACEHOLDER = {"VARCHAR": "'x'", "INTEGER": "0", "BIGINT": "0", "INTEGER[]": "[0]"}


@pytest.fixture(scope="module")
def empty():
    with duckdb.connect() as connection:
        create_all(connection)
        yield connection


@pytest.fixture
def warehouse(empty):
    """An empty warehouse; what a test inserts is taken back."""
    empty.begin()
    yield empty
    empty.rollback()


def insert(connection, table: schema.Table) -> None:
    """A row that has nothing but what must not be NULL."""
    values = {column.name: PLACEHOLDER[column.type] for column in table.columns if column.not_null}
    connection.execute(
        f"INSERT INTO {table.full_name} ({', '.join(values)}) VALUES ({', '.join(values.values())})"
    ).fetchall()


@pytest.mark.parametrize("name", TABLES)
def test_a_doubled_key_is_found_in_every_table(warehouse, name):
    insert(warehouse, TABLES[name])
    assert offending_rows(warehouse, "unique_keys")[1] == []
    insert(warehouse, TABLES[name])
    assert [row[0] for row in offending_rows(warehouse, "unique_keys")[1]] == [name]


@pytest.mark.parametrize("name", TABLES)
def test_a_row_without_its_record_is_found_in_every_table_of_records(warehouse, name):
    insert(warehouse, TABLES[name])
    belongs = TABLES[name].schema == "main" and name != "records" and TABLES[name].key[0] == "record_id"
    assert [row[0] for row in offending_rows(warehouse, "no_orphans")[1]] == [name] * belongs
