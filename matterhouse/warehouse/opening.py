"""How a snapshot is opened: read-only, in UTC, and always the snapshot that was asked for."""

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from matterhouse.warehouse import snapshots, versions
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import Snapshot


def connect(database: Path, config: Mapping[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a snapshot's database that shows times in UTC.

    Raises ``duckdb.Error``, and ``versions.Newer`` for what a newer DuckDB wrote.
    """
    try:
        connection = duckdb.connect(database, read_only=True, config=dict(config or {}))
    except duckdb.Error as error:
        if isinstance(newer := versions.unreadable(database, error), versions.Newer):
            raise newer from error
        raise
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection


class OpenSnapshot(ABC):
    """An open snapshot: every method of a DuckDB connection (``execute``, ``sql``, ``table`` …), and where it lies.

    Everything below ``path``, a folder or a URL, is of one run and never changes, so DuckDB and Parquet can be read
    side by side.
    """

    path: Path | str

    def __init__(self, id: str, database: Path):
        self.id = id
        self._connection = connect(database)

    @abstractmethod
    def parquet(self, table: str) -> Path | str:
        """Where the Parquet files of a table or view are, such as ``records`` or ``raw.documents``.

        pandas, polars and pyarrow read it; DuckDB reads ``f"{folder}/*.parquet"`` of a folder with
        ``hive_partitioning = false``. Raises ``KeyError`` where there is no such table.
        """

    def close(self) -> None:
        """Close the connection; it cannot be used afterwards."""
        self._connection.close()

    def __enter__(self) -> "OpenSnapshot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __repr__(self) -> str:
        return f"<snapshot {self.id} at {self.path}>"


class OpenFolder(OpenSnapshot):
    """An open snapshot of a warehouse's folder."""

    def __init__(self, snapshot: Snapshot):
        self.path: Path = snapshot.path
        super().__init__(snapshot.id, snapshot.database)

    def parquet(self, table: str) -> Path:
        """The folder with the Parquet files of a table or view."""
        folder = Snapshot(self.path).parquet / table.removeprefix("main.")
        if not folder.is_dir():
            raise KeyError(f"{self.id} has no Parquet files of {table!r}")
        return folder


def open_snapshot(warehouse: str | os.PathLike[str]) -> OpenSnapshot:
    """See ``matterhouse.open_snapshot``."""
    if isinstance(warehouse, str) and "://" in warehouse:
        from matterhouse.warehouse.remote_opening import OpenRemoteSnapshot

        return OpenRemoteSnapshot(warehouse)
    return OpenFolder(snapshots.current(Layout(Path(warehouse).absolute())))
