"""The ledger: what each source and file was at the last run, and every run there was.

A copy of ``meta.files`` and ``meta.sources`` of the newest snapshot in a file that the standard
library's sqlite3 reads, so that "nothing changed" is known without DuckDB, and the only home of runs that
published nothing, until the next snapshot takes them along. ``snapshot`` says which snapshot it
mirrors; where that is not the newest one, it is made anew from the newest (``matterhouse.warehouse.recovery``).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_FORMAT = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
    source TEXT, path TEXT, size INTEGER, mtime_ns INTEGER, content_hash TEXT, outcome TEXT,
    part INTEGER, first_seen TEXT, last_changed TEXT, changed_run TEXT, listed_ns INTEGER,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (name TEXT PRIMARY KEY, facts TEXT);
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY, started_at TEXT, facts TEXT);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
"""


class LedgerDamaged(Exception):
    """The ledger's file is no readable ledger; it can be made anew from the newest snapshot."""


class Entry(NamedTuple):
    """One file as the last run that read it left it.

    ``part`` is the group of documents whose rows share Parquet files. ``first_seen`` and
    ``last_changed`` are the starts (ISO 8601, UTC) of the runs that first saw the file and that last
    found it changed, ``changed_run`` is the latter run's id. ``listed_ns`` is when it was last listed.
    """

    source: str
    path: str
    size: int
    mtime_ns: int
    content_hash: str | None
    outcome: str
    part: int
    first_seen: str
    last_changed: str
    changed_run: str
    listed_ns: int

    def with_stat(self, size: int, mtime_ns: int, listed_ns: int) -> "Entry":
        """The same content seen again under another size or time stamp."""
        return self._replace(size=size, mtime_ns=mtime_ns, listed_ns=listed_ns)


class Ledger:
    """An open ledger; ``read_only`` is for those who look at one that is there, perhaps while a run writes.

    Raises ``LedgerDamaged`` on opening when the file is none.
    """

    def __init__(self, file: Path, read_only: bool = False):
        file.parent.mkdir(parents=True, exist_ok=True)
        place = f"{file.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._connection = sqlite3.connect(place, uri=True, isolation_level=None)
        try:
            self._open(read_only)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise LedgerDamaged(f"{file}: {error}") from error

    def _open(self, read_only: bool) -> None:
        if not read_only:
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(_SCHEMA)
        if self._fact("format") not in (None, str(_FORMAT)):
            raise sqlite3.DatabaseError("made by another version")
        self._connection.execute("PRAGMA quick_check(1)").fetchone()

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has ended it
                self._connection.execute("ROLLBACK")
            raise

    @property
    def snapshot(self) -> str | None:
        """Id of the snapshot that files and sources mirror; None before the first one."""
        return self._fact("snapshot")

    @property
    def code(self) -> str | None:
        """Fingerprint of the code that made that snapshot's tables."""
        return self._fact("code")

    def mirrors(self, snapshot: str, code: str) -> None:
        self._set_fact("format", str(_FORMAT))
        self._set_fact("snapshot", snapshot)
        self._set_fact("code", code)

    def files(self, source: str) -> dict[str, Entry]:
        """The known files of a source by path."""
        rows = self._connection.execute(f"SELECT {', '.join(Entry._fields)} FROM files WHERE source = ?", (source,))
        return {row[1]: Entry._make(row) for row in rows}

    def next_part(self) -> int:
        """The first number that no part of any source has."""
        return (self._connection.execute("SELECT max(part) FROM files").fetchone()[0] or 0) + 1

    def put_files(self, entries: Iterable[Entry]) -> None:
        marks = ", ".join("?" * len(Entry._fields))
        self._connection.executemany(f"INSERT OR REPLACE INTO files VALUES ({marks})", entries)

    def drop_files(self, source: str, paths: Iterable[str]) -> None:
        self._connection.executemany(
            "DELETE FROM files WHERE source = ? AND path = ?", ((source, path) for path in paths)
        )

    def clear_files(self) -> None:
        self._connection.execute("DELETE FROM files")
        self._connection.execute("DELETE FROM sources")

    def sources(self) -> dict[str, dict]:
        """What is known of each source, by name."""
        return {
            name: json.loads(facts)
            for name, facts in self._connection.execute("SELECT name, facts FROM sources ORDER BY name")
        }

    def put_source(self, name: str, facts: dict) -> None:
        self._connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (name, json.dumps(facts)))

    def runs(self) -> list[dict]:
        """Every run, the oldest first."""
        return [
            json.loads(facts)
            for (facts,) in self._connection.execute("SELECT facts FROM runs ORDER BY started_at, run_id")
        ]

    def put_run(self, run: dict) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO runs VALUES (?, ?, ?)", (run["run_id"], run["started_at"], json.dumps(run))
        )

    def _fact(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_fact(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))
