"""The checks of ``sql/checks``: one query each, which gives the rows that offend.

A check's file begins with comment lines: ``-- severity: error`` (offending rows stop publication) or
``-- severity: warn`` (they are reported), then what the check demands, in words.
"""

import time
from dataclasses import dataclass

import duckdb

import sql


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
    cursor = connection.execute(f"SELECT * FROM ({_query(sql.read(f'checks/{name}'))}) LIMIT {int(limit)}")
    return [column[0] for column in cursor.description], cursor.fetchall()


def _run(connection: duckdb.DuckDBPyConnection, name: str) -> Check:
    text = sql.read(f"checks/{name}")
    severity, description = _header(name, text)
    begun = time.perf_counter()
    [offending] = connection.execute(f"SELECT count(*) FROM ({_query(text)})").fetchall()[0]
    return Check(name, severity, description, offending, time.perf_counter() - begun)


def _header(name: str, text: str) -> tuple[str, str]:
    lines = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
    severity = lines[0].removeprefix("severity:").strip() if lines else ""
    if severity not in ("error", "warn") or len(lines) < 2:
        raise ValueError(f"sql/checks/{name}.sql has to begin with `-- severity: error` or `warn` and a description")
    return severity, " ".join(lines[1:])


def _query(text: str) -> str:
    return text.strip().rstrip(";")
