"""The checks of ``sql/checks``: one query each, or several one after the other, which give the rows that offend.

A check's file begins with comment lines: ``-- severity: error`` (offending rows stop publication) or ``-- severity:
warn`` (they are reported), then what the check demands, in words. With ``-- for each: table of main and raw`` or ``--
for each: table of records`` in the second line it is one query that is asked of each of these tables, with
``{table}``, ``{name}`` and ``{key}`` in place of the table's names and the columns of its key. With ``-- empty
without: <tables>`` no row can offend while all of these tables are empty, with ``-- only where: <condition>`` none
where that does not hold: then the query, which takes long to plan, is not asked.
"""

import time
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import duckdb

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse.content_names import quoted

Tables = Sequence[schema.Table]
_RECORDS = "records"
_HISTORY = "table of history"  # of which none is the user's
_HEADERS = {"severity", "for each", "empty without", "only where"}


@dataclass(frozen=True)
class Check:
    """One check and what it found: ``offending`` rows, in ``seconds``."""

    name: str
    severity: str
    description: str
    offending: int
    seconds: float

    @property
    def stops(self) -> bool:
        return self.severity == "error" and self.offending > 0


def run_checks(
    connection: duckdb.DuckDBPyConnection,
    own: Tables = (),
    empty: Set[str] = frozenset(),
    untouched: Set[str] = frozenset(),
) -> list[Check]:
    """Run every check on a warehouse database, in the transaction that is open, if one is.

    Those for each table are also made for the user's ``own``. They are not made where no row can offend: for the
    ``empty`` tables, and where all that is read is ``untouched`` since it was checked. Both are qualified names.
    """
    return [_run(connection, name, own, empty, untouched) for name in sql.names("checks")]


def offending_rows(
    connection: duckdb.DuckDBPyConnection, name: str, limit: int = 20, own: Tables = ()
) -> tuple[list[str], list[tuple]]:
    """Columns and some of the rows that offend against a check."""
    rows: list[tuple] = []
    for query in _queries(connection, name, own):
        cursor = connection.execute(f"SELECT * FROM ({query}) LIMIT {int(limit) - len(rows)}")
        columns = [column[0] for column in cursor.description]
        rows += cursor.fetchall()
    return columns, rows


def _run(connection: duckdb.DuckDBPyConnection, name: str, own: Tables, empty: Set[str], untouched: Set[str]) -> Check:
    header = _header(name)
    begun = time.perf_counter()
    queries = _queries(connection, name, own, empty, untouched) if _may_offend(connection, header, empty) else []
    counts = [connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0] for query in queries]
    return Check(name, header["severity"], header["description"], sum(counts), time.perf_counter() - begun)


def _may_offend(connection: duckdb.DuckDBPyConnection, header: Mapping[str, str], empty: Set[str]) -> bool:
    """Whether there can be rows that offend, by the header of a check."""
    if "empty without" in header and set(header["empty without"].split(", ")) <= empty:
        return False
    condition = header.get("only where")
    return condition is None or connection.execute(f"SELECT {condition}").fetchall()[0][0]


def _header(name: str) -> dict[str, str]:
    """The first lines of a check's file by their names, with its ``description``."""
    lines = [line[2:].strip() for line in sql.read(f"checks/{name}").splitlines() if line.startswith("--")]
    header: dict[str, str] = {}
    while lines and lines[0].partition(": ")[0] in _HEADERS:
        key, _, header[key] = lines.pop(0).partition(": ")
    header["description"] = " ".join(lines)
    if header.get("severity") not in ("error", "warn") or not lines:
        raise ValueError(f"sql/checks/{name}.sql has to begin with `-- severity: error` or `warn` and a description")
    return header


def _queries(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    own: Tables,
    empty: Set[str] = frozenset(),
    untouched: Set[str] = frozenset(),
) -> list[str]:
    text, header = sql.read(f"checks/{name}"), _header(name)
    each = header.get("for each")
    if each is None:
        statements = connection.extract_statements(text)
        return [statement.query.strip().rstrip(";") for statement in statements]
    tables = [*_FOR_EACH[each](), *(own if each != _HISTORY else ())]
    without_comments = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    beside = {_RECORDS} if f"main.{_RECORDS}" in without_comments else set()
    past = untouched if header["severity"] == "error" else frozenset[str]()  # what was published broke no rule
    return [
        _for(table, without_comments)
        for table in tables
        if table.qualified not in empty and not {table.qualified, *beside} <= past
    ]


def _for(table: schema.Table, query: str) -> str:
    """A query that is written for any table, for one of them; names and keys are those of the DDL."""
    key = ", ".join(map(quoted, table.key))
    return query.format(name=table.qualified, table=table.sql_name, key=key).strip().rstrip(";")


def _of_content() -> list[schema.Table]:
    return [table for table in schema.tables().values() if table.schema in ("main", "raw")]


def _of_records() -> list[schema.Table]:
    documents = schema.tables_of(schema.DOCUMENT).values()
    return [table for table in documents if table.schema == "main" and table.name != "records"]


def _of_history() -> list[schema.Table]:
    return [*schema.tables_of(schema.HISTORY).values()]


# What a check can be made for each of.
_FOR_EACH = {"table of main and raw": _of_content, "table of records": _of_records, _HISTORY: _of_history}
