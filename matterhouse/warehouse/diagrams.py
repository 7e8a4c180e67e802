"""Diagrams of the schema in Mermaid: how tables belong together, and what views and marts are made of.

How tables belong together is told by their keys and by the comments of columns: ``…, as in records.record_id.`` names
the key that a column leads to.
"""

import re
from collections.abc import Iterator

from matterhouse.sql import schema
from matterhouse.sql.schema import Column, Table

_LEADS_TO = re.compile(r", as in (?P<table>(?:\w+\.)?\w+)\.(?P<column>\w+)\b")
_MADE_OF = {
    schema.DOCUMENT: ("front_matter", "front matter of the sources"),
    schema.ENTRY: ("front_matter", "front matter of the sources"),
    schema.WAREHOUSE: ("worked_out", "worked out from other tables"),
    schema.RUN: ("runs", "what the runs did"),
    schema.HISTORY: ("commits", "commits of the sources"),
}


def entities() -> Iterator[str]:
    """The lines of an entity-relationship diagram of all tables: keys, and columns that lead to others."""
    yield "```mermaid"
    yield "erDiagram"
    tables = schema.tables()
    for table in tables.values():
        yield f"    {_id(table)} {{"
        yield from (f"        {line}" for column in table.columns if (line := _attribute(table, column)))
        yield "    }"
    for table in tables.values():
        for column, parent in leads_to(table):
            ends = f"{'||' if column.name in table.key else '|o'}--{'o|' if table.key == (column.name,) else 'o{'}"
            yield f"    {_id(parent)} {ends} {_id(table)} : {column.name}"
    yield "```"


def leads_to(table: Table) -> Iterator[tuple[Column, Table]]:
    """The columns of a table that lead to another table by its whole key, with that table."""
    for column in table.columns:
        for found in _LEADS_TO.finditer(column.meaning):
            parent = schema.tables().get(found["table"].removeprefix("main."))
            if parent is not None and parent.key == (found["column"],) and parent != table:
                yield column, parent
                break


def lineage() -> Iterator[str]:
    """The lines of a flow chart from the sources over the tables that a view or mart reads to these."""
    views = schema.views().values()
    relations = schema.relations()
    read = sorted({name for view in views for name in view.names if name in schema.tables()})
    yield "```mermaid"
    yield "flowchart LR"
    for node, words in dict(_MADE_OF[relations[name].belongs_to or ""] for name in read).items():
        yield f'    {node}(["{words}"])'
    for name in [*read, *(view.qualified for view in views)]:
        yield f'    {_id(relations[name])}["{name}"]'
    for name in read:
        yield f"    {_MADE_OF[relations[name].belongs_to or ''][0]} --> {_id(relations[name])}"
    for view in views:
        yield from (f"    {_id(relations[name])} --> {_id(view)}" for name in sorted(view.names))
    yield "```"


def _attribute(table: Table, column: Column) -> str:
    """A line for a column of the key, or one that leads to another table; empty for others."""
    marks = ["PK"] * (column.name in table.key) + ["FK"] * any(column == each for each, _ in leads_to(table))
    type = re.sub(r"\W", "_", column.type)
    return f"{type} {column.name} {', '.join(marks)}" if marks else ""


def _id(table: Table) -> str:
    """A table's name without signs that mean something to Mermaid."""
    return table.qualified.replace(".", "_")
