"""Looking at warehouses as their readers do."""

import json
from pathlib import Path

import duckdb

from matterhouse.sql import schema

# Tables that tell of runs rather than of content.
OF_RUNS = {"meta.runs", "meta.run_sources", "meta.checks", "meta.sources", "meta.schema_changes"}
OF_RUNS |= {name for name, mart in schema.marts().items() if mart.reads & OF_RUNS}
# Columns in which the same content differs when another run loads it.
TIMES = frozenset({"first_seen_at", "last_changed_at", "rejected_at", "run_id", "changed_run_id", "first_run_id"})


def open_snapshot(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The current snapshot's database, read-only."""
    connection = duckdb.connect((warehouse / "current").resolve() / "warehouse.duckdb", read_only=True)
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection


def rows(warehouse: Path, query: str) -> list[tuple]:
    """What a query gives on the current snapshot."""
    with open_snapshot(warehouse) as connection:
        return connection.execute(query).fetchall()


def differences(one: Path, other: Path, without: frozenset[str] = frozenset()) -> dict[str, int]:
    """Tables of two warehouses that differ, with the number of rows that only one of them has, or of descriptions.

    ``without`` names columns that are not compared. Parts are no content and never compared.
    """
    left, right = ((folder / "current").resolve() for folder in (one, other))
    described = [_of_content(folder) for folder in (left, right)]
    found = {
        name: sum(name in tables for tables in described)
        for name in described[0].keys() | described[1].keys()
        if described[0].get(name) != described[1].get(name)
    }
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        _attach(connection, left, "left_side")
        _attach(connection, right, "right_side")
        columns_of = {name: table.column_names for name, table in _content().items()}
        columns_of |= {name: _columns(table) for name, table in described[0].items() if name not in found}
        for name, names in columns_of.items():
            columns = ", ".join(f'"{column}"' for column in names if column not in without | {"part"})
            table = schema.sql_name(name)
            if count := _apart(connection, columns, f"left_side.{table}", f"right_side.{table}"):
                found[name] = count
    return found


def parquet_differences(warehouse: Path) -> dict[str, int]:
    """Tables of the current snapshot whose Parquet files and DuckDB table differ, with the number of rows."""
    snapshot = (warehouse / "current").resolve()
    found = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        _attach(connection, snapshot, "database")
        columns_of = {name: table.column_names for name, table in schema.relations().items() if table.in_parquet}
        columns_of |= {name: _columns(table) for name, table in _of_content(snapshot).items()}
        for name, names in columns_of.items():
            files = f"read_parquet('{snapshot}/parquet/{name}/*.parquet', hive_partitioning = false)"
            columns = ", ".join(f'"{column}"' for column in names)
            if count := _apart(connection, columns, files, f"database.{schema.sql_name(name)}"):
                found[name] = count
    return found


def content_tables(warehouse: Path) -> dict[str, dict]:
    """The tables of schema ``content`` as the current snapshot's manifest describes them."""
    return _of_content((warehouse / "current").resolve())


def rows_that_differ(one: Path, other: Path, table: str) -> int:
    """The number of rows of a table that only one of two warehouses has."""
    with duckdb.connect() as connection:
        for folder, name in ((one, "left_side"), (other, "right_side")):
            _attach(connection, (folder / "current").resolve(), name)
        return _apart(connection, "*", f"left_side.{table}", f"right_side.{table}")


def _of_content(snapshot: Path) -> dict[str, dict]:
    """The tables of schema ``content`` as a snapshot's manifest describes them, without their files and how they are made."""
    tables = json.loads((snapshot / "manifest.json").read_text())["tables"]
    apart = dict.fromkeys(("files", "plan"))
    return {name: table | apart for name, table in tables.items() if name.startswith("content.")}


def _columns(described: dict) -> list[str]:
    return [column["name"] for column in described["columns"]]


def _content() -> dict[str, schema.Table]:
    return {name: table for name, table in (schema.tables() | schema.views()).items() if name not in OF_RUNS}


def _attach(connection: duckdb.DuckDBPyConnection, snapshot: Path, name: str) -> None:
    connection.execute(f"ATTACH '{snapshot}/warehouse.duckdb' AS {name} (READ_ONLY)").fetchall()


def _apart(connection: duckdb.DuckDBPyConnection, columns: str, one: str, other: str) -> int:
    """The number of rows that only one of two tables has: with both counts, those of one side tell of the other."""
    only = f"SELECT count(*) FROM (SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other})"
    counts = (f"SELECT count(*) FROM {table}" for table in (one, other))
    query = f"SELECT ({only}), {', '.join(f'({count})' for count in counts)}"
    [(of_one, first, second)] = connection.execute(query).fetchall()
    return 2 * of_one - first + second
