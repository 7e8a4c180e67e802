"""The rows of a source's history on their way to the load: ``<folder>/<table>/<number>.arrow``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from matterhouse.history.versions import COLUMNS, Rows
from matterhouse.sql import schema

_FLAG, _MOMENT = pa.bool_(), pa.timestamp("us", "UTC")
_OTHERS = {
    "is_known_before": _FLAG,
    "is_rejected": _FLAG,
    "is_clock_adjusted": _FLAG,
    "valid_from": _MOMENT,
    "first_seen_at": _MOMENT,
}


def write(folder: Path, number: int, rows: Rows) -> None:
    """Write the rows of each table, if it has any, under a number."""
    for name, columns in COLUMNS.items():
        if rows[name]:
            (folder / name).mkdir(parents=True, exist_ok=True)
            table = _table(name, columns, rows[name])
            file = str(folder / name / f"{number:06d}.arrow")
            with pa.OSFile(file, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)


def _table(name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pa.Table:
    declared = schema.tables().get(name)
    types = {field.name: field.type for field in declared.arrow_schema} if declared else {}
    arrays = [
        _array(values, types.get(column) or _OTHERS.get(column, pa.string()))
        for column, values in zip(columns, zip(*rows))
    ]
    return pa.table(arrays, names=list(columns))


def _array(values: tuple[Any, ...], type: pa.DataType) -> pa.Array:
    """Values as an Arrow array; moments are microseconds."""
    if pa.types.is_timestamp(type):
        return pa.array(values, pa.int64()).cast(type)
    return pa.array(values, type)
