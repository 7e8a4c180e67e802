"""Batches on their way from the transforms to the load: one Arrow file per batch and table.

They are written and read without encoding, so a stage may run in another process or be started
again, and memory holds one batch at a time: readers map the files instead of loading them.
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa


def write_batch(folder: Path, batch: int, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the tables of a batch that have rows, as ``<folder>/<table>/<batch>.arrow``."""
    for name, frame in tables.items():
        if len(frame):
            table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
            file = folder / name / f"{batch:06d}.arrow"
            file.parent.mkdir(parents=True, exist_ok=True)
            with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)


def batches(folder: Path, table: str) -> dict[int, Path]:
    """The files of a staged table by batch number, in order; empty where no batch has rows of it."""
    return {int(file.stem): file for file in sorted((folder / table).glob("*.arrow"))}


def read(file: Path) -> pa.Table:
    """Map a staged file into memory."""
    with pa.memory_map(str(file)) as source:
        return pa.ipc.open_file(source).read_all()
