"""What the queries of views name, as DuckDB's parser finds it, and the order in which views can be created."""

import json
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import duckdb

_CREATE_VIEW = re.compile(r"\A(?:\s|--.*\n)*CREATE\s+VIEW\s+\S+\s+AS\b", re.IGNORECASE)


def in_order(connection: duckdb.DuckDBPyConnection, views: Mapping[str, str]) -> list[str]:
    """The names of views in the order in which they can be created: what a view reads comes before it.

    Raises ``graphlib.CycleError`` for views that read each other.
    """
    behind = {name: named(connection, text) & views.keys() for name, text in views.items()}
    return list(TopologicalSorter(behind).static_order())


def named(connection: duckdb.DuckDBPyConnection, text: str) -> set[str]:
    """The tables and views that the query of a ``CREATE VIEW`` statement names, as DuckDB's parser finds them.

    Names that the query itself gives (``WITH``) may be among them.
    """
    query = _CREATE_VIEW.sub("", connection.extract_statements(text)[0].query, count=1)
    rows = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    return set(_tables_in(json.loads(rows[0][0])))


def _tables_in(tree: Any) -> Iterator[str]:
    """The names of tables in a syntax tree."""
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            schema, name = tree["schema_name"], tree["table_name"]
            yield name if schema in ("", "main") else f"{schema}.{name}"
        tree = list(tree.values())
    if isinstance(tree, list):
        for below in tree:
            yield from _tables_in(below)
