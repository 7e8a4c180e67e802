"""``matterhouse query``."""

import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from matterhouse.cli.examples import found_example, pairs, show_examples
from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config, Warehouse, layout_of
from matterhouse.cli.terminal import complain, console, safe, say, table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from matterhouse.warehouse.query import Answer, Rows

_SHOWN = 200
_NARROWEST = 9


class QueryFormat(StrEnum):
    """How a query's rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


Sql = Annotated[
    str | None,
    typer.Argument(metavar="SQL", show_default=False, help="One query, or - to read it from standard input."),
]
List = Annotated[bool, typer.Option("--list", help="List the worked examples: name, question and parameters.")]
ExampleName = Annotated[
    str | None, typer.Option("--example", metavar="NAME", help="Ask a worked example instead of SQL.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", show_default=False, help="A parameter of the example; repeatable."),
]
AsFormat = Annotated[
    QueryFormat | None,
    typer.Option("--format", help="How to print the rows.", show_default="as the file is called, else table"),
]
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the rows to a file, instead of printing them.")
]
Timeout = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0, help="Stop the query after so long; 0: never.")
]
Memory = Annotated[
    str, typer.Option("--memory", metavar="SIZE", help="Memory for the query, such as 500MB; more goes to disk.")
]


def query(
    sql: Sql = None,
    config: Config = None,
    warehouse: Warehouse = None,
    list_examples: List = False,
    example: ExampleName = None,
    set_: Set = None,
    format: AsFormat = None,
    output: Output = None,
    timeout: Timeout = 300,
    memory: Memory = "2GB",
) -> None:
    """Query the current snapshot, read-only.

    The query can change nothing and reach nothing but the snapshot: no other file, no network, no
    environment. A table shows the first 200 rows; the other formats give all.
    """
    if list_examples:
        show_examples()
        return
    ask = _asked(sql, example, set_ or [])
    format = _checked_format(format or _called(output), output)
    memory_bytes = _bytes_of(memory)
    from matterhouse.cli.interruptible import run_interruptibly
    from matterhouse.warehouse import query as reading
    from matterhouse.warehouse import snapshots

    database = snapshots.current(layout_of(config, warehouse)).database
    with reading.locked_in(database, memory) as connection:
        try:
            answer = ask(connection)
        except reading.QueryRefused as refused:
            raise Failure(str(refused)) from None
        with _opened(output) as stream:
            run_interruptibly(connection, lambda: write(answer, format.value, stream), timeout, memory_bytes)


def _asked(sql: str | None, example: str | None, given: list[str]) -> "Callable[[DuckDBPyConnection], Answer]":
    """What asks the query or the example."""
    if (sql is None) == (example is None):
        raise typer.BadParameter("expected one query, or one --example", param_hint="SQL")
    if given and example is None:
        raise typer.BadParameter("only an --example has parameters", param_hint="--set")
    if example is not None:
        found, values = found_example(example), pairs(given)
    else:
        text = _text_of(sql or "")

    def ask(connection: "DuckDBPyConnection") -> "Answer":
        from matterhouse.warehouse import query as reading

        if example is not None:
            return reading.of_example(connection, found, values)
        return reading.Answer(connection, text)

    return ask


def _checked_format(format: QueryFormat, output: Path | None) -> QueryFormat:
    if format is QueryFormat.PARQUET and output is None and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is binary: name a file with --output, or pipe it on", param_hint="--format")
    if format is QueryFormat.TABLE and output is not None:
        raise typer.BadParameter(
            "a table is for terminals: with --output, name csv, json or parquet", param_hint="--format"
        )
    return format


def _bytes_of(memory: str) -> int:
    """Bytes of a size as DuckDB takes it: ``500MB``, ``1.5 GiB``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT])(i?)B", memory, re.IGNORECASE)
    if not found or not float(found[1]):
        raise typer.BadParameter("expected a size such as 500MB or 2GB", param_hint="--memory")
    return int(float(found[1]) * (1024 if found[3] else 1000) ** ("KMGT".index(found[2].upper()) + 1))


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


def write(answer: "Rows", format: str, stream: BinaryIO | None = None) -> None:
    """Write rows to a file that is open, or to standard output where there is none."""
    if format == "table":
        show(*answer.rows())
        return
    sys.stdout.flush()
    stream = stream or sys.stdout.buffer
    if format == "parquet":
        answer.write_parquet(stream)
    else:
        text = io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")
        try:
            answer.write_csv(text) if format == "csv" else answer.write_json(text)
        finally:
            text.detach()
    stream.flush()


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
        table(names, ([_shown(value) for value in row] for row in shown), numbers)
    if next(rows, None) is not None:
        complain(f"these are the first {_SHOWN} rows; `--format csv` or json gives all of them")


def _shown(value: object) -> str:
    from matterhouse.warehouse.jsontext import json_text

    if value is None:
        return ""
    if isinstance(value, dict | list | tuple):
        return json_text(value)
    return str(value).lower() if isinstance(value, bool) else safe(value)


def _opened(output: Path | None) -> AbstractContextManager[BinaryIO | None]:
    return nullcontext() if output is None else _replaced(output)


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
