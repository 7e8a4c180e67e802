"""One query on one snapshot that can do nothing but read that snapshot, and its result in common formats."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, TextIO

import duckdb

from matterhouse.sql.examples import Example, Parameter
from matterhouse.warehouse import opening
from matterhouse.warehouse.jsontext import json_text, plain

# DuckDB refuses what leaves the database that is open; then nobody can take these settings back.
_LOCKED_IN = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
}
_ONLY_READ = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI)
_ROWS_AT_A_TIME = 10_000


class QueryRefused(Exception):
    """What was asked is not one query that only reads; the message says so."""


@contextmanager
def locked_in(database: Path, memory: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection from which no file, no network and no environment can be reached.

    What a query cannot hold in ``memory`` (such as ``2GB``; by default four fifths of the machine's) goes to a
    temporary folder that is removed in the end, also where another thread still uses the connection.
    """
    with TemporaryDirectory(prefix="matterhouse-", ignore_cleanup_errors=True) as spill:
        settings = _LOCKED_IN | {"temp_directory": spill} | ({"memory_limit": memory} if memory else {})
        connection = opening.connect(database, settings)
        try:
            connection.execute("SET lock_configuration = true").fetchall()
            yield connection
        finally:
            with suppress(duckdb.Error):
                connection.close()


class Rows:
    """Named columns and rows, read once: as they are, or all of them written somewhere."""

    def __init__(self, names: list[str], rows: Iterable[tuple]):
        self._names, self._rows = names, rows

    def rows(self) -> tuple[list[str], Iterator[tuple]]:
        """The columns' names, and the rows as they come."""
        return self._names, iter(self._rows)

    def write_csv(self, stream: TextIO) -> None:
        """A line of names and a line per row, ended by LF. NULL is empty; what is nested is JSON."""
        names, rows = self.rows()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(map(_csv_cell, row) for row in rows)

    def write_json(self, stream: TextIO) -> None:
        """An array of objects, one per row and line."""
        names, rows = self.rows()
        names = distinct(names)
        stream.write("[")
        for number, row in enumerate(rows):
            stream.write(",\n" if number else "\n")
            stream.write(json_text(dict(zip(names, row))))
        stream.write("\n]\n")

    def write_parquet(self, stream: BinaryIO) -> None:
        """A Parquet file. Raises ``TypeError``: these rows have no types; those of an ``Answer`` have."""
        raise TypeError("rows without types cannot be written as Parquet")


class Answer(Rows):
    """The rows that one query gives, with ``parameters`` in place of ``$name``.

    Raises ``QueryRefused`` for anything that is not one query, ``duckdb.Error`` for one that fails.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, Any] | None = None):
        self._connection, self._query, self._parameters = connection, query, dict(parameters or {})
        _refuse_all_but_one_query(connection, query)

    def rows(self) -> tuple[list[str], Iterator[tuple]]:
        """The columns' names, and the rows as they come."""
        cursor = self._connection.execute(self._query, self._parameters)
        names = [column[0] for column in cursor.description]
        return names, (row for batch in iter(lambda: cursor.fetchmany(_ROWS_AT_A_TIME), []) for row in batch)

    def write_parquet(self, stream: BinaryIO) -> None:
        """A Parquet file with zstd. Raises ``pyarrow.ArrowException`` for a type that Parquet does not have."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with self._connection.sql(self._query, params=self._parameters).to_arrow_reader(100_000) as reader:
            schema = pa.schema(
                [field.with_name(name) for field, name in zip(reader.schema, distinct(reader.schema.names))]
            )
            with pq.ParquetWriter(stream, schema, compression="zstd") as writer:
                for batch in reader:
                    writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


def of_example(connection: duckdb.DuckDBPyConnection, example: Example, given: Mapping[str, str]) -> Answer:
    """The rows of a worked example, its parameters as ``given`` as text, else their defaults.

    Raises ``QueryRefused`` for a parameter that the example does not have, and for a value of another type.
    """
    known = {parameter.name: parameter for parameter in example.parameters}
    for name in given.keys() - known.keys():
        names = ", ".join(known) or "it has none"
        raise QueryRefused(f"{example.name} has no parameter {name!r}; known: {names}")
    values = {name: _typed(connection, each, given.get(name, each.default)) for name, each in known.items()}
    return Answer(connection, example.text, values)


def _typed(connection: duckdb.DuckDBPyConnection, parameter: Parameter, text: str | None) -> Any:
    try:
        return connection.execute(f"SELECT CAST(? AS {parameter.type})", [text]).fetchall()[0][0]
    except duckdb.ConversionException:
        raise QueryRefused(f"{parameter.name}: expected {parameter.type}, got {text!r}") from None


def _refuse_all_but_one_query(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise QueryRefused(f"expected one query, found {len(statements) or 'none'}")
    try:
        reads = statements[0].type in _ONLY_READ
    except ValueError:  # a kind of statement that DuckDB's Python has no name for
        reads = False
    if not reads:
        raise QueryRefused(
            "only queries can be run here (SELECT, FROM, WITH, DESCRIBE, SHOW, SUMMARIZE, EXPLAIN, PIVOT)"
        )


def distinct(names: list[str]) -> list[str]:
    """The names, a number added to those that were there before: ``a, a`` becomes ``a, a_2``."""
    found: list[str] = []
    for name in names:
        number, fresh = 1, name
        while fresh in found:
            number += 1
            fresh = f"{name}_{number}"
        found.append(fresh)
    return found


def _csv_cell(value: Any) -> Any:
    match value:
        case bool():
            return "true" if value else "false"
        case dict() | list() | tuple():
            return json_text(value)
        case float():
            return value
        case Decimal():
            return str(value)
        case _:
            return plain(value)
