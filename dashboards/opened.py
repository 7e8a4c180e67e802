"""The snapshot that readers are to see: opened once, shared by requests, closed when a newer one is out and unread."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, TypeVar

import duckdb

from matterhouse import sql
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import Snapshot

FOLDER = "dashboard"
_MEMORY = 44_000_000  # bytes for one query at a time, and half of the database's size beside it
_MORE_MEMORY = 500_000_000  # for the few that need it
_SHUT: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "threads": 2,
    "allocator_flush_threshold": "1MB",
    "allocator_bulk_deallocation_flush_threshold": "1MB",
}
_MOST_REMEMBERED = 120
_LONGEST_REMEMBERED = 200  # rows
# What has a schema comes from the snapshot, but for marts; the macro is found without one.
_PATH = "SET TimeZone = 'UTC'; SET search_path = 'snapshot.main,memory.marts'"
_SIGN_OF_GLOBS = re.compile(r"[*?[]")
_MADE_AT = re.compile(r"-(\d{8}T\d{6})Z$")

_TRIES = 4
_PAGES, _FILES = Lock(), Lock()

Row = dict[str, Any]
T = TypeVar("T")


@cache
def statement(name: str) -> str:
    """The text of ``sql/dashboard/<name>.sql``. Raises ``KeyError`` where there is none."""
    if name not in sql.names(FOLDER) or "/" in name:
        raise KeyError(name)
    return sql.read(f"{FOLDER}/{name}")


def question(name: str) -> str:
    """What a statement answers: its first line."""
    return statement(name).partition("\n")[0].removeprefix("-- ")


class Opened:
    """One open snapshot: its manifest, and a connection from which nothing else can be reached.

    Raises ``manifest.Damaged`` and ``duckdb.Error`` for one that cannot be read.
    """

    def __init__(self, snapshot: Snapshot):
        self.snapshot = snapshot
        self.manifest: dict[str, Any] = snapshot.manifest()
        self.readers = 0
        self.is_superseded = False
        self._answers: dict[tuple, list[Row]] = {}
        self._spill = TemporaryDirectory(prefix="matterhouse-dashboard-", ignore_cleanup_errors=True)
        self._memory = _MEMORY + self.manifest["database"]["bytes"] // 2
        self._wanting_more, self._counting = 0, Lock()
        settings = _SHUT | {"memory_limit": f"{self._memory}B", "temp_directory": self._spill.name}
        self._connection = duckdb.connect(":memory:", config=settings)
        try:
            self._connection.execute(f"ATTACH {quoted(str(snapshot.database))} AS snapshot (READ_ONLY)").fetchall()
            self._connection.execute(f"SET allowed_directories = [{quoted(f'{snapshot.path}/')}]").fetchall()
            self._connection.execute("SET enable_external_access = false").fetchall()
            self._create_shortcuts()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def cursor(self, for_file: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of this request alone, in which the snapshot's tables need no prefix; times are in UTC.

        Queries take turns, so that each may use the whole memory; those for files, which take long, among themselves.
        """
        with _FILES if for_file else _PAGES, self._connection.cursor() as cursor:
            cursor.execute(_PATH).fetchall()
            yield cursor

    def _create_shortcuts(self) -> None:
        """Marts and documents are read from Parquet, where they lie ready; views of the same names lead there."""
        with self._connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA memory.marts").fetchall()
            for table in (name for name in self.manifest["tables"] if name.startswith("marts.")):
                cursor.execute(f"CREATE VIEW memory.{_name(table)} AS FROM {self.relation(table)}").fetchall()
            raw = self.relation("raw.documents")
            name = "filename" if raw.startswith("read_parquet") else "NULL AS filename"
            cursor.execute(f"CREATE VIEW memory.marts.raw_documents AS SELECT *, {name} FROM {raw}").fetchall()
            cursor.execute(f"{_PATH}; {sql.read(f'{FOLDER}/macros/scope')}").fetchall()

    def relation(self, table: str) -> str:
        """What SQL reads a table of the manifest from: its Parquet files, or the database where it has none."""
        files = [quoted(str(self.snapshot.path / file["path"])) for file in self.manifest["tables"][table]["files"]]
        if not files or _SIGN_OF_GLOBS.search(str(self.snapshot.path)):  # the path would stand for other files
            return f"snapshot.{_name(table)}"
        return f"read_parquet([{', '.join(files)}], hive_partitioning = false)"

    @contextmanager
    def more_memory(self) -> Iterator[None]:
        """Lets queries have more memory for as long as somebody wants it."""
        self._want_more(1)
        try:
            yield
        finally:
            self._want_more(-1)

    def _want_more(self, by: int) -> None:
        with self._counting:
            self._wanting_more += by
            limit = max(_MORE_MEMORY, self._memory) if self._wanting_more else self._memory
            self._connection.execute(f"SET memory_limit = '{limit}B'").fetchall()

    def remembered(self, key: tuple, rows: list[Row] | None = None) -> list[Row] | None:
        """Rows that were asked for before: a snapshot never changes. With ``rows``, they are remembered."""
        if rows is not None and len(rows) <= _LONGEST_REMEMBERED:
            while len(self._answers) >= _MOST_REMEMBERED:
                with suppress(KeyError, StopIteration, RuntimeError):  # another thread was quicker
                    del self._answers[next(iter(self._answers))]
            self._answers[key] = rows
        return self._answers.get(key)

    def close(self) -> None:
        """Close the connection, and remove what it spilled."""
        self._connection.close()
        self._spill.cleanup()


