"""Digests of the rows of tables, views and Parquet files, asked as seldom and as many at once as possible."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from matterhouse.sql import schema
from matterhouse.warehouse import content_names
from matterhouse.warehouse.rowcounts import asked_together

Digest = tuple[int, int | None]
"""The number of rows, and the sum of their hashes: the same in any order of the rows."""

_EMPTY: Digest = (0, None)
_OF_SNAPSHOTS: dict[tuple[Path, int, int], dict[tuple[str, str], Digest]] = {}
_OF_VIEWS: dict[tuple, Digest] = {}


def of_snapshot(snapshot: Path, selected: Mapping[str, str]) -> dict[str, Digest]:
    """The digests of some columns of tables and views of a snapshot; what was asked of the same file is known."""
    stat = (snapshot / "warehouse.duckdb").stat()
    known = _OF_SNAPSHOTS.setdefault((snapshot, stat.st_ino, stat.st_mtime_ns), {})
    wanted = dict(selected.items() - known.keys())
    if wanted:
        with attached(snapshot) as connection:
            found = _of_tables(connection, {name: wanted[name] for name in wanted if name not in schema.views()})
            found |= _of_views(connection, {name: wanted[name] for name in wanted if name in schema.views()})
        known.update({(name, wanted[name]): digest for name, digest in found.items()})
    return {name: known[name, columns] for name, columns in selected.items()}


def of_parquet(snapshot: Path, columns_of: Mapping[str, Sequence[str]]) -> dict[str, Digest]:
    """The digests of the Parquet files of tables and views. The files have these columns, also those without rows."""
    files = {name: sorted((snapshot / "parquet" / name).glob("*.parquet")) for name in columns_of}
    rows = {name: _rows_in(files[name], columns) for name, columns in columns_of.items()}
    queries = {
        name: f"SELECT {quoted(columns_of[name])} FROM {in_parquet(snapshot, name)}" for name in rows if rows[name]
    }
    with attached(snapshot) as connection:
        return dict.fromkeys(columns_of, _EMPTY) | _asked(connection, queries)


def in_parquet(snapshot: Path, name: str) -> str:
    """How SQL reads the Parquet files of a table or view."""
    return f"read_parquet('{snapshot}/parquet/{name}/*.parquet', hive_partitioning = false)"


def quoted(columns: Sequence[str]) -> str:
    """Names of columns as SQL takes them."""
    return ", ".join(map(content_names.quoted, columns))


@contextmanager
def attached(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that is in a snapshot's database."""
    with _process_wide().cursor() as connection:
        connection.execute(f"ATTACH '{snapshot}/warehouse.duckdb' AS warehouse (READ_ONLY)").fetchall()
        try:
            connection.execute("USE warehouse").fetchall()
            yield connection
        finally:
            connection.execute("USE memory").fetchall()
            connection.execute("DETACH warehouse").fetchall()


def _rows_in(files: Sequence[Path], columns: Sequence[str]) -> int:
    assert files, "every table and view has a Parquet file"
    count = 0
    for file in files:
        with pq.ParquetFile(file) as opened:
            assert set(columns) <= set(opened.schema_arrow.names), file
            count += opened.metadata.num_rows
    return count


def _of_tables(connection: duckdb.DuckDBPyConnection, selected: Mapping[str, str]) -> dict[str, Digest]:
    rows = _counted(connection, selected)
    queries = {
        name: f"SELECT {columns} FROM {schema.sql_name(name)}" for name, columns in selected.items() if rows[name]
    }
    return dict.fromkeys(selected, _EMPTY) | _asked(connection, queries)


def _of_views(connection: duckdb.DuckDBPyConnection, selected: Mapping[str, str]) -> dict[str, Digest]:
    """The digests of views. A view whose tables have the rows that they once had gives what it once gave."""
    behind = sorted({table for name in selected for table in schema.views()[name].reads})
    tables = _of_tables(connection, dict.fromkeys(behind, "*"))
    keys = {
        name: (name, columns, *(tables[table] for table in sorted(schema.views()[name].reads)))
        for name, columns in selected.items()
    }
    for name, key in keys.items():
        if key not in _OF_VIEWS:
            [_OF_VIEWS[key]] = _asked(
                connection, {name: f"SELECT {selected[name]} FROM {schema.sql_name(name)}"}
            ).values()
    return {name: _OF_VIEWS[key] for name, key in keys.items()}


def _counted(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> dict[str, int]:
    counts = [f"SELECT '{name}', count(*) FROM {schema.sql_name(name)}" for name in names]
    return dict(asked_together(connection, counts))


def _asked(connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str]) -> dict[str, Digest]:
    asked = [f"SELECT '{name}', count(*), sum(hash(row)) FROM ({query}) AS row" for name, query in queries.items()]
    return {name: (rows, hashes) for name, rows, hashes in asked_together(connection, asked)}


@cache
def _process_wide() -> duckdb.DuckDBPyConnection:
    """A DuckDB that snapshots are attached to for a while: to start one takes twenty times as long."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET GLOBAL TimeZone = 'UTC'").fetchall()
    return connection
