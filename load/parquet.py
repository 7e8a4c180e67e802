"""The Parquet side of a snapshot: the same tables, in files that never change once published.

The tables that hold the bulk are cut in parts, each with the rows of one group of documents: a run
writes the parts anew whose documents it touched, and every other file is linked from the snapshot
before. The other tables are one file each.
"""

import base64
import os
import shutil
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from load import schema, staging

PARTED = ("raw.documents", "related_articles", "related_images")
_COMPRESSION = {"compression": "zstd", "compression_level": 3}


def write(table: pa.Table, declared: schema.Table, file: Path) -> None:
    """Write rows as Parquet with the declared columns; comments are field and schema metadata.

    Texts may come as dictionaries and are written as they come, but read back as plain texts.
    """
    table = table.select(declared.column_names).replace_schema_metadata(None)
    if table.num_columns and any(pa.types.is_dictionary(field.type) for field in table.schema):
        table = table.unify_dictionaries()
    file.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(file, table.schema, store_schema=False, **_COMPRESSION) as writer:
        writer.write_table(table)
        stored = declared.arrow_schema
        writer.add_key_value_metadata(
            {"comment": declared.comment, "ARROW:schema": base64.b64encode(stored.serialize().to_pybytes())}
        )


def write_whole(connection: duckdb.DuckDBPyConnection, declared: schema.Table, folder: Path) -> None:
    """Write a table or view of the database as one file."""
    rows = connection.sql(f"FROM {declared.full_name}").to_arrow_table()
    write(rows, declared, folder / declared.qualified / f"{declared.name}.parquet")


def link(before: Path, folder: Path, but: Container[str] = ()) -> None:
    """Take over a table's files from the snapshot before, without those that ``but`` names."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(before.glob("*.parquet")):
        if file.name not in but:
            _link_or_copy(file, folder / file.name)


def _link_or_copy(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, target)


def part_name(part: int) -> str:
    return f"part-{part:06d}.parquet"


class Parts:
    """Writes the parts of the bulk tables that a run touched.

    ``parts`` says in which part each changed document is; ``gone`` are record ids that have no
    rows any more; ``order`` are the record ids of the touched parts in the order of their paths.
    """

    def __init__(self, staged: Path, before: Path | None, folder: Path, records_by_url: dict[str, str]):
        self._staged, self._before, self._folder = staged, before, folder
        self._urls = pa.array(records_by_url.keys(), pa.string())
        self._records = pa.array(records_by_url.values(), pa.string())

    def write_batches(self) -> None:
        """Publish a full load: every batch is a part."""
        for name in PARTED:
            for batch, file in staging.batches(self._staged, name).items():
                self._write(name, batch, staging.read(file))

    def write_changes(self, parts: Mapping[str, int], touched: Iterable[int], order: Iterable[str]) -> None:
        """Publish a run with changes: the ``touched`` parts are their old rows, less those of changed documents, and the new."""
        ids = pa.array(parts.keys(), pa.string())
        numbers = pa.array(parts.values(), pa.int32())
        ranks = pa.array(order, pa.string())
        for name in PARTED:
            new = self._new_rows(name)
            part_of_new = None if new is None else numbers.take(pc.index_in(new["record_id"], ids))
            for part in touched:
                rows = [] if new is None else [new.filter(pc.equal(part_of_new, part))]
                rows += self._old_rows(name, part, ids)
                rows = [table for table in rows if table.num_rows]
                if rows:
                    self._write(name, part, _in_order(pa.concat_tables(rows), ranks))

    def write_empty(self) -> None:
        """Give a bulk table without rows a file, so that its path can be read."""
        for name in PARTED:
            if not any((self._folder / name).glob("*.parquet")):
                self._write(name, 0, _plain(schema.tables()[name].arrow_schema).empty_table())

    def _new_rows(self, name: str) -> pa.Table | None:
        files = staging.batches(self._staged, name).values()
        tables = [_conform(staging.read(file), schema.tables()[name]) for file in files]
        return pa.concat_tables(tables) if tables else None

    def _old_rows(self, name: str, part: int, changed: pa.Array) -> list[pa.Table]:
        file = self._before / name / part_name(part)
        if not file.exists():
            return []
        declared = schema.tables()[name]
        texts = [field.name for field in declared.arrow_schema if pa.types.is_string(field.type) and field.name not in _NO_DICTIONARY]
        with pq.ParquetFile(file, read_dictionary=texts, arrow_extensions_enabled=False) as parquet:
            rows = parquet.read().replace_schema_metadata(None)
        rows = _conform(rows, declared)
        return [rows.filter(pc.invert(pc.is_in(rows["record_id"], value_set=changed)))]

    def _write(self, name: str, part: int, rows: pa.Table) -> None:
        declared = schema.tables()[name]
        if name == "related_articles":
            rows = self._resolve(rows)
        write(_conform(rows, declared), declared, self._folder / name / part_name(part))

    def _resolve(self, rows: pa.Table) -> pa.Table:
        """Set ``related_record_id`` as the load did in the database."""
        keys = rows["url_key"].combine_chunks() if rows.num_rows else pa.array([], pa.string())
        if isinstance(keys, pa.DictionaryArray):
            of_key = self._records.take(pc.index_in(keys.dictionary, self._urls))
            found = _null_free(of_key.take(keys.indices))
        else:
            found = self._records.take(pc.index_in(keys, self._urls))
        if "related_record_id" in rows.column_names:
            rows = rows.drop_columns("related_record_id")
        return rows.append_column("related_record_id", found)


_NO_DICTIONARY = {"front_matter", "body", "path"}


def _null_free(values: pa.Array) -> pa.Array:
    return values.dictionary_encode()


def _plain(declared: pa.Schema) -> pa.Schema:
    return pa.schema([pa.field(field.name, field.type) for field in declared])


def _conform(rows: pa.Table, declared: schema.Table) -> pa.Table:
    """Give rows the declared columns in their order and types; texts become dictionaries but for long ones."""
    columns = []
    for field in declared.arrow_schema:
        if field.name not in rows.column_names:
            columns.append(pa.nulls(rows.num_rows, field.type).dictionary_encode() if _pointed(field) else pa.nulls(rows.num_rows, field.type))
            continue
        column = rows[field.name]
        if _pointed(field):
            columns.append(column if pa.types.is_dictionary(column.type) else column.dictionary_encode())
        elif pa.types.is_dictionary(column.type) or column.type != field.type:
            columns.append(column.cast(field.type))
        else:
            columns.append(column)
    return pa.table(columns, names=declared.column_names)


def _pointed(field: pa.Field) -> bool:
    return pa.types.is_string(field.type) and field.name not in _NO_DICTIONARY


def _in_order(rows: pa.Table, ranks: pa.Array) -> pa.Table:
    """Order rows by their document's rank, then by position."""
    rows = rows.unify_dictionaries()
    ids = rows["record_id"].cast(pa.string()) if pa.types.is_dictionary(rows["record_id"].type) else rows["record_id"]
    keys = {"rank": pc.index_in(ids, ranks)}
    keys |= {name: rows[name] for name in ("position", "image_position") if name in rows.column_names}
    return rows.take(pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]))
