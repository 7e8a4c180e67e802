"""What the queries of views name, as DuckDB's parser finds it, and the order in which views can be created."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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


@dataclass
class Query:
    """What a query is made of: tables and views that it names with a schema (``qualified``) and without (``bare``),
    names that it gives itself with WITH (``given``), and table ``functions``.
    """

    qualified: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)

    @property
    def names(self) -> frozenset[str]:
        """The tables and views of the database that it names; those of ``main`` without a schema."""
        return frozenset(self.qualified | (self.bare - self.given))


def named(connection: duckdb.DuckDBPyConnection, text: str) -> frozenset[str]:
    """The tables and views of the database that the query of a ``CREATE VIEW`` statement names."""
    return parsed(connection, text).names


def parsed(connection: duckdb.DuckDBPyConnection, text: str) -> Query:
    """The query of a ``CREATE VIEW`` statement as DuckDB's parser has it. Raises ``ValueError`` for another query."""
    rows = connection.execute("SELECT json_serialize_sql(?)", [query_of(connection, text)]).fetchall()
    tree = json.loads(rows[0][0])
    if tree["error"]:
        raise ValueError(tree["error_message"])
    found = Query()
    _walk(tree, found)
    return found


def query_of(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """The query of a text that begins with a ``CREATE VIEW`` statement."""
    return _CREATE_VIEW.sub("", connection.extract_statements(text)[0].query.rstrip().rstrip(";"), count=1)


def _walk(tree: Any, found: Query) -> None:
    if isinstance(tree, dict):
        if tree.get("type") == "BASE_TABLE":
            schema, name = tree["schema_name"], tree["table_name"]
            where = found.qualified if schema else found.bare
            where.add(name if schema in ("", "main") else f"{schema}.{name}")
        if tree.get("type") == "TABLE_FUNCTION":
            found.functions.add(tree["function"]["function_name"])
        if "cte_map" in tree:
            found.given |= {each["key"] for each in tree["cte_map"]["map"]}
        tree = list(tree.values())
    if isinstance(tree, list):
        for below in tree:
            _walk(below, found)
