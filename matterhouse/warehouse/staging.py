"""Batches on their way from the transforms to the load: a file or a few per batch and table, one per part of
``raw.documents``.

They are Arrow files, written and read without encoding and mapped instead of loaded, so that a stage may run in
another process or be started again, and memory holds one batch at a time. The documents themselves, which are
nearly all of the bytes, are written once, as the Parquet file that is going to be published.
"""

from collections import deque
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from matterhouse.sql import schema
from matterhouse.warehouse import parquet

AS_PARQUET = "raw.documents"


@contextmanager
def documents(folder: Path) -> Iterator[Callable[[pd.DataFrame, int], None]]:
    """A function that writes rows of ``raw.documents`` to the file of a number; the pieces of a number come one after
    the other.
    """
    declared = schema.tables()[AS_PARQUET]
    numbered, write = None, None

    def write_rows(frame: pd.DataFrame, number: int) -> None:
        nonlocal numbered, write
        if number != numbered:
            opened.close()
            write = opened.enter_context(parquet.row_writer(declared, folder / AS_PARQUET / f"{number:06d}.parquet"))
            numbered = number
        write(parquet.conform(_arrow(frame), declared))

    with ExitStack() as opened:
        yield write_rows


def table_writer(folder: Path, batch: int) -> Callable[[Mapping[str, pd.DataFrame]], None]:
    """A function that writes the other tables of some documents of a batch, those that have rows, as
    ``<folder>/<table>/<batch>-<number>.arrow``.
    """
    numbers = count()

    def write_tables(frames: Mapping[str, pd.DataFrame]) -> None:
        number = next(numbers)
        for name, frame in frames.items():
            if len(frame):
                (folder / name).mkdir(parents=True, exist_ok=True)
                _write_arrow(_arrow(frame), folder / name / f"{batch:06d}-{number:06d}.arrow")

    return write_tables


def _arrow(frame: pd.DataFrame) -> pa.Table:
    return pa.table({name: pa.array(column.array) for name, column in frame.items()})


def _write_arrow(table: pa.Table, file: Path) -> None:
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def files(folder: Path, table: str) -> list[Path]:
    """The files of a staged table in order; none where no batch has rows of it."""
    return sorted((folder / table).glob("*"))


def bytes_of_tables(folder: Path) -> int:
    """Bytes of all that is staged but the documents themselves."""
    return sum(file.stat().st_size for file in folder.glob("*/*.arrow"))


def number_of(file: Path) -> int:
    """The number of the batch that a file is of, or of the part where it is one of ``raw.documents``."""
    return int(file.stem.partition("-")[0])


def discard(folder: Path, numbers: Container[int], documents: Container[int]) -> None:
    """Remove what batches have staged, by their ``numbers``, and files of ``raw.documents`` by theirs."""
    for file in folder.glob("*/*"):
        if number_of(file) in (documents if file.parent.name == AS_PARQUET else numbers):
            file.unlink()


def heaviest(folder: Path, rows: int, column: str | None = None) -> int:
    """Bytes of the heaviest so many staged documents that follow each other, or a few more, uncompressed; those of one
    ``column``, if it is named.
    """
    window: deque[tuple[int, int]] = deque()
    held = weight = found = 0
    for file in files(folder, AS_PARQUET):
        metadata = pq.read_metadata(file)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            size = _bytes_of(group, column) if column else group.total_byte_size
            window.append((group.num_rows, size))
            held, weight = held + group.num_rows, weight + size
            while held - window[0][0] >= rows:
                gone_rows, gone_bytes = window.popleft()
                held, weight = held - gone_rows, weight - gone_bytes
            found = max(found, weight)
    return found


def _bytes_of(group: pq.RowGroupMetaData, column: str) -> int:
    columns = map(group.column, range(group.num_columns))
    return sum(each.total_uncompressed_size for each in columns if each.path_in_schema == column)


def read(file: Path) -> pa.Table:
    """The rows of a staged file."""
    if file.suffix == ".parquet":
        # Folders named key=value above the warehouse are no partitions.
        return pq.read_table(file, partitioning=None).replace_schema_metadata(None)
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def read_ids(file: Path) -> pa.ChunkedArray:
    """The record ids of the rows of a staged file."""
    if file.suffix == ".parquet":
        return pq.read_table(file, columns=["record_id"], partitioning=None)["record_id"]
    return read(file)["record_id"]
