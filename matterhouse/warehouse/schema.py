"""The schema in DuckDB: makes the tables from the DDL, and describes them for ``matterhouse.sql.schema``.

python -m matterhouse.warehouse.schema     # writes sql/schema.json anew, after a change of sql/tables, views or marts
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse.content_names import quoted
from matterhouse.warehouse.views import in_order, named

_HEADERS = {
    "rows": "rows",
    "collection": "collection",
    "split at commas": "split_at_commas",
    "belongs to": "belongs_to",
    "parquet": "parquet",
    "empty without": "empty_without",
}
# Those that others name come before them.
_MACROS = ("records_as_of", "changes_between", "heat_curve")


def create_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every schema, table, view and macro with their comments, in the connection's transaction if one is open.

    Raises ``duckdb.CatalogException`` where one of them is there already.
    """
    connection.execute(statements()).fetchall()


def statements() -> str:
    """The statements that create every schema, table, view and macro with their comments."""
    behind = {name: view.names & schema.views().keys() for name, view in schema.views().items()}
    return _statements(TopologicalSorter(behind).static_order())


def _statements(views: Iterable[str]) -> str:
    """The statements for every table, then for these views in this order, then for the macros."""
    found, queries = sql.names("tables"), texts_of_views()
    schemas = {name.partition("/")[0] for name in found} | {name.rpartition(".")[0] for name in queries}
    texts = [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in sorted(schemas - {"", "main"})]
    texts += [sql.read(f"tables/{name}") for name in found]
    texts += [queries[name] for name in views]
    texts += [sql.read(f"macros/{name}") for name in _MACROS]
    return "\n".join(texts)


@cache
def texts_of_views() -> dict[str, str]:
    """The statements of every view and mart by its qualified name."""
    found = {_qualified(*name.rpartition("/")[::2]): sql.read(f"views/{name}") for name in sql.names("views")}
    return found | {f"{schema.MARTS}.{name}": sql.read(f"{schema.MARTS}/{name}") for name in sql.names(schema.MARTS)}


def create(connection: duckdb.DuckDBPyConnection, table: schema.Table) -> None:
    """Create a table from its description, with its comments, and its schema where there is none."""
    columns = [f"{quoted(each.name)} {each.type}{' NOT NULL' * each.not_null}" for each in table.columns]
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(table.schema)}").fetchall()
    connection.execute(f"CREATE TABLE {table.sql_name} ({', '.join(columns)})").fetchall()
    comment(connection, table)


def comment(connection: duckdb.DuckDBPyConnection, table: schema.Table) -> None:
    """Give a table and its columns their comments in the database."""
    comments = [f"COMMENT ON TABLE {table.sql_name} IS {literal(table.comment)}"]
    comments += [
        f"COMMENT ON COLUMN {table.sql_name}.{quoted(column.name)} IS {literal(column.comment)}"
        for column in table.columns
    ]
    connection.execute("; ".join(comments)).fetchall()


def literal(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def describe() -> dict[str, dict[str, Any]]:
    """Every table and view by qualified name, as ``sql/schema.json`` holds them."""
    headers = {_qualified(*name.split("/")): _header(sql.read(f"tables/{name}")) for name in sql.names("tables")}
    views = texts_of_views()
    headers |= {name: _header(query) for name, query in views.items()}
    found = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(_statements(in_order(connection, views))).fetchall()
        rows = connection.execute(sql.read("catalog")).fetchall()
        for (kind, schema_name, name, comment), columns in groupby(rows, key=lambda row: row[:4]):
            qualified = _qualified(schema_name, name)
            described: dict[str, Any] = {"kind": kind, "comment": comment or "", **headers.get(qualified, {})}
            if kind == "view":
                described["names"] = sorted(named(connection, views[qualified]))
            with_comments = [dict(zip(("name", "type", "not_null", "comment"), column[4:])) for column in columns]
            found[qualified] = described | {"columns": with_comments}
    for relation in found.values():
        if relation["kind"] == "view":
            relation["names"] = [name for name in relation["names"] if name in found]
    for name, relation in found.items():
        if relation["kind"] == "view":
            relation["reads"] = sorted(_tables_behind(name, found))
    return found


def text() -> str:
    """What ``sql/schema.json`` has to hold. Raises ``ValueError`` for a comment or header of the wrong form."""
    described = describe()
    for name, relation in described.items():
        schema.relation(name, relation)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _tables_behind(name: str, described: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The tables that a view reads, also those behind other views."""
    if described[name]["kind"] == "table":
        return {name}
    return {table for each in described[name]["names"] for table in _tables_behind(each, described)}


def _header(text: str) -> dict[str, str]:
    """The ``-- name: value`` lines at the beginning of a table's file."""
    header = {}
    for line in text.splitlines():
        name, separator, value = line.removeprefix("-- ").partition(": ")
        if not line.startswith("-- ") or not separator or name not in _HEADERS:
            break
        header[_HEADERS[name]] = value.strip()
    return header


def _qualified(schema_name: str, name: str) -> str:
    return name if schema_name in ("main", "") else f"{schema_name}.{name}"


if __name__ == "__main__":
    Path(sql.__file__).with_name(schema.FILE).write_text(text(), encoding="utf-8")
