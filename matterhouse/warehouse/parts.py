"""The bulk tables, cut in parts: a part has the rows of one group of documents.

A run writes the parts anew whose documents it touched; the other parts' files are linked from the
snapshot before. In a full load every batch has parts of its own.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain, groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from matterhouse.sql import schema
from matterhouse.warehouse import staging
from matterhouse.warehouse.entries import StagedEntries
from matterhouse.warehouse.links import linked
from matterhouse.warehouse.parquet import PARTED, conform, is_pointed, link_or_copy, row_writer, write

_NO_RANK = -1
_MOST_SLICES = 50  # of a group of rows; many small ones take longer to write than to copy


def part_name(part: int) -> str:
    return f"part-{part:06d}.parquet"


class PartFiles:
    """Writes the parts of a snapshot below ``folder``, from rows ``staged`` by the run, with its ``entries``, and the
    parquet folder ``before``.

    ``records`` are those that related articles lead to (``links.records_by_url``).
    """

    def __init__(self, staged: Path, entries: StagedEntries, before: Path | None, folder: Path, records: pa.Table):
        self._staged, self._entries = staged, entries
        self._before, self._folder, self._records = before, folder, records

    def write_batches(self, parts: Mapping[str, int]) -> None:
        """Publish a full load: every batch has parts of its own; ``parts`` says by record id where a document is."""
        for name in PARTED:
            files = self._entries.files(name)
            if name == staging.AS_PARQUET:
                (self._folder / name).mkdir(parents=True, exist_ok=True)
                for file in files:
                    link_or_copy(file, self._folder / name / part_name(staging.number_of(file)))
                continue
            staged = (conform(self._entries.read(name, file), schema.relations()[name]) for file in files)
            numbered = chain.from_iterable(_by_part(rows, parts) for rows in staged)
            for part, groups in groupby(numbered, key=itemgetter(0)):
                self._write(name, part, (rows for _, rows in groups))

    def write_changes(
        self, parts: Mapping[str, int], touched: Mapping[str, Iterable[int]], order: Iterable[str]
    ) -> None:
        """Publish a run with changes.

        A part in ``touched``, by table, gets its old rows, less those of changed documents, and the new ones.
        ``parts`` says in which part each changed document is, by record id; ``order`` has the record ids of all
        documents of the touched parts in the order of their paths.
        """
        ranks = {key: rank for rank, key in enumerate(order)}
        for name in PARTED:
            new = _NewRows(self._entries, name, parts)
            for part, rows in new.in_order(touched[name]):
                self._write(name, part, _merged(self._old_rows(name, part), rows, parts, ranks))

    def write_empty(self) -> None:
        """Give a bulk table without rows a file, so that its path can be read."""
        for name in PARTED:
            if not any((self._folder / name).glob("*.parquet")):
                declared = schema.relations()[name]
                write(conform(pa.table({}), declared), declared, self._folder / name / part_name(0))

    def _old_rows(self, name: str, part: int) -> Iterator[pa.Table]:
        """The rows of a part in the snapshot before, one row group after the other."""
        if self._before is not None and (file := self._before / name / part_name(part)).exists():
            yield from rows_of([file], schema.relations()[name])

    def _write(self, name: str, part: int, groups: Iterable[pa.Table]) -> None:
        """Write a part; there is no file where no rows are left."""
        with row_writer(schema.relations()[name], self._folder / name / part_name(part)) as write_rows:
            for rows in groups:
                if name != staging.AS_PARQUET:
                    rows = rows.combine_chunks()  # numbers that point to texts: small
                if rows.num_rows:
                    write_rows(linked(rows, self._records) if name == "related_articles" else rows)


def rows_of(files: Iterable[Path], declared: schema.Table) -> Iterator[pa.Table]:
    """The rows of a table's Parquet files, one row group after the other, with texts as dictionaries but for long
    ones.
    """
    texts = [field.name for field in declared.arrow_schema if is_pointed(field)]
    for file in files:
        with pq.ParquetFile(file, read_dictionary=texts, arrow_extensions_enabled=False) as parquet:
            for group in range(parquet.num_row_groups):
                yield conform(parquet.read_row_group(group).replace_schema_metadata(None), declared)


class _NewRows:
    """The rows of a table that a run staged, part by part; only the files of one part are in memory."""

    def __init__(self, entries: StagedEntries, name: str, parts: Mapping[str, int]):
        self._entries, self._declared, self._parts = entries, schema.relations()[name], parts
        self._files: dict[int, list[Path]] = {}
        for file in entries.files(name):
            for part in {parts[key] for key in pc.unique(staging.read_ids(file)).to_pylist()}:
                self._files.setdefault(part, []).append(file)
        self._read: dict[Path, tuple[pa.Table, np.ndarray]] = {}

    def in_order(self, touched: Iterable[int]) -> Iterator[tuple[int, pa.Table]]:
        """Some parts, each with its new rows. Those whose rows are in the same file follow each other."""
        for part in sorted(touched, key=lambda part: (self._files.get(part, []), part)):
            files = self._files.get(part, [])
            self._read = {file: self._read.get(file) or self._rows(file) for file in files}
            rows = [read.filter(pa.array(numbers == part)) for read, numbers in self._read.values()]
            yield part, pa.concat_tables(rows or [conform(pa.table({}), self._declared)])

    def _rows(self, file: Path) -> tuple[pa.Table, np.ndarray]:
        """The rows of a file, and the part of each."""
        rows = conform(self._entries.read(self._declared.qualified, file), self._declared)
        return rows, _ranks(rows, self._parts)


def _by_part(rows: pa.Table, parts: Mapping[str, int]) -> Iterator[tuple[int, pa.Table]]:
    """Rows that come part by part, cut where a part ends."""
    part_of_rows = _ranks(rows, parts)
    if not rows.num_rows:
        return
    cuts = [0, *(np.flatnonzero(np.diff(part_of_rows)) + 1).tolist(), rows.num_rows]
    for begin, end in pairwise(cuts):
        yield int(part_of_rows[begin]), rows.slice(begin, end - begin)


def _merged(
    groups: Iterable[pa.Table], new: pa.Table, changed: Container[str], ranks: Mapping[str, int]
) -> Iterator[pa.Table]:
    """The rows of ``groups`` less those of ``changed`` documents, with the ``new`` rows, in the order of their
    documents' ranks.

    New rows join the group they lie in; the rows that stay are not copied. Rows of documents without a rank are gone.
    """
    new = _in_order(new, ranks)
    ranks_of_new = _ranks(new, ranks)
    kept = {key: rank for key, rank in ranks.items() if key not in changed}
    begin = 0
    ranked = (
        (group, of_rows) for group in groups if (of_rows := _ranks(group, ranks)).max(initial=_NO_RANK) != _NO_RANK
    )
    pairs: Iterator[tuple[Any, Any]] = pairwise(chain(ranked, [None]))  # nothing follows the last one
    for (group, _), following in pairs:
        end = new.num_rows
        if following is not None:
            first = following[1][following[1] != _NO_RANK].min()
            end = max(begin, int(np.searchsorted(ranks_of_new, first)))
        yield _interleaved(group, _ranks(group, kept), new.slice(begin, end - begin), ranks_of_new[begin:end])
        begin = end
    yield new.slice(begin)


def _ranks(rows: pa.Table, ranks: Mapping[str, int]) -> np.ndarray:
    """The rank of every row's document, ``_NO_RANK`` where it has none."""
    if not rows.num_rows:
        return np.empty(0, np.int64)
    ids = rows["record_id"].unify_dictionaries().combine_chunks()
    of_ids = np.array([ranks.get(key, _NO_RANK) for key in ids.dictionary.to_pylist()], np.int64)
    return of_ids[ids.indices.to_numpy()]


def _interleaved(old: pa.Table, ranks_of_old: np.ndarray, new: pa.Table, ranks_of_new: np.ndarray) -> pa.Table:
    """The rows of both in the order of their ranks, without the old ones that have none: slices of both, one after the
    other, as long as these are few.
    """
    ranks = np.concatenate([ranks_of_old, ranks_of_new])
    order = np.argsort(ranks, kind="stable")
    order = order[ranks[order] != _NO_RANK]
    both = pa.concat_tables([old, new]).unify_dictionaries()
    runs = np.split(order, np.flatnonzero(np.diff(order) != 1) + 1)
    if len(runs) > _MOST_SLICES:
        return both.take(pa.array(order))
    return pa.concat_tables(both.slice(run[0], len(run)) for run in runs) if len(order) else both.slice(0, 0)


def _in_order(rows: pa.Table, ranks: Mapping[str, int]) -> pa.Table:
    """Order rows by their document's rank, then by position."""
    rows = rows.unify_dictionaries()
    keys = {"rank": _ranks(rows, ranks)}
    keys |= {name: rows[name] for name in ("position", "image_position") if name in rows.column_names}
    return rows.take(pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]))
