"""Marts of the user's own: files like those of ``sql/marts`` in a folder beside the configuration.

A file holds one ``CREATE VIEW marts.<name>`` and its comments. What is wrong with its form is told before a run reads
anything; a mart that cannot be made of the tables that are there is left out of the snapshot, and told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.sql.user_tables import files
from matterhouse.warehouse.declarations import LOCKED_IN, DeclarationError
from matterhouse.warehouse.views import in_order, parsed

_CREATE = re.compile(r'(?:\s|--.*\n)*CREATE\s+VIEW\s+marts\."?(?P<name>\w+)"?\s+AS\b', re.IGNORECASE)
_COMMENT = re.compile(r"(?:\s|--.*\n)*COMMENT\s+ON\s+(?:VIEW|COLUMN)\s+marts\.", re.IGNORECASE)
_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})


@dataclass(frozen=True)
class UserMart:
    """A mart of the user's: the view ``name``, its ``file`` for messages, its statements, and what its query names."""

    name: str
    file: str
    text: str
    names: frozenset[str]


def read(folder: Path | None) -> tuple[UserMart, ...]:
    """The marts that the files of a folder declare, each after those that it reads. Raises ``DeclarationError``."""
    found: dict[str, UserMart] = {}
    problems: list[str] = []
    if not files(folder):
        return ()
    with duckdb.connect(config=LOCKED_IN) as connection:
        for label, file in files(folder).items():
            try:
                mart = _read(connection, label, file.read_bytes().decode("utf-8-sig"))
                if mart.name in found or mart.name in schema.marts():
                    raise ValueError(f"{mart.name} is there already")
                found[mart.name] = mart
            except (duckdb.Error, ValueError) as error:
                problems.append(f"{label}: {_told(error)}")
        if problems:
            raise DeclarationError(problems)
        order = in_order(connection, {name: mart.text for name, mart in found.items()})
    return tuple(found[name] for name in order)


def _read(connection: duckdb.DuckDBPyConnection, label: str, text: str) -> UserMart:
    statements = [statement.query for statement in connection.extract_statements(text)]
    create = _CREATE.match(statements[0]) if statements else None
    if create is None or not all(map(_COMMENT.match, statements[1:])):
        raise ValueError("expected one CREATE VIEW marts.<name> AS …, then only COMMENT ON VIEW or COLUMN marts.…")
    query = parsed(connection, text)
    if other := sorted(query.functions - _FUNCTIONS):
        raise ValueError(f"a mart reads tables of the warehouse only, not {other[0]}()")
    return UserMart(f"{schema.MARTS}.{create['name']}", label, text, query.names)


def create(
    connection: duckdb.DuckDBPyConnection, marts: Iterable[UserMart], known: Mapping[str, schema.Table]
) -> Iterator[schema.Table | str]:
    """Create the marts as views among the tables and views that are known.

    Gives each with its description, or why it is left out. The caller may ``drop`` one before it takes the next.
    """
    made = dict(known)
    for mart in marts:
        try:
            if missing := sorted(mart.names - made.keys()):
                raise ValueError(f"there is no table {missing[0]}")
            drop(connection, mart.name)
            connection.execute(mart.text).fetchall()
            made[mart.name] = _described(connection, mart, made)
            assert made[mart.name].arrow_schema is not None
        except (duckdb.Error, ValueError, KeyError) as error:
            made.pop(mart.name, None)
            drop(connection, mart.name)
            yield left_out(mart.file, error)
        else:
            yield made[mart.name]


def drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Take a mart out of the database, if it is there."""
    connection.execute(f"DROP VIEW IF EXISTS {schema.sql_name(name)}").fetchall()


def left_out(file: str, error: Exception) -> str:
    """Why a mart is not in the snapshot, as a sentence of the run's report."""
    why = f"there is no type {error} in Parquet here: cast it" if isinstance(error, KeyError) else _told(error)
    return f"{file}: {why}; the mart is left out"


def _described(
    connection: duckdb.DuckDBPyConnection, mart: UserMart, known: Mapping[str, schema.Table]
) -> schema.Table:
    rows = [row for row in connection.execute(sql.read("catalog")).fetchall() if f"{row[1]}.{row[2]}" == mart.name]
    columns = [dict(zip(("name", "type", "not_null", "comment"), row[4:])) for row in rows]
    reads = {table for name in mart.names for table in known[name].reads or {name}}
    described = {"kind": "view", "comment": rows[0][3] or "", "columns": columns}
    return schema.relation(mart.name, described | {"names": mart.names, "reads": reads})


def _told(error: Exception) -> str:
    return str(error).partition("\n")[0]
