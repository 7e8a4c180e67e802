"""Looking at warehouses as their readers do."""

from pathlib import Path

import duckdb

from matterhouse.sql import schema

# Tables that tell of runs rather than of content.
OF_RUNS = {"meta.runs", "meta.run_sources", "meta.checks", "meta.sources"}
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
    """Tables of two warehouses that differ, with the number of rows that only one of them has.

    ``without`` names columns that are not compared. Parts are no content and never compared.
    """
    left, right = ((folder / "current").resolve() for folder in (one, other))
    found = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        _attach(connection, left, "left_side")
        _attach(connection, right, "right_side")
        for name, table in _content().items():
            columns = ", ".join(f'"{column}"' for column in table.column_names if column not in without | {"part"})
            count = _apart(connection, columns, f"left_side.{table.full_name}", f"right_side.{table.full_name}")
            if count:
                found[name] = count
    return found


def parquet_differences(warehouse: Path) -> dict[str, int]:
    """Tables of the current snapshot whose Parquet files and DuckDB table differ, with the number of rows."""
    snapshot = (warehouse / "current").resolve()
    found = {}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        _attach(connection, snapshot, "database")
        for name, table in (schema.tables() | schema.views()).items():
            files = f"read_parquet('{snapshot}/parquet/{name}/*.parquet', hive_partitioning = false)"
            columns = ", ".join(f'"{column}"' for column in table.column_names)
            count = _apart(connection, columns, files, f"database.{table.full_name}")
            if count:
                found[name] = count
    return found


def _content() -> dict[str, schema.Table]:
    return {name: table for name, table in (schema.tables() | schema.views()).items() if name not in OF_RUNS}


def _attach(connection: duckdb.DuckDBPyConnection, snapshot: Path, name: str) -> None:
    connection.execute(f"ATTACH '{snapshot}/warehouse.duckdb' AS {name} (READ_ONLY)").fetchall()


def _apart(connection: duckdb.DuckDBPyConnection, columns: str, one: str, other: str) -> int:
    sides = (f"SELECT {columns} FROM {one}", f"SELECT {columns} FROM {other}")
    counts = [
        connection.execute(f"SELECT count(*) FROM ({first} EXCEPT ALL {second})").fetchall()[0][0]
        for first, second in (sides, sides[::-1])
    ]
    return sum(counts)
