"""Where related articles lead: to the record that has the same ``url_key``, if one has."""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse import sql


def records_by_url(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """``url_key`` and ``record_id`` of the records that addresses lead to; also the table ``record_by_url``."""
    connection.execute(sql.read("links/record_by_url")).fetchall()
    return connection.sql("FROM record_by_url").to_arrow_table()


def linked(articles: pa.Table, records: pa.Table) -> pa.Table:
    """Rows with a ``url_key``, of entries or of places that list them, with their ``related_record_id``; each distinct
    address is looked up once.
    """
    keys = articles["url_key"]
    if not pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_encode()
    keys = keys.unify_dictionaries().combine_chunks()
    found = records["record_id"].take(pc.index_in(keys.dictionary, records["url_key"].combine_chunks()))
    ids = found.combine_chunks().take(keys.indices).dictionary_encode()
    if "related_record_id" in articles.column_names:
        articles = articles.drop_columns("related_record_id")
    return articles.append_column("related_record_id", ids)
