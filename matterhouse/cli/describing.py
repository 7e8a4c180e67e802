"""``matterhouse describe``."""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.options import Config, Warehouse, layout_of
from matterhouse.cli.terminal import safe, say, say_json

_MOST_NAMED = 10


class DescribeFormat(StrEnum):
    """How a data dictionary is printed."""

    MARKDOWN = "markdown"
    JSON = "json"


def describe(
    table: Annotated[
        str | None,
        typer.Argument(metavar="TABLE", show_default=False, help="A table or view, such as records or content.posts."),
    ] = None,
    config: Config = None,
    warehouse: Warehouse = None,
    format: Annotated[DescribeFormat, typer.Option("--format", help="How to print it.")] = DescribeFormat.MARKDOWN,
) -> None:
    """Describe the tables of the current snapshot.

    Rows, columns, types and meaning: also of the tables that content makes (schema content). Without TABLE it
    describes all.
    """
    from matterhouse.warehouse.snapshots import current

    tables = current(layout_of(config, warehouse)).manifest()["tables"]
    if table is not None:
        tables = {table.removeprefix("main."): _found(table.removeprefix("main."), tables)}
    described = {name: _described(tables[name]) for name in sorted(tables, key=lambda name: ("." in name, name))}
    if format is DescribeFormat.JSON:
        say_json(described, indent=1)
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    say("\n\n".join("\n".join(_markdown(name, each)) for name, each in described.items()))


def _found(table: str, tables: Mapping[str, Any]) -> Any:
    """Raises ``Failure`` where there is no such table, with names that are like it."""
    from difflib import get_close_matches

    if table not in tables:
        alike = get_close_matches(table, tables, _MOST_NAMED) or sorted(tables)[:_MOST_NAMED]
        raise Failure(f"there is no table {table!r}; some that there are: {', '.join(alike)}")
    return tables[table]


def _described(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table[name] for name in ("kind", "rows", "comment", "columns")}


def _markdown(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    kind = "View. " if table["kind"] == "view" else ""
    yield f"## {_cell(name)}"
    yield ""
    yield f"{kind}{_cell(table['comment'])} Rows: {table['rows']:,}."
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in table["columns"]:
        yield f"| {_cell(column['name'])} | {column['type']} | {_cell(column['comment'])} |"


def _cell(words: str) -> str:
    """Text of a front matter among Markdown: on one line, and without signs that mean something there."""
    words = safe(words)
    for sign in "\\`*<|[]":
        words = words.replace(sign, f"\\{sign}")
    return words
