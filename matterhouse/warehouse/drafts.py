"""Drafts of DDL for the tables that content makes, with what was found as SQL comments."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import duckdb

from matterhouse.sql import paths
from matterhouse.sql.schema import Column, Table
from matterhouse.sql.user_tables import NO_FOLDER
from matterhouse.warehouse.content import Content
from matterhouse.warehouse.content_names import quoted
from matterhouse.warehouse.content_plan import is_within
from matterhouse.warehouse.content_tables import Planned, shown
from matterhouse.warehouse.schema import literal


@dataclass(frozen=True)
class Draft:
    """A file to be: its ``name``, the ``collection`` that its table is of, its ``text``."""

    name: str
    collection: str | None
    text: str


def drafts(
    connection: duckdb.DuckDBPyConnection, content: Content, lists: Collection[tuple[str | None, str]]
) -> Iterator[Draft]:
    """Drafts of the tables that content has made, but for single values, and for what is left of the ``lists`` that
    tables of ``main`` take a part of: content makes these beside the user's tables, too.
    """
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    keywords = {keyword for (keyword,) in connection.execute(query).fetchall()}
    for name, planned in sorted(content.planned.items()):
        of_main = [path for of, path in lists if of in (None, planned.collection)]
        if not planned.table.is_other and not is_within(planned.table.pattern, of_main):
            text = "\n".join(_lines(planned, content.tables[name], keywords)) + "\n"
            yield Draft(f"{planned.table.name}.sql", planned.collection, text)


def is_writable(collection: str | None) -> bool:
    """Whether a header can name a collection."""
    return collection is None or (
        collection.isprintable() and collection == collection.strip() and collection != NO_FOLDER
    )


def _lines(planned: Planned, table: Table, keywords: Collection[str]) -> Iterator[str]:
    name = f"content.{_quoted(table.name, keywords)}"
    yield f"-- rows: {_rows(planned.table.pattern)}"
    yield f"-- collection: {NO_FOLDER if planned.collection is None else planned.collection}"
    yield f"-- Drafted by matterhouse infer; one row per {shown(table.grain, 200)}."
    yield f"CREATE TABLE {name} ("
    names = [_quoted(column.name, keywords) for column in table.columns]
    widest, longest = (max(map(len, texts)) for texts in (names, [_type(column) for column in table.columns]))
    for number, (column, written) in enumerate(zip(table.columns, names), 1):
        comma = "," if number < len(names) else ""
        declared = f"{written:<{widest}} {_type(column) + comma}"
        yield f"    {declared:<{widest + longest + 2}}{_found(column)}".rstrip()
    yield ");"
    yield ""
    comment = f"One row per {_grain(planned)}. Key: {', '.join(table.key)}."
    yield f"COMMENT ON TABLE {name} IS {literal(comment)};"
    yield ""
    for column, written in zip(table.columns, names):
        if column.paths:
            comment = f"As the front matter has it. From: {paths.in_list(column.paths[0])}."
            yield f"COMMENT ON COLUMN {name}.{written} IS {literal(comment)};"


def _rows(pattern: str) -> str:
    if not pattern:
        return "documents"
    *steps, last = paths.tokens(pattern)
    return f"{'items' if last == paths.ITEM else 'keys'} of {paths.in_list(paths.of_tokens(steps))}"


def _grain(planned: Planned) -> str:
    where = "in no folder" if planned.collection is None else f"of the collection {shown(planned.collection)}"
    pattern = planned.table.pattern
    if not pattern:
        return f"document {where}"
    *steps, last = paths.tokens(pattern)
    of = shown(paths.of_tokens(steps))
    return f"{'item' if last == paths.ITEM else 'key'} of {of} in documents {where}"


def _type(column: Column) -> str:
    return column.type + " NOT NULL" * column.not_null


def _found(column: Column) -> str:
    """How often and what was found, as a comment."""
    if not column.paths:
        return ""
    found = column.comment.removesuffix(f" From: {shown(column.paths[0])}.")
    return f" -- {found[:1].lower()}{found[1:].removesuffix('.')}"


def _quoted(name: str, keywords: Collection[str]) -> str:
    plain = name.isascii() and name.isidentifier() and name == name.lower() and name not in keywords
    return name if plain else quoted(name)
