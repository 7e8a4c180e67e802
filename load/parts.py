"""The bulk tables, cut in parts: a part has the rows of one group of documents.

A run writes the parts anew whose documents it touched; the other parts' files are linked from the
snapshot before. In a full load every batch is a part.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from load import schema, staging
from load.links import linked
from load.parquet import conform, is_pointed, link_or_copy, write, writing

PARTED = ("raw.documents", "related_articles", "related_images")


def part_name(part: int) -> str:
    return f"part-{part:06d}.parquet"


class Parts:
    """Writes the parts of a snapshot below ``folder``, from rows ``staged`` by the run and the parquet folder ``before``.

    ``records`` are those that related articles lead to (``links.records_by_url``).
    """

    def __init__(self, staged: Path, before: Path | None, folder: Path, records: pa.Table):
        self._staged, self._before, self._folder, self._records = staged, before, folder, records

    def write_batches(self) -> None:
        """Publish a full load: every batch is a part."""
        for name in PARTED:
            for batch, file in staging.batches(self._staged, name).items():
                if name == staging.AS_PARQUET:
                    (self._folder / name).mkdir(parents=True, exist_ok=True)
                    link_or_copy(file, self._folder / name / part_name(batch))
                else:
                    self._write(name, batch, [conform(staging.read(file), schema.tables()[name])])

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
            part_of_new = numbers.take(pc.index_in(new["record_id"], ids))
            for part in touched:
                mine = new.filter(pc.equal(part_of_new, part))
                self._write(name, part, _merged(self._old_rows(name, part), mine, ids, ranks))

    def write_empty(self) -> None:
        """Give a bulk table without rows a file, so that its path can be read."""
        for name in PARTED:
            if not any((self._folder / name).glob("*.parquet")):
                declared = schema.tables()[name]
                write(conform(pa.table({}), declared), declared, self._folder / name / part_name(0))

    def _new_rows(self, name: str) -> pa.Table:
        files = staging.batches(self._staged, name).values()
        rows = [staging.read(file) for file in files] or [pa.table({})]
        return pa.concat_tables(conform(table, schema.tables()[name]) for table in rows)

    def _old_rows(self, name: str, part: int) -> Iterator[pa.Table]:
        """The rows of a part in the snapshot before, one row group after the other."""
        file = self._before / name / part_name(part)
        if not file.exists():
            return
        declared = schema.tables()[name]
        texts = [field.name for field in declared.arrow_schema if is_pointed(field)]
        with pq.ParquetFile(file, read_dictionary=texts, arrow_extensions_enabled=False) as parquet:
            for group in range(parquet.num_row_groups):
                yield conform(parquet.read_row_group(group).replace_schema_metadata(None), declared)

    def _write(self, name: str, part: int, groups: Iterable[pa.Table]) -> None:
        """Write a part; there is no file where no rows are left."""
        with writing(schema.tables()[name], self._folder / name / part_name(part)) as write_rows:
            for rows in groups:
                if rows.num_rows:
                    write_rows(linked(rows, self._records) if name == "related_articles" else rows)


def _merged(groups: Iterable[pa.Table], new: pa.Table, changed: pa.Array, ranks: pa.Array) -> Iterator[pa.Table]:
    """The rows of ``groups`` less those of ``changed`` documents, with the ``new`` rows, in the order of their documents' ranks.

    New rows join the group they lie in, so that most groups pass through untouched.
    """
    new = _in_order(new, ranks)
    ranks_of_new = _ranks(new, ranks)
    begin = 0
    for group, following in pairwise(chain(groups, [None])):
        end = new.num_rows
        if following is not None and (first := pc.min(_ranks(following, ranks)).as_py()) is not None:
            end = max(begin, pc.sum(pc.less(ranks_of_new, first)).as_py() or 0)
        is_changed = pc.is_in(group["record_id"], value_set=changed)
        if pc.any(is_changed).as_py():
            group = group.filter(pc.invert(is_changed))
        yield _in_order(pa.concat_tables([group, new.slice(begin, end - begin)]), ranks) if end > begin else group
        begin = end
    yield new.slice(begin)


def _ranks(rows: pa.Table, ranks: pa.Array) -> pa.Array:
    return pc.index_in(rows["record_id"].combine_chunks().cast(pa.string()), ranks)


def _in_order(rows: pa.Table, ranks: pa.Array) -> pa.Table:
    """Order rows by their document's rank, then by position."""
    rows = rows.unify_dictionaries()
    keys = {"rank": _ranks(rows, ranks)}
    keys |= {name: rows[name] for name in ("position", "image_position") if name in rows.column_names}
    return rows.take(pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]))
