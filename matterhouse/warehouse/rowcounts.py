"""Rows of the tables: in all, and by source."""

from collections.abc import Mapping, Sequence

import duckdb

from matterhouse.sql import schema

_TOGETHER = 100

BySource = dict[str, dict[str, int]]
"""Rows by qualified name and source; by no source (empty) where rows are not of documents."""


def in_all(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, schema.Table]) -> dict[str, int]:
    """Rows of every table and view as they are now."""
    counts = [f"SELECT '{name}', count(*) FROM {table.sql_name}" for name, table in tables.items()]
    return dict(asked_together(connection, counts))


def asked_together(connection: duckdb.DuckDBPyConnection, queries: Sequence[str]) -> list[tuple]:
    """The rows of queries that give the same columns, in any number of queries.

    A statement for many of them is planned quicker than one for each, and one for thousands takes minutes.
    """
    starts = range(0, len(queries), _TOGETHER)
    chunks = [" UNION ALL ".join(queries[start : start + _TOGETHER]) for start in starts]
    return [row for chunk in chunks for row in connection.execute(chunk).fetchall()]


def by_source(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, schema.Table], rows: Mapping[str, int]
) -> BySource:
    """Rows of every table of content by source; ``rows`` are those in all.

    The bookkeeping in ``meta`` and histories are left out, and so are entries that are kept once, of which the links
    are counted.
    """
    wanted = {
        name: table
        for name, table in tables.items()
        if table.kind == "table" and table.schema != "meta" and table.belongs_to not in (schema.ENTRY, schema.HISTORY)
    }
    sources = [source for (source,) in connection.execute("SELECT source FROM meta.sources").fetchall()]
    if len(sources) == 1:
        return {name: {sources[0] if _is_of_documents(table) else "": rows[name]} for name, table in wanted.items()}
    found: BySource = {name: {} if _is_of_documents(table) else {"": rows[name]} for name, table in wanted.items()}
    asked = [_grouped(table) for name, table in wanted.items() if _is_of_documents(table) and rows[name]]
    for name, source, count in asked_together(connection, asked):
        found[name][source] = count
    return found


def _is_of_documents(table: schema.Table) -> bool:
    return table.schema == "content" or table.belongs_to == schema.DOCUMENT


def _grouped(table: schema.Table) -> str:
    if any(column.name == "source" and not column.paths for column in table.columns) and table.schema != "content":
        return f"SELECT '{table.qualified}', source, count(*) FROM {table.sql_name} GROUP BY source"
    rows = f"{table.sql_name} JOIN main.records AS record USING (record_id)"
    return f"SELECT '{table.qualified}', record.source, count(*) FROM {rows} GROUP BY record.source"
