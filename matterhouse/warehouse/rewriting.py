"""The database of a snapshot written as a whole, so that it holds no value that no row has.

A row that is deleted stays in its group of rows, and what a group that is written anew took before stays in blocks of
the file. So a run that changes or removes what was published before does not publish the file that it changed, but a
copy of its rows. That also keeps the file as small as one of a full load.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from matterhouse.sql import schema
from matterhouse.warehouse import empty_database, memory, parquet
from matterhouse.warehouse.layout import DATABASE, PARQUET
from matterhouse.warehouse.schema import literal

# A database to which rows were only added is written anew when it has grown so much since it last was:
GROWTH, GROWTH_BYTES = 1.25, 2_000_000
_UNFINISHED = ".written"


def has_grown(manifest: dict[str, Any]) -> bool:
    """Whether the database of a snapshot, given its manifest, is to be written as a whole for its size alone."""
    written = manifest.get("written")
    return written is None or manifest["database"]["bytes"] > GROWTH * written["bytes"] + GROWTH_BYTES


def commit(connection: duckdb.DuckDBPyConnection) -> None:
    """Commit the changes to a log: the file that they belong to is going to be given up."""
    connection.execute("SET checkpoint_on_detach = 'DISABLED'").fetchall()
    connection.commit()


def copy(connection: duckdb.DuckDBPyConnection, snapshot: Path, tables: Iterable[str]) -> None:
    """Copy the rows of ``tables``, all that have any, to a new file in the unfinished snapshot, which has its Parquet
    files already, and go on with that file; ``put_in_place`` gives it its name.
    """
    _copy(connection, snapshot / f"{DATABASE}{_UNFINISHED}", snapshot / PARQUET, tables)
    connection.execute("USE written").fetchall()
    connection.execute("DETACH build").fetchall()


def _copy(connection: duckdb.DuckDBPyConnection, file: Path, parts: Path, tables: Iterable[str]) -> None:
    """Copy ``tables`` of the database ``build`` to a file, which is attached as ``written``.

    Those that are also in ``parts`` are read from there, where they are in the order of their documents' paths:
    neighbours are alike, and take less.
    """
    options = f"ROW_GROUP_SIZE {memory.rows_of_a_group(parts)}, {empty_database.OPTIONS}"
    connection.execute(f"ATTACH {literal(str(file))} AS written ({options})").fetchall()
    connection.execute("SET checkpoint_threshold = '0B'").fetchall()
    connection.execute("SET write_buffer_row_group_count = 1").fetchall()  # more of them only take memory
    connection.execute("COPY FROM DATABASE build TO written (SCHEMA)").fetchall()
    connection.begin()
    for table in tables:
        name = schema.sql_name(table)
        rows = _parts(parts / table) if table in parquet.PARTED else f"build.{name}"
        connection.execute(f"INSERT INTO written.{name} BY NAME FROM {rows}").fetchall()
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


def bytes_when_copied(snapshot: Path, tables: Iterable[str], folder: Path) -> int:
    """What the database of a snapshot, with rows in ``tables``, takes when it is written as a whole: tried in
    ``folder``.
    """
    file = folder / DATABASE
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"ATTACH {literal(str(snapshot / DATABASE))} AS build (READ_ONLY)").fetchall()
        _copy(connection, file, snapshot / PARQUET, tables)
    size = file.stat().st_size
    file.unlink()
    return size
