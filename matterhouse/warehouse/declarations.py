"""Reads the user's DDL files, each in a DuckDB of its own in memory, from which nothing outside can be reached.

A file holds one CREATE TABLE and its comments, as those of ``sql/tables`` do. DuckDB parses it; the tables of the
warehouse are made from what its catalog then says, never by running the user's text.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from matterhouse import sql
from matterhouse.sql.user_tables import Check, UserTable, files
from matterhouse.warehouse import declared_rules
from matterhouse.warehouse.content_names import quoted

LOCKED_IN: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "threads": 1,
    "memory_limit": "256MB",
}
# Schemas that are Matterhouse's own, and names that a query takes for that of a database.
OURS = frozenset({"meta", "raw", "history", "marts"})
_DATABASES = frozenset({"build", "memory", "system", "temp", "warehouse"})
# The database that a file is tried in: no schema of the user has such a name.
_OF_A_FILE = '"the tables of one file"'
_HEADERS = {"rows", "collection", "split at commas", "belongs to"}
_NO_SCHEMA = re.compile(r"Schema with name (?P<name>\S+) does not exist")
_LINE = re.compile(r"^LINE (?P<line>\d+):", re.M)
_COMMENT_ON = re.compile(r"COMMENT\s+ON\s+(TABLE|COLUMN)\b", re.I)


class DeclarationError(ValueError):
    """Files that cannot be used; ``problems`` has a line for each mistake: file, line, what is wrong."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Declaration:
    """A file as DuckDB understood it. ``lines`` has the first line of the table's statement and its text."""

    label: str
    text: str
    headers: dict[str, tuple[int, str]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    schema_name: str = ""
    name: str = ""
    comment: str | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)
    constraints: list[tuple[str, str, str | None, list[str]]] = field(default_factory=list)
    create: tuple[int, str] = (1, "")

    def report(self, line: int, text: str) -> None:
        """Note a mistake in a line."""
        self.problems.append((line, " ".join(text.split())))

    def line_of(self, column: str) -> int:
        """The line in which the table's statement first names a column."""
        first, statement = self.create
        found = re.search(rf"[(,]\s*(?:--[^\n]*\s*)*\"?(?P<name>{re.escape(column)})\b", statement, re.I)
        return first + statement[: found.start("name")].count("\n") if found else first

    def told(self) -> Iterator[str]:
        """Every mistake, with file and line."""
        yield from (f"{self.label}:{line}: {text}" for line, text in sorted(set(self.problems)))


def read(folder: Path | None, functions: Mapping[str, bool]) -> tuple[UserTable, ...]:
    """The tables that the files of a folder declare; ``functions`` are those that ``By:`` may name, True for those that
    look at a document's path, too.

    Raises ``DeclarationError`` with all mistakes, ``OSError``.
    """
    found = files(folder)
    if not found:
        return ()
    tables: list[UserTable] = []
    with duckdb.connect(config=LOCKED_IN) as connection:
        read_files = [_read(label, file.read_bytes(), connection) for label, file in found.items()]
        for each in read_files:
            if not each.problems and (table := declared_rules.table(each, functions, tables)):
                _try_checks(each, table, connection)
                tables.append(table)
    problems = [told for each in read_files for told in each.told()]
    if problems:
        raise DeclarationError(problems)
    return tuple(tables)


@contextmanager
def _database_of_its_own(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is created meanwhile is in an empty database of its own; a DuckDB of its own would take 40 ms."""
    connection.execute(f"ATTACH ':memory:' AS {_OF_A_FILE}; USE {_OF_A_FILE}; CREATE SCHEMA content").fetchall()
    try:
        yield
    finally:
        connection.execute(f"USE memory; DETACH {_OF_A_FILE}").fetchall()


def _read(label: str, content: bytes, connection: duckdb.DuckDBPyConnection) -> Declaration:
    found = Declaration(label, "")
    try:
        found.text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found.report(content.count(b"\n", 0, error.start) + 1, "found bytes that are no UTF-8 text")
        return found
    _read_headers(found)
    with _database_of_its_own(connection):
        if _run(found, connection):
            _look_up(found, connection)
    return found


def _read_headers(found: Declaration) -> None:
    """The ``-- name: value`` lines above the first statement."""
    for number, line in enumerate(found.text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("--"):
            return
        name, separator, value = line.lstrip().lstrip("-").strip().partition(":")
        if separator and name.lower() in _HEADERS:
            if name.lower() in found.headers:
                found.report(number, f"`-- {name}:` stands here a second time")
            found.headers[name.lower()] = (number, value.strip())


def _run(found: Declaration, connection: duckdb.DuckDBPyConnection) -> bool:
    """Run the file's statements if all of them are what such a file may hold; whether they could be run."""
    try:
        statements = connection.extract_statements(found.text)
    except duckdb.Error as error:
        _report_error(found, 1, error)
        return False
    begin, tables = 0, 0
    for statement in statements:
        query = statement.query.strip()
        begin = max(found.text.find(query, begin), begin)
        line = found.text.count("\n", 0, begin) + 1
        begin += len(query)
        kind = _kind(statement)
        tables += kind == "CREATE"
        if kind == "CREATE" and tables == 1:
            found.create = (line, query)
        if tables > 1:
            found.report(line, "a file declares one table, and this is another one: give it a file of its own")
        elif kind not in ("CREATE", "COMMENT"):
            found.report(line, f"only CREATE TABLE and COMMENT ON TABLE or COLUMN may stand here, not {kind}")
        else:
            _execute(found, connection, statement, line)
        if found.problems:
            return False
    if not tables:
        found.report(1, "no CREATE TABLE stands here")
    return not found.problems


def _kind(statement: duckdb.Statement) -> str:
    try:
        kind = statement.type.name
    except ValueError:  # a kind of statement that DuckDB's Python has no name for
        kind = "such a statement"
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement.query, flags=re.S).strip()
    if kind == "ALTER":
        return "COMMENT" if _COMMENT_ON.match(without_comments) else " ".join(without_comments.split()[:2]).upper()
    return kind


