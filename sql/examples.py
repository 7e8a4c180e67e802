"""Worked examples: the queries of ``queries/``, each with a question, parameters and the columns that it gives.

A file begins with comment lines::

    -- Which stories were published last?
    -- $limit BIGINT = 10: How many to show.
    -- columns: published_at, title

first the question, then a line per parameter (name, DuckDB's type, default as SQL writes it, meaning), then the
columns.

python -m matterhouse.sql.examples > docs/queries.md
"""

import re
import sys
from dataclasses import dataclass

from matterhouse import sql

FOLDER = "queries"
_PARAMETER = re.compile(r"\$(?P<name>\w+) (?P<type>[A-Z]+) = (?P<default>NULL|'[^']*'|[\d.]+): (?P<meaning>.+\.)")
_INTRODUCTION = """\
# Example queries

Made by `python -m matterhouse.sql.examples > docs/queries.md` from the files of `sql/queries`, which have the SQL.

```console
$ matterhouse query --list
$ matterhouse query --example top_topics --set days=7 --set limit=5
$ matterhouse query --example top_topics --format csv --output topics.csv
```

| example | question | parameters | columns |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Parameter:
    """A value that a query takes: ``default`` is its text, None for NULL; ``type`` is DuckDB's name of its type."""

    name: str
    type: str
    default: str | None
    meaning: str


@dataclass(frozen=True)
class Example:
    """A worked query: ``text`` is SQL with ``$name`` in place of each parameter."""

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    text: str


def examples() -> dict[str, Example]:
    """Every example by name. Raises ``ValueError`` for a file that begins otherwise."""
    return {name: _example(name, sql.read(f"{FOLDER}/{name}")) for name in sql.names(FOLDER)}


def _example(name: str, text: str) -> Example:
    lines = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    question, *parameters, columns = lines if len(lines) > 1 else ["", ""]
    found = [_PARAMETER.fullmatch(line) for line in parameters]
    if not question.endswith("?") or not columns.startswith("columns: ") or None in found:
        raise ValueError(f"sql/{FOLDER}/{name}.sql has to begin with a question, its parameters and its columns")
    known = (
        Parameter(each["name"], each["type"], _text_of(each["default"]), each["meaning"]) for each in found if each
    )
    return Example(name, question, tuple(known), tuple(columns.removeprefix("columns: ").split(", ")), text)


def _text_of(default: str) -> str | None:
    return None if default == "NULL" else default.strip("'")


def text() -> str:
    """The list of all examples as Markdown."""
    lines = []
    for each in examples().values():
        parameters = "; ".join(f"`{one.name}`: {one.meaning} ({one.default or 'NULL'})" for one in each.parameters)
        columns = ", ".join(f"`{name}`" for name in each.columns)
        lines.append(
            f"| [`{each.name}`](../sql/queries/{each.name}.sql) | {each.question} | {parameters} | {columns} |"
        )
    return _INTRODUCTION + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.buffer.write(text().encode())
