"""The bulk tables, cut in parts: a part has the rows of one group of documents.

A run writes the parts anew whose documents it touched; the other parts' files are linked from the
snapshot before. In a full load every batch is a part.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from load import schema, staging
from load.parquet import conform, is_pointed, link_or_copy, write

PARTED = ("raw.documents", "related_articles", "related_images")


def part_name(part: int) -> str:
    return f"part-{part:06d}.parquet"


class Parts:
    """Writes the parts of a snapshot below ``folder``, from rows ``staged`` by the run and the parquet folder ``before``.

    ``records_by_url`` leads from the ``url_key`` of a related article to its record.
    """

    def __init__(self, staged: Path, before: Path | None, folder: Path, records_by_url: dict[str, str]):
        self._staged, self._before, self._folder = staged, before, folder
        self._urls = pa.array(records_by_url.keys(), pa.string())
        self._records = pa.array(records_by_url.values(), pa.string())

    def write_batches(self) -> None:
        """Publish a full load: every batch is a part."""
        for name in PARTED:
            for batch, file in staging.batches(self._staged, name).items():
                if name == staging.AS_PARQUET:
                    (self._folder / name).mkdir(parents=True, exist_ok=True)
                    link_or_copy(file, self._folder / name / part_name(batch))
                else:
                    self._write(name, batch, staging.read(file))

    def write_changes(self, parts: Mapping[str, int], touched: Iterable[int], order: Iterable[str]) -> None:
        """Publish a run with changes.

        A part in ``touched`` gets its old rows, less those of changed documents, and the new ones. ``parts`` says in
        which part each changed document is, by record id; ``order`` has the record ids of all documents of
        the touched parts in the order of their paths.
        """
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
                self._write(name, 0, conform(pa.table({}), schema.tables()[name]))

    def _new_rows(self, name: str) -> pa.Table | None:
        files = staging.batches(self._staged, name).values()
        tables = [conform(staging.read(file), schema.tables()[name]) for file in files]
        return pa.concat_tables(tables) if tables else None

    def _old_rows(self, name: str, part: int, changed: pa.Array) -> list[pa.Table]:
        file = self._before / name / part_name(part)
        if not file.exists():
            return []
        declared = schema.tables()[name]
        texts = [field.name for field in declared.arrow_schema if is_pointed(field)]
        with pq.ParquetFile(file, read_dictionary=texts, arrow_extensions_enabled=False) as parquet:
            rows = parquet.read().replace_schema_metadata(None)
        rows = conform(rows, declared)
        return [rows.filter(pc.invert(pc.is_in(rows["record_id"], value_set=changed)))]

    def _write(self, name: str, part: int, rows: pa.Table) -> None:
        declared = schema.tables()[name]
        rows = conform(rows, declared).unify_dictionaries()
        if name == "related_articles" and rows.num_rows:
            column = rows.column_names.index("related_record_id")
            rows = rows.set_column(column, "related_record_id", self._records_of(rows["url_key"].combine_chunks()))
        write(rows, declared, self._folder / name / part_name(part))

    def _records_of(self, url_keys: pa.DictionaryArray) -> pa.DictionaryArray:
        """The records that related articles lead to, as the load set them in the database."""
        records = self._records.take(pc.index_in(url_keys.dictionary, self._urls))
        return records.take(url_keys.indices).dictionary_encode()


def _in_order(rows: pa.Table, ranks: pa.Array) -> pa.Table:
    """Order rows by their document's rank, then by position."""
    rows = rows.unify_dictionaries()
    keys = {"rank": pc.index_in(rows["record_id"].cast(pa.string()), ranks)}
    keys |= {name: rows[name] for name in ("position", "image_position") if name in rows.column_names}
    return rows.take(pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]))
