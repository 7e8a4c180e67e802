"""Looking at warehouses as their readers do."""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb

from matterhouse.sql import schema

# Tables that tell of runs rather than of content.
OF_RUNS = {"meta.runs", "meta.run_sources", "meta.checks", "meta.sources", "meta.schema_changes", "meta.removed"}
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
    with _attached((warehouse / "current").resolve()) as connection:
        return connection.execute(query).fetchall()


def copied(folder: Path, to: Path) -> Path:
    """A copy of a folder with content and warehouses, for a test that changes it; the files keep their times."""
    return Path(shutil.copytree(folder, to, symlinks=True, dirs_exist_ok=True))


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
    selected = {name: _selected(names, without | {"part"}) for name, names in columns_of.items()}
    digests = [_digests(folder, selected) for folder in (left, right)]
    for name in (name for name in selected if digests[0][name] != digests[1][name]):
        if count := _apart(left, right, f"SELECT {selected[name]} FROM {{}}.{schema.sql_name(name)}"):
            found[name] = count
    return found


def parquet_differences(warehouse: Path) -> dict[str, int]:
    """Tables of the current snapshot whose Parquet files and DuckDB table differ, with the number of rows."""
    snapshot = (warehouse / "current").resolve()
    columns_of = {name: table.column_names for name, table in schema.relations().items() if table.in_parquet}
    columns_of |= {name: _columns(table) for name, table in _of_content(snapshot).items()}
    selected = {name: _selected(names) for name, names in columns_of.items()}
    digests, found = _digests(snapshot, selected), {}
    with _attached(snapshot) as connection:
        for name, columns in selected.items():
            files = f"read_parquet('{snapshot}/parquet/{name}/*.parquet', hive_partitioning = false)"
            in_files, in_table = (f"SELECT {columns} FROM {rows}" for rows in (files, schema.sql_name(name)))
            same = _digest(connection, in_files) == digests[name]
            if not same and (count := _rows_apart(connection, in_files, in_table)):
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


def _selected(columns: Iterable[str], but: Set[str] = frozenset()) -> str:
    return ", ".join(f'"{column}"' for column in columns if column not in but)


_KNOWN: dict[tuple[Path, int, int], dict[tuple[str, str], tuple]] = {}


def _digests(snapshot: Path, selected: Mapping[str, str]) -> dict[str, tuple]:
    """The digests of some columns of tables and views of a snapshot; what was asked of the same file is known."""
    database = snapshot / "warehouse.duckdb"
    stat = database.stat()
    known = _KNOWN.setdefault((database, stat.st_ino, stat.st_mtime_ns), {})
    if selected.items() - known.keys():
        with _attached(snapshot) as connection:
            for name, columns in selected.items() - known.keys():
                known[name, columns] = _digest(connection, f"SELECT {columns} FROM {schema.sql_name(name)}")
    return {name: known[name, columns] for name, columns in selected.items()}


def _digest(connection: duckdb.DuckDBPyConnection, query: str) -> tuple:
    """The number of rows that a query gives, and the sum of their hashes: the same in any order of the rows."""
    return connection.execute(f"SELECT count(*), sum(hash(row)) FROM ({query}) AS row").fetchall()[0]


@contextmanager
def _attached(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is in a snapshot's database."""
    with _process_wide().cursor() as connection:
        _attach(connection, snapshot, "warehouse")
        try:
            connection.execute("USE warehouse").fetchall()
            yield connection
        finally:
            connection.execute("USE memory").fetchall()
            connection.execute("DETACH warehouse").fetchall()


@cache
def _process_wide() -> duckdb.DuckDBPyConnection:
    """A DuckDB that snapshots are attached to for a while: to start one takes twenty times as long."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET GLOBAL TimeZone = 'UTC'").fetchall()
    return connection


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
