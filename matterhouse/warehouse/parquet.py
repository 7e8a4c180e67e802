"""The Parquet side of a snapshot: the same tables, in files that never change once published.

Most tables are one file each; those that hold the bulk are cut in parts. A file that a run does
not have to write anew is linked from the snapshot before.
"""

import base64
import os
import shutil
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matterhouse.sql import schema

# Columns of long texts that hardly repeat; all other texts are kept as dictionaries on their way.
NO_DICTIONARY = {"front_matter", "body", "path"}
# The tables that hold the bulk, each cut in part files (``matterhouse.warehouse.parts``): most runs take them over and
# write the others anew.
PARTED = ("raw.documents", "raw.scalars", "related_articles", "related_images")
_DENSE = {"compression": "zstd", "compression_level": 3}
_QUICK = {"compression": "snappy"}
# Rows of a table that is written as a whole which are held in memory at a time.
_ROWS_AT_A_TIME = 100_000


def write(table: pa.Table, declared: schema.Table, file: Path) -> None:
    """Write rows as Parquet, see ``row_writer``."""
    with row_writer(declared, file) as write_rows:
        write_rows(table)


@contextmanager
def row_writer(declared: schema.Table, file: Path | pa.NativeFile) -> Iterator[Callable[[pa.Table], None]]:
    """A function that appends rows to a Parquet file with the declared columns; comments are field and schema metadata.

    Texts may come as dictionaries, of which only the texts that a row has are written; they read back as plain texts.
    The least and greatest of them are not noted, which would take as long as writing them. Without a call, there is no
    file.
    """
    if isinstance(file, Path):
        file.parent.mkdir(parents=True, exist_ok=True)
    fields = declared.arrow_schema
    dictionaries = [field.name for field in fields if field.name not in NO_DICTIONARY]
    statistics = [field.name for field in fields if not pa.types.is_string(field.type)]
    options: dict[str, Any] = {"use_dictionary": dictionaries, "write_statistics": statistics}
    is_bulk = declared.qualified in PARTED or declared.belongs_to == schema.HISTORY
    options |= _DENSE if is_bulk else _QUICK
    writer: pq.ParquetWriter | None = None

    def write_rows(rows: pa.Table) -> None:
        nonlocal writer
        rows = rows.select(declared.column_names).replace_schema_metadata(None)
        columns = [_compact(each) if pa.types.is_dictionary(each.type) else each for each in rows.columns]
        rows = pa.table(columns, names=rows.column_names)
        writer = writer or pq.ParquetWriter(file, rows.schema, store_schema=False, **options)
        writer.write_table(rows)

    try:
        yield write_rows
        if writer is not None:
            stored = base64.b64encode(declared.arrow_schema.serialize().to_pybytes())
            writer.add_key_value_metadata({"comment": declared.comment, "ARROW:schema": stored})
    finally:
        if writer is not None:
            writer.close()


def write_whole(connection: duckdb.DuckDBPyConnection, declared: schema.Table, folder: Path, query: str = "") -> int:
    """Write a table or view of the database as one file; its number of rows. ``query`` gives them in another way."""
    count = 0
    reader = connection.sql(query or f"FROM {declared.sql_name}").to_arrow_reader(_ROWS_AT_A_TIME)
    with row_writer(declared, folder / declared.qualified / f"{declared.name}.parquet") as write_rows:
        for batch in reader:
            write_rows(pa.Table.from_batches([batch]))
            count += batch.num_rows
        if not count:
            write_rows(reader.schema.empty_table())
    return count


def write_none(declared: schema.Table, folder: Path) -> None:
    """Write the file of a table or view that has no row."""
    file = folder / declared.qualified / f"{declared.name}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_without_rows(declared))


@lru_cache(maxsize=256)
def _without_rows(declared: schema.Table) -> bytes:
    """The file of a table without rows, as some 40 of a small warehouse are: the same in every snapshot."""
    columns = pa.schema([(field.name, field.type) for field in declared.arrow_schema])
    file = pa.BufferOutputStream()
    with row_writer(declared, file) as write_rows:
        write_rows(columns.empty_table())
    return file.getvalue().to_pybytes()


def link(before: Path, folder: Path, but: Container[str] = ()) -> None:
    """Take over a table's files from the snapshot before, without those that ``but`` names."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(before.glob("*.parquet")):
        if file.name not in but:
            link_or_copy(file, folder / file.name)


def link_or_copy(file: Path, target: Path) -> None:
    """Give a finished file a second name."""
    try:
        os.link(file, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, target)


def conform(rows: pa.Table, declared: schema.Table) -> pa.Table:
    """Give rows the declared columns in their order and types, NULL where they are missing.

    Texts become dictionaries but for long ones.
    """
    columns = [_column(rows, field) for field in declared.arrow_schema]
    return pa.table(columns, names=declared.column_names)


def _column(rows: pa.Table, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    column = rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type)
    if is_pointed(field):
        return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    return column if column.type == field.type else column.cast(field.type)


def _compact(column: pa.ChunkedArray) -> pa.Array:
    """A column of pointed texts without the texts that no row points to, such as those of documents that are gone."""
    pointed = column.unify_dictionaries().combine_chunks()
    used = pc.unique(pointed.indices).drop_null()
    if len(used) == len(pointed.dictionary):
        return pointed
    return pa.DictionaryArray.from_arrays(pc.index_in(pointed.indices, used), pointed.dictionary.take(used))


def is_pointed(field: pa.Field) -> bool:
    """Whether a column's texts are kept as a dictionary: once each, and numbers that point to them."""
    return pa.types.is_string(field.type) and field.name not in NO_DICTIONARY
