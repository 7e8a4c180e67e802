"""Looking at warehouses as their readers do."""

import json
import shutil
from pathlib import Path

import duckdb

from matterhouse.sql import schema
from tests import digests

# Tables that tell of runs rather than of content.
OF_RUNS = {"meta.runs", "meta.run_sources", "meta.checks", "meta.sources", "meta.schema_changes", "meta.removed"}
OF_RUNS |= {name for name, mart in schema.marts().items() if mart.reads & OF_RUNS}
# Columns in which the same content differs when another run loads it.
TIMES = frozenset(
    {"first_seen_at", "kept_since", "last_changed_at", "rejected_at", "run_id", "changed_run_id", "first_run_id"}
)


def open_snapshot(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The current snapshot's database, read-only."""
    connection = duckdb.connect((warehouse / "current").resolve() / "warehouse.duckdb", read_only=True)
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection


def rows(warehouse: Path, query: str) -> list[tuple]:
    """What a query gives on the current snapshot."""
    with digests.attached((warehouse / "current").resolve()) as connection:
        return connection.execute(query).fetchall()


def copied(folder: Path, to: Path) -> Path:
    """A copy of a folder with content and warehouses, for a test that changes it; the files keep their times."""
    return Path(shutil.copytree(folder, to, symlinks=True, dirs_exist_ok=True))


def put_back(folder: Path, kept: Path) -> Path:
    """A folder as it was when it was copied to ``kept``, at its place: warehouses know their sources by that."""
    shutil.rmtree(folder)
    return copied(kept, folder)


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
    columns_of = {name: table.column_names for name, table in _content().items()}
    columns_of |= {name: _columns(table) for name, table in described[0].items() if name not in found}
    but = without | {"part"}
    selected = {name: digests.quoted([each for each in of if each not in but]) for name, of in columns_of.items()}
    of_left, of_right = (digests.of_snapshot(folder, selected) for folder in (left, right))
    for name in (name for name in selected if of_left[name] != of_right[name]):
        if count := _apart(left, right, f"SELECT {selected[name]} FROM {{}}.{schema.sql_name(name)}"):
            found[name] = count
    return found


def parquet_differences(warehouse: Path) -> dict[str, int]:
    """Tables of the current snapshot whose Parquet files and DuckDB table differ, with the number of rows."""
    snapshot = (warehouse / "current").resolve()
    columns_of = {name: table.column_names for name, table in schema.relations().items() if table.in_parquet}
    columns_of |= {name: _columns(table) for name, table in _of_content(snapshot).items()}
    in_tables = digests.of_snapshot(snapshot, {name: digests.quoted(names) for name, names in columns_of.items()})
    in_files = digests.of_parquet(snapshot, columns_of)
    found = {}
    with digests.attached(snapshot) as connection:
        for name in (name for name in columns_of if in_tables[name] != in_files[name]):
            where = (digests.in_parquet(snapshot, name), schema.sql_name(name))
            columns = digests.quoted(columns_of[name])
            if count := _rows_apart(connection, *(f"SELECT {columns} FROM {rows}" for rows in where)):
                found[name] = count
    return found


def content_tables(warehouse: Path) -> dict[str, dict]:
    """The tables of schema ``content`` as the current snapshot's manifest describes them."""
    return _of_content((warehouse / "current").resolve())


def rows_that_differ(one: Path, other: Path, table: str) -> int:
    """The number of rows of a table that only one of two warehouses has."""
    left, right = ((folder / "current").resolve() for folder in (one, other))
    return _apart(left, right, f"FROM {{}}.{table}")


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


def _apart(left: Path, right: Path, query: str) -> int:
    """The number of rows that a query gives in one of two snapshots only."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        _attach(connection, left, "left_side")
        _attach(connection, right, "right_side")
        return _rows_apart(connection, query.format("left_side"), query.format("right_side"))


def _rows_apart(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    """The number of rows that one of two queries gives: with both counts, those of one side tell of the other."""
    only = f"SELECT count(*) FROM ({one} EXCEPT ALL {other})"
    counts = (f"SELECT count(*) FROM ({query})" for query in (one, other))
    [(of_one, first, second)] = connection.execute(
        f"SELECT ({only}), {', '.join(f'({each})' for each in counts)}"
    ).fetchall()
    return 2 * of_one - first + second