class View:
    """One request's look at one snapshot."""

    def __init__(self, opened: Opened):
        self._opened = opened
        self.id = opened.snapshot.id
        self.manifest = opened.manifest
        self.tables: dict[str, Any] = opened.manifest["tables"]
        made = _MADE_AT.search(self.id)
        self.published_at = datetime.strptime(made[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if made else None

    def ask(self, name: str, **given: Any) -> list[Row]:
        """The rows of a statement of ``sql/dashboard``, which takes from ``given`` the parameters that it names."""
        text = statement(name)
        with self._opened.cursor() as cursor:
            parameters = wanted(cursor, text, given)
            key = (name, *sorted(parameters.items(), key=lambda each: each[0]))
            known = self._opened.remembered(key)
            if known is not None:
                return known
            rows = rows_of(cursor.execute(text, parameters))
        self._opened.remembered(key, rows)
        return rows

    def one(self, name: str, **given: Any) -> Row | None:
        """The first row of a statement; None where it gives none."""
        return next(iter(self.ask(name, **given)), None)

    def more_memory(self) -> AbstractContextManager[None]:
        """See ``Opened.more_memory``."""
        return self._opened.more_memory()

    def relation(self, table: str) -> str:
        """See ``Opened.relation``."""
        return self._opened.relation(table)

    @contextmanager
    def cursor(self, for_file: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """See ``Opened.cursor``."""
        with self._opened.cursor(for_file) as cursor:
            yield cursor


class Snapshots:
    """Hands out the snapshot that is current, resolved once for each who asks."""

    def __init__(self, warehouse: Path):
        self.layout = Layout(warehouse.absolute())
        self._lock = Lock()
        self._newest: Opened | None = None

    @contextmanager
    def current(self) -> Iterator[View]:
        """A look at the current snapshot; it keeps showing that one. Raises as ``snapshots.current`` and ``Opened``."""
        opened = self._taken(snapshots.current(self.layout))
        try:
            yield View(opened)
        finally:
            with self._lock:
                opened.readers -= 1
                self._close_if_done(opened)

    def read(self, work: Callable[[View], T]) -> T:
        """What ``work`` makes of the current snapshot; again of the next one, where that was retired meanwhile.

        Where the usual memory does not do, ``work`` is done again with more.

        Raises as ``current`` and ``work``.
        """
        for tried in range(_TRIES):
            seen = self._pointed()
            try:
                with self.current() as view:
                    try:
                        return work(view)
                    except duckdb.OutOfMemoryException:
                        with view.more_memory():
                            return work(view)
            except (Damaged, snapshots.NoSnapshot, duckdb.Error):
                if tried == _TRIES - 1 or self._pointed() == seen:
                    raise
        raise AssertionError("the last try returns or raises")

    def close(self) -> None:
        """Close what is open and read by nobody."""
        with self._lock:
            if self._newest is not None:
                self._newest.is_superseded = True
                self._close_if_done(self._newest)
                self._newest = None

    def _pointed(self) -> str | None:
        try:
            return os.readlink(self.layout.current)
        except OSError:
            return None

    def _taken(self, snapshot: Snapshot) -> Opened:
        with self._lock:
            if self._newest is None or self._newest.snapshot != snapshot:
                opened = Opened(snapshot)
                if self._newest is not None:
                    self._newest.is_superseded = True
                    self._close_if_done(self._newest)
                self._newest = opened
            self._newest.readers += 1
            return self._newest

    @staticmethod
    def _close_if_done(opened: Opened) -> None:
        if opened.is_superseded and opened.readers == 0:
            opened.close()


def _name(table: str) -> str:
    """The name of a table of the manifest as SQL writes it, with its schema."""
    schema, _, name = table.rpartition(".")
    return ".".join(f'"{part.replace(chr(34), chr(34) * 2)}"' for part in (schema or "main", name))


def wanted(cursor: duckdb.DuckDBPyConnection, text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a statement names, NULL where they are not given."""
    [parsed] = cursor.extract_statements(text)
    return {name: given.get(name) for name in parsed.named_parameters}


def rows_of(found: duckdb.DuckDBPyConnection) -> list[Row]:
    """All rows that a query gives, by column."""
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
