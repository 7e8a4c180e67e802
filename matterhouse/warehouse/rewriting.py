"""The database of a snapshot written as a whole, so that it holds no value that no row has.

A row that is deleted stays in its group of rows, and what a group that is written anew took before stays in blocks of
the file. So a run that changes or removes what was published before does not publish the file that it changed, but a
copy of its rows. That also keeps the file as small as one of a full load.
"""

import os
from pathlib import Path
from typing import Any

import duckdb

from matterhouse.warehouse import empty_database, memory, rowcounts
from matterhouse.warehouse.content_names import quoted
from matterhouse.warehouse.layout import DATABASE, PARQUET
from matterhouse.warehouse.schema import literal

# A database to which rows were only added is written anew when it has grown so much since it last was:
GROWTH, GROWTH_BYTES = 1.25, 2_000_000
_UNFINISHED = ".written"
_PARTED = {'"raw"."documents"': "raw.documents", '"raw"."scalars"': "raw.scalars"}


def has_grown(manifest: dict[str, Any]) -> bool:
    """Whether the database of a snapshot, given its manifest, is to be written as a whole for its size alone."""
    written = manifest.get("written")
    return written is None or manifest["database"]["bytes"] > GROWTH * written["bytes"] + GROWTH_BYTES


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    """Commit the changes to a log: the file that they belong to is going to be given up."""
    connection.execute("SET checkpoint_on_detach = 'DISABLED'").fetchall()
    connection.commit()


def copy(connection: duckdb.DuckDBPyConnection, snapshot: Path) -> None:
    """Copy all rows to a new file in the unfinished snapshot, which has its Parquet files already, and go on with that
    file; ``put_in_place`` gives it its name.
    """
    _copy(connection, snapshot / f"{DATABASE}{_UNFINISHED}", snapshot / PARQUET)
    connection.execute("USE written").fetchall()
    connection.execute("DETACH build").fetchall()


def _copy(connection: duckdb.DuckDBPyConnection, file: Path, parts: Path) -> None:
    """Copy the database ``build`` to a file, which is attached as ``written``.

    Tables that are also in ``parts`` are read from there, where they are in the order of their documents' paths:
    neighbours are alike, and take less.
    """
    options = f"ROW_GROUP_SIZE {memory.rows_of_a_group(parts)}, {empty_database.OPTIONS}"
    connection.execute(f"ATTACH {literal(str(file))} AS written ({options})").fetchall()
    connection.execute("SET checkpoint_threshold = '0B'").fetchall()
    connection.execute("SET write_buffer_row_group_count = 1").fetchall()  # more of them only take memory
    connection.execute("COPY FROM DATABASE build TO written (SCHEMA)").fetchall()
    query = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'build'"
    names = [".".join(map(quoted, name)) for name in connection.execute(query).fetchall()]
    counts = [f"SELECT {number}, count(*) FROM build.{name}" for number, name in enumerate(names)]
    connection.begin()
    for table in (names[number] for number, rows in rowcounts.asked_together(connection, counts) if rows):
        rows = _parts(parts / _PARTED[table]) if table in _PARTED else f"build.{table}"
        connection.execute(f"INSERT INTO written.{table} BY NAME FROM {rows}").fetchall()
    connection.commit()


def _parts(folder: Path) -> str:
    """The rows of a table's Parquet files in SQL. The files are named one by one: the path may have signs of a glob."""
    files = ", ".join(literal(str(file)) for file in sorted(folder.glob("*.parquet")))
    return f"read_parquet([{files}], hive_partitioning = false)"


def put_in_place(folder: Path) -> None:
    """Give the database that was copied the name of the one that it is a copy of, when nothing has it open."""
    written = folder / f"{DATABASE}{_UNFINISHED}"
    if written.exists():
        os.replace(written, folder / DATABASE)
        (folder / f"{DATABASE}.wal").unlink(missing_ok=True)


def bytes_when_copied(snapshot: Path, folder: Path) -> int:
    """What the database of a snapshot takes when it is written as a whole: tried in ``folder``."""
    file = folder / DATABASE
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"ATTACH {literal(str(snapshot / DATABASE))} AS build (READ_ONLY)").fetchall()
        _copy(connection, file, snapshot / PARQUET)
    size = file.stat().st_size
    file.unlink()
    return size
