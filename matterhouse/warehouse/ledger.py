"""The ledger: what each source and file was at the last run, and every run there was.

A copy of ``meta.files`` and ``meta.sources`` of the newest snapshot in a file that the standard library's sqlite3
reads, so that "nothing changed" is known without DuckDB, and the only home of runs that published nothing, until the
next snapshot takes them along. ``snapshot`` says which snapshot it mirrors; where that is not the one to build on, it
is made anew from that one (``matterhouse.warehouse.recovery``).
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import NamedTuple

from matterhouse import sql
from matterhouse.warehouse.lock import Locked

_FORMAT = 4
_RUNS_WITH_REJECTS, _MOST_REJECTS = 100, 100_000  # runs whose rejects are kept here, and of all of them so many
_SECONDS_TO_WAIT = 5.0  # for a program that has the ledger open
UNNAMED_SINCE = "unnamed_since"  # of the facts of a source that the configuration does not name any more


class LedgerDamaged(Exception):
    """The ledger's file is not as a run left it; it can be made anew from the newest snapshot."""


class Entry(NamedTuple):
    """One file as the last run that read it left it: a row of ``meta.files``, and when the file was last listed.

    ``part`` is the group of documents whose rows share Parquet files. ``first_seen_at`` and ``last_changed_at`` are the
    starts (ISO 8601, UTC) of the runs that first saw the file and that last found it changed, ``changed_run_id`` is the
    latter run. ``modified_ns`` and ``listed_ns`` are nanoseconds since 1970. ``reason`` is the
    code of the reason why a file is not loaded, None for one that is. ``records`` are those that the file holds.
    ``kept_since`` is the start of the run that first could not read a file whose records of before stay, else None.
    """

    source: str
    path: str
    size_bytes: int
    modified_ns: int
    content_hash: str | None
    outcome: str
    part: int
    first_seen_at: str
    last_changed_at: str
    changed_run_id: str
    listed_ns: int
    reason: str | None = None
    records: int = 0
    kept_since: str | None = None

    def with_stat(self, size_bytes: int, modified_ns: int, listed_ns: int) -> "Entry":
        """The same content seen again under another size or time stamp."""
        return self._replace(size_bytes=size_bytes, modified_ns=modified_ns, listed_ns=listed_ns)


