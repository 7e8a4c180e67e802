"""The checks of ``sql/checks``: one query each, or several one after the other, which give the rows that offend.

A check's file begins with comment lines: ``-- severity: error`` (offending rows stop publication) or
``-- severity: warn`` (they are reported), then what the check demands, in words.
"""

import time
from dataclasses import dataclass

import duckdb

from matterhouse import sql


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


def run_checks(connection: duckdb.DuckDBPyConnection) -> list[Check]:
    """Run every check on a warehouse database, in the transaction that is open, if one is."""
    return [_run(connection, name) for name in sql.names("checks")]


def offending_rows(connection: duckdb.DuckDBPyConnection, name: str, limit: int = 20) -> tuple[list[str], list[tuple]]:
    """Columns and some of the rows that offend against a check."""
    rows: list[tuple] = []
    for query in _queries(connection, name):
        cursor = connection.execute(f"SELECT * FROM ({query}) LIMIT {int(limit) - len(rows)}")
        columns = [column[0] for column in cursor.description]
        rows += cursor.fetchall()
    return columns, rows


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> Check:
    severity, description = _header(name, sql.read(f"checks/{name}"))
    begun = time.perf_counter()
    counts = [
        connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0] for query in _queries(connection, name)
    ]
    return Check(name, severity, description, sum(counts), time.perf_counter() - begun)


def _header(name: str, text: str) -> tuple[str, str]:
    lines = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
    severity = lines[0].removeprefix("severity:").strip() if lines else ""
    if severity not in ("error", "warn") or len(lines) < 2:
        raise ValueError(f"sql/checks/{name}.sql has to begin with `-- severity: error` or `warn` and a description")
    return severity, " ".join(lines[1:])


def _queries(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    statements = connection.extract_statements(sql.read(f"checks/{name}"))
    return [statement.query.strip().rstrip(";") for statement in statements]
