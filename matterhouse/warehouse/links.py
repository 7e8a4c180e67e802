"""Where related articles lead: to the record that has the same ``url_key``, if one has."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse import sql


def records_by_url(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``url_key`` and ``record_id`` of the records that addresses lead to, in the order of the keys; also the table
    ``record_by_url``.
    """
    connection.execute(sql.read("links/record_by_url")).fetchall()
    return connection.sql("FROM record_by_url ORDER BY url_key").to_arrow_table().combine_chunks()


def linked(articles: pa.Table, records: pa.Table) -> pa.Table:
    """Rows with a ``url_key``, of entries or of places that list them, with their ``related_record_id``; each distinct
    address is looked up once, and no look-up reads all ``records`` (``records_by_url``): there is one for each part.
    """
    keys = articles["url_key"]
    if not pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_encode()
    keys = keys.unify_dictionaries().combine_chunks()
    ids = _found(keys.dictionary, records).take(keys.indices).dictionary_encode()
    if "related_record_id" in articles.column_names:
        articles = articles.drop_columns("related_record_id")
    return articles.append_column("related_record_id", ids)


def _found(keys: pa.StringArray, records: pa.Table) -> pa.Array:
    """The record that each key leads to, NULL where none does."""
    places = pc.search_sorted(records["url_key"], keys)
    nearest = records.take(pc.if_else(pc.less(places, records.num_rows), places, None)).combine_chunks()
    found = pc.if_else(pc.equal(nearest["url_key"], keys), nearest["record_id"], None)
    return found.combine_chunks()