class Ledger:
    """An open ledger; ``read_only`` is for those who look at one that is there, perhaps while a run writes.

    A checksum beside the file says what it was when the last transaction ended. It is missing where a run was killed
    in between: then SQLite's own check has to do. Raises ``LedgerDamaged`` on opening when the file is no ledger or
    not what it was, ``Locked`` when another program keeps it.
    """

    def __init__(self, file: Path, read_only: bool = False):
        self._file, self._checksum_file = file, file.with_name(f"{file.name}.sha256")
        file.parent.mkdir(parents=True, exist_ok=True)
        place = f"{file.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        with _opening(file):
            self._connection = sqlite3.connect(place, _SECONDS_TO_WAIT, uri=True, isolation_level=None)
            try:
                self._open(read_only)
            except BaseException:
                self._connection.close()
                raise

    def _open(self, read_only: bool) -> None:
        if read_only or not self._is_as_it_was():
            found = self._connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise LedgerDamaged(f"{self._file}: {found[0]}")
        if not read_only:
            self._connection.execute("PRAGMA synchronous = FULL")
            self._bring_up_to_date()

    def _is_as_it_was(self) -> bool:
        """Whether the file has the checksum that is noted of it; False where none is."""
        try:
            noted = self._checksum_file.read_text(errors="replace")
        except OSError:
            return False
        try:
            if noted and noted != _sha256(self._file):
                raise LedgerDamaged(f"{self._file}: not what the last run wrote")
        except OSError as error:
            raise LedgerDamaged(f"{self._file}: {error}") from error
        return bool(noted)

    def _bring_up_to_date(self) -> None:
        """Create the tables where they are not there; those of an older version are made anew, its runs kept."""
        made = self._connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'facts'").fetchone() == (1,)
        format_ = self._fact("format") if made else None
        if format_ == str(_FORMAT):
            return
        if format_ not in (None, "1", "2", "3"):
            raise LedgerDamaged(f"{self._file}: made by another version")
        runs = self.runs() if format_ else []
        with self.transaction():
            for script in ("ledger/older", "ledger/create") if format_ else ("ledger/create",):
                for statement in sql.read(script).split(";\n"):
                    self._connection.execute(statement)
            self._set_fact("format", str(_FORMAT))
            self.put_runs(runs)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._checksum_file.unlink(missing_ok=True)
            _flush_folder(self._file.parent)
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has ended it
                self._connection.execute("ROLLBACK")
            raise
        with suppress(OSError):  # a full disk: then there is none
            self._checksum_file.write_text(_sha256(self._file))

    @property
    def snapshot(self) -> str | None:
        """Id of the snapshot that files and sources mirror; None before the first one."""
        return self._fact("snapshot")

    @property
    def code(self) -> str | None:
        """Fingerprint of the code that made that snapshot's tables."""
        return self._fact("code")

    def mirrors(self, snapshot: str, code: str) -> None:
        """Note which snapshot the files and sources are of, and the fingerprint of the code that made it."""
        self._set_fact("snapshot", snapshot)
        self._set_fact("code", code)

    def files(self, source: str) -> dict[str, Entry]:
        """The known files of a source by path."""
        rows = self._connection.execute(f"SELECT {', '.join(Entry._fields)} FROM files WHERE source = ?", (source,))
        return {entry.path: entry for entry in map(Entry._make, rows)}

    def next_part(self) -> int:
        """The first number that no part of any source has."""
        return (self._connection.execute("SELECT max(part) FROM files").fetchone()[0] or 0) + 1

    def put_files(self, entries: Iterable[Entry]) -> None:
        marks = ", ".join("?" for _ in Entry._fields)
        statement = f"INSERT OR REPLACE INTO files ({', '.join(Entry._fields)}) VALUES ({marks})"
        self._connection.executemany(statement, entries)

    def drop_files(self, source: str, paths: Iterable[str]) -> None:
        statement = "DELETE FROM files WHERE source = ? AND path = ?"
        self._connection.executemany(statement, ((source, path) for path in paths))

    def clear_files(self) -> None:
        self._connection.execute("DELETE FROM files")
        self._connection.execute("DELETE FROM sources")

    def sources(self) -> dict[str, dict]:
        """What is known of each source, by name."""
        rows = self._connection.execute("SELECT name, facts FROM sources ORDER BY name")
        return {name: json.loads(facts) for name, facts in rows}

    def put_source(self, name: str, facts: dict) -> None:
        self._connection.execute("INSERT OR REPLACE INTO sources VALUES (?, ?)", (name, json.dumps(facts)))

    def drop_source(self, name: str) -> None:
        """Forget a source and its files."""
        for statement in ("DELETE FROM files WHERE source = ?", "DELETE FROM sources WHERE name = ?"):
            self._connection.execute(statement, (name,))

    def runs(self) -> list[dict]:
        """Every run, the oldest first."""
        rows = self._connection.execute("SELECT facts FROM runs ORDER BY started_at, run_id")
        return [json.loads(facts) for (facts,) in rows]

    def put_runs(self, runs: Iterable[dict]) -> None:
        """Add runs, or what is known of them now, in the transaction that is open."""
        for run in runs:
            facts = json.dumps(run)
            row = (run["run_id"], run["started_at"], facts, _checksum(facts.encode()))
            self._connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?)", row)

    def rejects(self, run_id: str | None = None) -> list[dict]:
        """The rejects of a run, by default the last one, that were not published: rows as in ``meta.rejects``.

        ``rejected_at`` is text (ISO 8601, UTC). Empty where all that the run rejected is in its snapshot.
        """
        last = "(SELECT run_id FROM runs ORDER BY started_at DESC, run_id DESC LIMIT 1)"
        query = f"SELECT facts FROM rejects WHERE run_id = coalesce(?, {last}) ORDER BY rowid"
        return [json.loads(facts) for (facts,) in self._connection.execute(query, (run_id,))]

    def put_rejects(self, run_id: str, rejects: Iterable[dict]) -> None:
        """Keep the rejects of a run that did not publish them, and drop those of all but the newest such runs."""
        rows = ((run_id, json.dumps(reject, default=str)) for reject in rejects)
        self._connection.executemany("INSERT INTO rejects VALUES (?, ?)", rows)
        self._connection.execute(sql.read("ledger/old_rejects"), (_RUNS_WITH_REJECTS, _MOST_REJECTS))

    def _fact(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _set_fact(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))


def runs_kept(file: Path) -> list[dict]:
    """The runs in a damaged ledger that are certainly as they were; those that cannot be read are left out."""
    found: list[dict] = []
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection,
    ):
        for facts, noted in connection.execute("SELECT CAST(facts AS BLOB), checksum FROM runs"):
            if noted == _checksum(facts):
                found.append(json.loads(facts))  # one by one: the next one may not be readable
    return found


def _checksum(facts: bytes) -> str:
    return blake2b(facts, digest_size=8).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


@contextmanager
def _opening(file: Path) -> Iterator[None]:
    """Tell what is wrong with a ledger (``LedgerDamaged``) from another program that has it open, and from a full
    disk.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_NOTADB) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Locked(f"another program keeps {file} open") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY):
            raise OSError(f"{file}: {error}") from error
        raise LedgerDamaged(f"{file}: {error}") from error


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
