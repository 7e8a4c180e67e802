"""The tables that content makes, in the database: created, filled and described."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import duckdb
import pyarrow as pa

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse.content_names import quoted
from matterhouse.warehouse.content_plan import Column, Found, Table
from matterhouse.warehouse.replacing import replace_rows
from matterhouse.warehouse.rowcounts import asked_together
from matterhouse.warehouse.schema import comment, literal

SCHEMA = "content"
_LONGEST_EXAMPLE = 60
_RECORD = Column("record_id", "VARCHAR", None)
_AS_TYPE = {
    "VARCHAR": "{}",
    "BIGINT": "content_whole({})",
    "DOUBLE": "content_number({})",
    "BOOLEAN": "lower({}) IN ('true', 'yes', 'on')",
    "DATE": "CAST({} AS DATE)",
    "TIMESTAMP WITH TIME ZONE": "content_moment({})",
}


@dataclass(frozen=True)
class Planned:
    """A table of the collection that has this number in ``wanted_collections``.

    ``digest`` is one of how all tables of the collection are made. ``is_there`` says that the table is in the database,
    made in the same way: only rows of documents that the run changed are replaced. ``examples`` has the least value of
    each column, cut.
    """

    number: int
    collection: str | None
    table: Table
    digest: str = ""
    is_there: bool = False
    examples: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql_name(self) -> str:
        return f"{SCHEMA}.{quoted(self.table.name)}"

    @property
    def key(self) -> list[Column]:
        return [_RECORD, *self.table.key]


def planned(
    number: int,
    collection: str | None,
    tables: Sequence[Table],
    found: Iterable[Found],
    known: Mapping[str, Mapping[str, Any]],
) -> list[Planned]:
    """The tables of a collection; ``known`` are those of the snapshot before, as its manifest describes them."""
    digest = blake2b(repr((collection, tables)).encode(), digest_size=8).hexdigest()
    is_there = all(known.get(f"{SCHEMA}.{table.name}", {}).get("plan") == digest for table in tables)
    least = {each.path: each.least for each in found if each.least}
    return [Planned(number, collection, table, digest, is_there, _examples(table, least)) for table in tables]


def _examples(table: Table, least: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in table.sources:
        if source.column is not None and (value := least.get(source.path)):
            found[source.column] = min(value, found.get(source.column, value))
    return found


def make(connection: duckdb.DuckDBPyConnection, tables: list[Planned]) -> list[schema.Table | None]:
    """Bring tables up to date with ``content_rows``, and describe them, in comments and in what is given back: None for
    one whose rows are as they were.
    """
    connection.register("content_places", _places(tables))
    there = {table.number for table in tables if table.is_there}
    if there:
        connection.register("updated_collections", pa.table({"number": pa.array(there, pa.int32())}))
        connection.execute(sql.read("content/only_changed")).fetchall()
    connection.execute(sql.read("content/cells")).fetchall()
    changed: list[Planned] = []
    for number, planned in enumerate(tables):
        if planned.is_there:
            is_changed = _update(connection, planned, number)
        else:
            _create(connection, planned)
            _fill(connection, planned, number, f"INSERT INTO {planned.sql_name}")
            is_changed = True
        changed += [planned] if is_changed else []
    described = {planned.sql_name: _described(planned, counts) for planned, counts in _counts(connection, changed)}
    for table in described.values():
        comment(connection, table)
    connection.execute("DROP TABLE content_cells; DROP TABLE content_rows").fetchall()
    return [described.get(planned.sql_name) for planned in tables]


def _update(connection: duckdb.DuckDBPyConnection, planned: Planned, number: int) -> bool:
    """Replace the rows of the documents that the run changed (``changed``); whether they differ."""
    query = f"CREATE OR REPLACE TEMP TABLE content_new AS FROM {planned.sql_name} LIMIT 0"
    connection.execute(query).fetchall()
    _fill(connection, planned, number, "INSERT INTO content_new", " AND record_id IN (FROM changed)")
    return bool(replace_rows(connection, planned.sql_name, "content_new").documents)


def _places(tables: Collection[Planned]) -> pa.Table:
    """Where the values of each path go: a row per path of a collection and table that takes it; -1 is none of them."""
    rows = [
        {
            "collection": planned.number,
            "path": source.path,
            "table_number": number,
            "column_number": -1 if source.column is None else names.index(source.column),
            "places": [pick if isinstance(pick, int) else 0 for pick in source.picks],
            "keys": [pick if isinstance(pick, str) else None for pick in source.picks],
            "only_values": source.only_values,
        }
        for number, planned in enumerate(tables)
        for names in [[column.name for column in planned.table.columns]]
        for source in planned.table.sources
    ]
    rows += [
        {"collection": planned.number, "path": path, "table_number": -1}
        for planned in tables
        for path in planned.table.elsewhere
    ]
    columns = {
        "collection": pa.int32(),
        "path": pa.string(),
        "table_number": pa.int32(),
        "column_number": pa.int32(),
        "places": pa.list_(pa.int32()),
        "keys": pa.list_(pa.string()),
        "only_values": pa.bool_(),
    }
    return pa.Table.from_pylist(rows, pa.schema(columns.items()))


def _create(connection: duckdb.DuckDBPyConnection, planned: Planned) -> None:
    columns = [f"{quoted(column.name)} {column.type} NOT NULL" for column in planned.key]
    columns += [f"{quoted(column.name)} {column.type}" for column in planned.table.columns]
    connection.execute(f"CREATE TABLE {planned.sql_name} ({', '.join(columns)})").fetchall()


def _fill(connection: duckdb.DuckDBPyConnection, planned: Planned, number: int, into: str, only: str = "") -> None:
    """Make the rows of a table; ``only`` is a condition for the documents that count."""
    table = planned.table
    if table.is_other:
        query = sql.read("content/other").format(into=into, number=number, collection=planned.number)
        connection.execute(query).fetchall()
        return
    keys = [
        f"coalesce(positions[places[{at}]], 0)" if column.type == "INTEGER" else f"keys[{at}]"
        for at, column in enumerate(table.key, 1)
    ]
    values = [f"any_value(value) FILTER (column_number = {at})" for at in range(len(table.columns))]
    query = sql.read("content/lists" if table.key else "content/documents").format(
        into=into,
        only=only,
        collection="NULL" if planned.collection is None else literal(planned.collection),
        number=number,
        keys="".join(f", {key} AS key_{at}" for at, key in enumerate(keys)),
        key_names="".join(f", key_{at}" for at in range(len(keys))),
        values="".join(f", {value} AS value_{at}" for at, value in enumerate(values)),
        typed="".join(f", {_AS_TYPE[column.type].format(f'value_{at}')}" for at, column in enumerate(table.columns)),
    )
    connection.execute(query).fetchall()


def _counts(connection: duckdb.DuckDBPyConnection, tables: Sequence[Planned]) -> Iterator[tuple[Planned, list[int]]]:
    """For each table its rows, documents, and values of each column but those of the key."""
    queries = []
    for number, planned in enumerate(tables):
        columns = "".join(f", count({quoted(each.name)})" for each in planned.table.columns)
        counts = f"[count(*), count(DISTINCT record_id){columns}]"
        queries.append(f"SELECT {number}, {counts} FROM {planned.sql_name}")
    for number, counts in asked_together(connection, queries):
        yield tables[number], counts


def _described(planned: Planned, counts: list[int]) -> schema.Table:
    rows, documents, *values = counts
    table = planned.table
    key = tuple(column.name for column in planned.key)
    grain = _grain(planned, documents)
    columns = [schema.Column(column.name, column.type, True, _of_key(column, table), ()) for column in planned.key]
    for column, count in zip(table.columns, values):
        example = planned.examples.get(column.name)
        comment = _of_value(column, count, rows, "documents" if not table.key else "rows", example)
        columns.append(schema.Column(column.name, column.type, False, comment, (column.path,) if column.path else ()))
    comment = f"One row per {grain}. Key: {', '.join(key)}."
    return schema.Table(SCHEMA, table.name, "table", comment, grain, key, tuple(columns))


def _grain(planned: Planned, documents: int) -> str:
    table = planned.table
    where = "in no folder" if planned.collection is None else f"of the collection {shown(planned.collection)}"
    if table.is_other:
        return f"value in documents {where} that no column is made for, see docs/content-tables.md"
    if not table.key:
        return f"document {where}"
    what = "item" if table.pattern.endswith("[]") else "key"
    of = shown(table.pattern.removesuffix("[]").removesuffix(".*"))
    return f"{what} of {of} in {documents:,} document{'' if documents == 1 else 's'} {where}"


def _of_key(column: Column, table: Table) -> str:
    if column is _RECORD:
        return "The record, as in records.record_id."
    if table.is_other:
        return f"As in raw.scalars.{column.name}."
    if column.type == "INTEGER":
        return "Place in the list, counted from 0 in the file's order."
    return "The key, as written."


def _of_value(column: Column, count: int, rows: int, of: str, example: str | None) -> str:
    if column.path is None:
        return f"As in raw.scalars.{column.name}."
    such_as = f", such as {shown(example)}" if example else ""
    return f"In {count:,} of {rows:,} {of} ({count / max(rows, 1):.1%}){such_as}. From: {shown(column.path)}."


def shown(text: str, longest: int = _LONGEST_EXAMPLE) -> str:
    """Text of a front matter as a comment shows it: on one line, and not long."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def known(name: str, described: Mapping[str, Any]) -> schema.Table:
    """A table as the manifest of a snapshot describes it."""
    columns = tuple(
        schema.Column(column["name"], column["type"], column["not_null"], column["comment"], ())
        for column in described["columns"]
    )
    comment = described["comment"]
    grain, _, key = comment.removeprefix("One row per ").rpartition(". Key: ")
    schema_name, _, table_name = name.rpartition(".")
    of_key = tuple(key.removesuffix(".").split(", "))
    return schema.Table(schema_name or "main", table_name, "table", comment, grain, of_key, columns)
