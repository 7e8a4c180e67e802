"""The data dictionary: every table, view and column in words, from the comments in the DDL.

python -m matterhouse.warehouse.dictionary > docs/data-dictionary.md
"""

import sys
from collections.abc import Iterator

from matterhouse.sql import schema
from matterhouse.sql.schema import Column, Table
from matterhouse.warehouse import diagrams

_INTRODUCTION = """\
# Data dictionary

Made by `python -m matterhouse.warehouse.dictionary > docs/data-dictionary.md` from the comments in `sql/tables`,
`sql/views` and `sql/marts`; the same comments are in the DuckDB file and in the field metadata of the Parquet files.
Change them there, not here.

A table's key tells its rows apart and is never NULL; in a mart, NULL in a key stands for none. Any other column is
NULL where a file gives no value, or one that does not fit the type. The last column names the front-matter paths that
a value comes from: `.` stands for nesting, `[]` for the items of a list, `*` for any key; of several paths the first
one with a value that fits counts. `by` names the function of `transforms/computed.py` that works a value out. A column
without a path is told by Matterhouse itself. At the end two diagrams show
[how the tables belong together](#how-the-tables-belong-together) and
[what views and marts are made of](#what-views-and-marts-are-made-of).
"""

_ENTITIES = """\
Keys (PK) and the columns that lead to another table's key (FK), as the comments above say. Every table of documents
leads to `records`."""
_LINEAGE = """\
From the sources over the tables to views and marts: what each query names, as DuckDB's parser finds it. A view or mart
is written anew as Parquet only when a table that it reads, directly or over others, has other rows, or other
values in a column that the query names."""

_PARTS = {
    "main": "Core: what the documents say (schema `main`)",
    "marts": "Marts: answers made of the tables (schema `marts`)",
    "raw": "Raw: the documents themselves (schema `raw`)",
    "history": "History: every record as it was, at every commit (schema `history`)",
    "meta": "Bookkeeping: what the runs did (schema `meta`)",
}


def text() -> str:
    """The whole dictionary as Markdown, ending in a newline."""
    relations = sorted([*schema.tables().values(), *schema.views().values()], key=lambda each: each.name)
    lines = [_INTRODUCTION, *_contents(relations)]
    for part, title in _parts(relations).items():
        lines += ["", f"## {title}"]
        for relation in (relation for relation in relations if relation.schema == part):
            lines += ["", *_relation(relation)]
    lines += ["", "## How the tables belong together", "", _ENTITIES, "", *diagrams.entities()]
    lines += ["", "## What views and marts are made of", "", _LINEAGE, "", *diagrams.lineage()]
    return "\n".join(lines) + "\n"


def _parts(relations: list[Table]) -> dict[str, str]:
    """The schemas in order, each with a title."""
    others = sorted({relation.schema for relation in relations} - _PARTS.keys())
    return _PARTS | {schema_name: f"Schema `{schema_name}`" for schema_name in others}


def _contents(relations: list[Table]) -> Iterator[str]:
    yield "| table | one row per | key |"
    yield "|---|---|---|"
    for part in _parts(relations):
        for table in (relation for relation in relations if relation.schema == part):
            anchor = table.qualified.replace(".", "")
            yield f"| [`{table.qualified}`](#{anchor}) | {_cell(table.grain)} | {_names(table.key)} |"


def _relation(table: Table) -> Iterator[str]:
    kind = "" if table.qualified in schema.tables() else "A view. "
    yield f"### `{table.qualified}`"
    yield ""
    yield f"{kind}{table.description} Key: {_names(table.key)}."
    yield ""
    if table.names:
        yield f"Made of {_names(tuple(sorted(table.names)))}."
        yield ""
    yield "| column | type | meaning | from |"
    yield "|---|---|---|---|"
    yield from map(_column, table.columns)


def _column(column: Column) -> str:
    return f"| `{column.name}` | {column.type} | {_cell(column.meaning)} | {_origin(column)} |"


def _origin(column: Column) -> str:
    """The paths of a column, and the function that makes its value of them."""
    paths = _names(column.paths)
    return f"{paths} by {column.function}".strip() if column.function else paths


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(words: str) -> str:
    """``words`` as they must be written inside a Markdown table, where some signs have a meaning of their own."""
    for sign in "\\|*<":
        words = words.replace(sign, f"\\{sign}")
    return words


if __name__ == "__main__":
    sys.stdout.buffer.write(text().encode())
