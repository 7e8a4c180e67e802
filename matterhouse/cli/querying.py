"""``matterhouse query``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config, Warehouse, layout_of
from matterhouse.cli.terminal import complain, console, safe, say, table

if TYPE_CHECKING:
    from matterhouse.warehouse.query import Answer

_SHOWN = 200
_NARROWEST = 9


class QueryFormat(StrEnum):
    """How a query's rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One query, or - to read it from standard input.")],
    config: Config = None,
    warehouse: Warehouse = None,
    format: Annotated[
        QueryFormat | None,
        typer.Option("--format", help="How to print the rows.", show_default="as the file is called, else table"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write the rows to a file, instead of printing them."),
    ] = None,
) -> None:
    """Query the current snapshot, read-only.

    The query can change nothing and reach nothing but the snapshot: no other file, no network, no
    environment. A table shows the first 200 rows; the other formats give all.
    """
    from matterhouse.warehouse import query as reading
    from matterhouse.warehouse import snapshots

    format = format or _called(output)
    if format is QueryFormat.PARQUET and output is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is binary: name a file with --output, or pipe it on", param_hint="--format")
    text = _text_of(sql)
    with reading.locked_in(snapshots.current(layout_of(config, warehouse)).database) as connection:
        try:
            write(reading.Answer(connection, text), format.value, output)
        except reading.QueryRefused as refused:
            raise Failure(str(refused)) from None


def _text_of(sql: str) -> str:
    """The query, as UTF-8 whatever the locale says."""
    try:
        return (sys.stdin.buffer.read() if sql == "-" else os.fsencode(sql)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Failure("the query is not UTF-8 text") from None


def _called(output: Path | None) -> QueryFormat:
    """The format that a file's ending stands for."""
    ending = output.suffix.lower().removeprefix(".") if output else ""
    return next((known for known in QueryFormat if known == ending), QueryFormat.TABLE)


def write(answer: "Answer", format: str, output: Path | None) -> None:
    """Write the rows to a file, or to standard output where there is none."""
    if output is None and format == "table":
        show(*answer.rows())
        return
    if format == "table":
        raise typer.BadParameter(
            "a table is for terminals: with --output, name csv, json or parquet", param_hint="--format"
        )
    sys.stdout.flush()
    with _replaced(output) if output else _kept(sys.stdout.buffer) as stream:
        if format == "parquet":
            answer.write_parquet(stream)
        else:
            import io

            text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
            try:
                answer.write_csv(text) if format == "csv" else answer.write_json(text)
            finally:
                text.detach()


def show(names: list[str], rows: Iterator[tuple]) -> None:
    """Print rows as a table, or one below the other where they are too wide for the terminal."""
    shown = list(islice(rows, _SHOWN))
    if len(names) * _NARROWEST > console().width:
        for number, row in enumerate(shown):
            say(f"row {number + 1}")
            table(("column", "value"), zip(names, map(_shown, row)))
            say()
    else:
        numbers = [
            name for name, values in zip(names, zip(*shown)) if all(isinstance(v, int | float | None) for v in values)
        ]
        table(names, (map(_shown, row) for row in shown), numbers)
    if next(rows, None) is not None:
        complain(f"these are the first {_SHOWN} rows; `--format csv` or json gives all of them")


def _shown(value: object) -> str:
    from matterhouse.warehouse.jsontext import json_text

    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        return json_text(value)
    return str(value).lower() if isinstance(value, bool) else safe(value)


@contextmanager
def _kept(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Standard output, which others close."""
    yield stream
    stream.flush()


@contextmanager
def _replaced(file: Path) -> Iterator[BinaryIO]:
    """A file that gets its content at once, when all of it is written; a link, device or pipe is written as it is."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        with file.open("wb") as stream:
            yield stream
        return
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with unfinished.open("xb") as stream:
            yield stream
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
