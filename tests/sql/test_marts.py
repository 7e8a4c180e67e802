"""The marts of sql/marts on small named inputs, tests/sql/marts/<mart>.yml, and on the samples.

A case has ``inputs``, rows by table or view, and ``rows``, which the mart then has in any order; a column that a row
does not name is NULL. Times are UTC.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from matterhouse.sql import schema
from matterhouse.warehouse.schema import create_all

FOLDER = Path(__file__).parent / "marts"
MARTS = schema.marts()


def cases() -> Iterator[Any]:
    for file in sorted(FOLDER.glob("*.yml")):
        for name, case in yaml.safe_load(file.read_text("utf-8")).items():
            yield pytest.param(f"marts.{file.stem}", case, id=f"{file.stem}: {name}")


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        create_all(connection)
        yield connection


@pytest.fixture
def connection(empty: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse; what a test does to it is taken back."""
    empty.begin()
    yield empty
    empty.rollback()


def give(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    """Fill a table, or let a view have these rows, whatever it reads."""
    relation = {**schema.tables(), **schema.views()}[name]
    target = relation.full_name
    if relation.kind == "view":
        target = f'main."given {relation.name}"'
        connection.execute(f"CREATE TABLE {target} AS FROM {relation.full_name} LIMIT 0").fetchall()
        connection.execute(f"CREATE OR REPLACE VIEW {relation.full_name} AS FROM {target}").fetchall()
    insert(connection, target, rows)


def insert(connection: duckdb.DuckDBPyConnection, target: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        places = ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {target} ({', '.join(row)}) VALUES ({places})", [*row.values()]).fetchall()


def dicts(connection: duckdb.DuckDBPyConnection, relation: str) -> list[dict[str, Any]]:
    cursor = connection.execute(f"FROM {relation} ORDER BY ALL")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


@pytest.mark.parametrize("mart, case", [*cases()])
def test_a_mart_makes_the_expected_rows_of_named_inputs(mart: str, case: dict, connection):
    for name, given in case["inputs"].items():
        give(connection, name, given)
    connection.execute(f"CREATE TEMP TABLE expected AS FROM {mart} LIMIT 0").fetchall()
    insert(connection, "expected", case["rows"])
    assert dicts(connection, mart) == dicts(connection, "expected")
    assert_key(connection, MARTS[mart])


def assert_key(connection: duckdb.DuckDBPyConnection, mart: schema.Table) -> None:
    """The key of a mart tells its rows apart; NULL, which stands for none, is a value like others."""
    query = f"SELECT {', '.join(mart.key)} FROM {mart.full_name} GROUP BY ALL HAVING count(*) > 1"
    assert connection.execute(query).fetchall() == []


def test_every_mart_has_cases():
    assert {f"marts.{file.stem}" for file in FOLDER.iterdir()} == MARTS.keys()


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_of_an_empty_warehouse_is_empty(mart: str, connection):
    assert dicts(connection, mart) == []


@pytest.mark.parametrize("mart", MARTS)
def test_what_a_mart_reads_is_noted_down_to_the_tables(mart: str):
    assert MARTS[mart].reads and MARTS[mart].reads <= schema.tables().keys()
    for name in MARTS[mart].names:
        assert MARTS[mart].reads >= (schema.views()[name].reads if name in schema.views() else {name})
