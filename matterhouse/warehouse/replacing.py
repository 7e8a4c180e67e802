"""Replaces the rows of changed documents where they differ, and leaves those alone that do not."""

from dataclasses import dataclass, field

import duckdb

from matterhouse.warehouse.content_names import quoted


@dataclass(frozen=True)
class Differing:
    """The ``documents`` of which a table has other rows than before, by record id.

    ``columns`` has the columns that differ, where each of these documents had a row and has one; else None.
    """

    documents: list[str] = field(default_factory=list)
    columns: frozenset[str] | None = None


def replace_rows(connection: duckdb.DuckDBPyConnection, table: str, new: str) -> Differing:
    """Replace rows of the documents that the run changed (``changed``) in a table.

    ``new`` is a relation of these documents' rows, with the columns of ``table`` in their order. Rows of documents that
    have the same as before are not touched.
    """
    old = f"SELECT * FROM {table} WHERE record_id IN (FROM changed)"
    one_side = f"(({old}) EXCEPT ALL FROM {new}) UNION ALL (FROM {new} EXCEPT ALL ({old}))"
    query = f"CREATE OR REPLACE TEMP TABLE differing AS SELECT DISTINCT record_id FROM ({one_side})"
    connection.execute(query).fetchall()
    found = [record for (record,) in connection.execute("FROM differing").fetchall()]
    if not found:
        return Differing()
    columns = _columns(connection, table, new)
    connection.execute(f"DELETE FROM {table} WHERE record_id IN (FROM differing)").fetchall()
    connection.execute(f"INSERT INTO {table} FROM {new} WHERE record_id IN (FROM differing)").fetchall()
    return Differing(found, columns)


def _columns(connection: duckdb.DuckDBPyConnection, table: str, new: str) -> frozenset[str] | None:
    """The columns that differ in rows of documents that have one row before and now (``differing``)."""
    names = [column[0] for column in connection.execute(f"FROM {new} LIMIT 0").description]
    differ = [f"bool_or(old.{quoted(name)} IS DISTINCT FROM new.{quoted(name)})" for name in names]
    counts = "count(*), count(DISTINCT record_id), count(old.record_id), count(new.record_id)"
    old, new = (f"(SELECT * FROM {rows} WHERE record_id IN (FROM differing))" for rows in (table, new))
    query = f"SELECT [{counts}], {', '.join(differ)} FROM {old} AS old FULL JOIN {new} AS new USING (record_id)"
    [(numbers, *found)] = connection.execute(query).fetchall()
    return frozenset(name for name, differs in zip(names, found) if differs) if len(set(numbers)) == 1 else None