def _execute(
    found: Declaration,
    connection: duckdb.DuckDBPyConnection,
    statement: duckdb.Statement,
    line: int,
    again: bool = True,
) -> None:
    """Run a CREATE TABLE or a comment; a schema that is the user's is made first."""
    try:
        if statement.type == duckdb.StatementType.CREATE:
            plan = connection.execute(f"EXPLAIN {statement.query}").fetchall()[0][1]
            words = "".join(filter(str.isalpha, plan)).lower()
            if not words.startswith("createtable") or words.startswith("createtableas"):
                found.report(line, "only CREATE TABLE with a list of columns may stand here")
                return
        connection.execute(statement).fetchall()
    except duckdb.Error as error:
        missing = _NO_SCHEMA.search(str(error))
        if missing is None or not again:
            _report_error(found, line, error)
        elif missing["name"].lower() in OURS:
            found.report(line, f"the schema {missing['name']} is Matterhouse's own; expected main, content or your own")
        elif missing["name"].lower() in _DATABASES:
            found.report(line, f"the schema {missing['name']} would have the name of a database; expected another name")
        else:
            connection.execute(f'CREATE SCHEMA "{missing["name"]}"').fetchall()
            _execute(found, connection, statement, line, again=False)


def _report_error(found: Declaration, line: int, error: duckdb.Error) -> None:
    """What DuckDB says, with the line of the file."""
    text = str(error)
    inside = _LINE.search(text)
    told = text.partition("\n")[0].partition(" Error: ")[2] or text
    found.report(line + (int(inside["line"]) - 1 if inside else 0), told)


def _look_up(found: Declaration, connection: duckdb.DuckDBPyConnection) -> None:
    """Take the table from DuckDB's catalog."""
    rows = connection.execute(sql.read("catalog")).fetchall()
    tables = [(of_table, list(columns)) for of_table, columns in groupby(rows, key=lambda row: row[:4])]
    [(temporary,)] = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchall()
    if len(tables) != 1 or temporary:
        found.report(found.create[0], "expected a table that stays, not a temporary one")
        return
    (_, found.schema_name, found.name, found.comment), columns = tables[0]
    found.columns = [dict(zip(("name", "type", "not_null", "comment"), column[4:])) for column in columns]
    query = "SELECT column_name FROM duckdb_columns() WHERE NOT internal AND column_default IS NOT NULL"
    for (column,) in connection.execute(query).fetchall():
        found.report(found.line_of(column), f"{column}: a value comes from front matter, not from DEFAULT or AS")
    query = "FROM duckdb_constraints() SELECT constraint_type, constraint_text, expression, constraint_column_names"
    found.constraints = connection.execute(query).fetchall()


def _try_checks(found: Declaration, table: UserTable, connection: duckdb.DuckDBPyConnection) -> None:
    """Report a CHECK that cannot be told of any row."""
    with _database_of_its_own(connection):
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
        connection.execute(f"CREATE TABLE rows_made ({columns})").fetchall()
        for check in table.checks:
            try:
                connection.execute(breaching(check, "rows_made")).fetchall()
            except duckdb.Error as error:
                told = str(error).partition("\n")[0]
                line = found.line_of(check.columns[0]) if check.columns else found.create[0]
                found.report(line, f"CHECK {check.expression}: {told}")


def breaching(check: Check, rows: str) -> str:
    """A query of the numbers of the rows that break a CHECK: for which it is false, or cannot be computed."""
    numbered = f'SELECT *, row_number() OVER () - 1 AS "number of row" FROM {rows}'
    return f'SELECT "number of row" FROM ({numbered}) WHERE TRY(({check.expression}) IS NOT FALSE) IS NOT TRUE'
