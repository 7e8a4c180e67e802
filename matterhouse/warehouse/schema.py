"""The schema in DuckDB: makes the tables from the DDL, and describes them for ``matterhouse.sql.schema``.

python -m matterhouse.warehouse.schema     # writes sql/schema.json anew, after a change of sql/tables or sql/views
"""

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse.content_names import quoted

_HEADERS = {
    "rows": "rows",
    "collection": "collection",
    "split at commas": "split_at_commas",
    "belongs to": "belongs_to",
    "parquet": "parquet",
}


def create_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every schema, table and view with their comments, in the connection's transaction if one is open.

    Raises ``duckdb.CatalogException`` where one of them is there already.
    """
    found = sql.names("tables")
    views = [name for name in sql.names("views") if "/" in name]
    schemas = sorted({name.partition("/")[0] for name in [*found, *views]} - {"main"})
    texts = [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in schemas]
    texts += [sql.read(f"tables/{name}") for name in found]
    texts += [sql.read(f"views/{name}") for name in sql.names("views")]
    connection.execute("\n".join(texts)).fetchall()


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
    found = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        create_all(connection)
        rows = connection.execute(sql.read("catalog")).fetchall()
        for (kind, schema_name, name, comment), columns in groupby(rows, key=lambda row: row[:4]):
            qualified = _qualified(schema_name, name)
            described: dict[str, Any] = {"kind": kind, "comment": comment or "", **headers.get(qualified, {})}
            if kind == "view":
                described["reads"] = _reads(connection, qualified)
            named = [dict(zip(("name", "type", "not_null", "comment"), column[4:])) for column in columns]
            found[qualified] = described | {"columns": named}
    return found


def text() -> str:
    """What ``sql/schema.json`` has to hold. Raises ``ValueError`` for a comment or header of the wrong form."""
    described = describe()
    for name, relation in described.items():
        schema.relation(name, relation)
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def _reads(connection: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    """The tables that DuckDB reads for a view, also those behind other views."""
    names = connection.get_table_names(f"FROM {view}", qualified=True)
    return sorted({_qualified(*name.partition(" AS ")[0].split(".")) for name in names})


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
    return name if schema_name == "main" else f"{schema_name}.{name}"


if __name__ == "__main__":
    Path(sql.__file__).with_name(schema.FILE).write_text(text(), encoding="utf-8")
