"""The build database: the next snapshot's ``warehouse.duckdb`` while a run changes it.

Nobody reads it before it is published, and it is thrown away when the run fails.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.warehouse import bookkeeping, empty_database, links, memory, staging, versions, views_touched
from matterhouse.warehouse.base import Base
from matterhouse.warehouse.content import CHANGES, COLUMNS, Content
from matterhouse.warehouse.entries import KEY, StagedEntries, kept_once
from matterhouse.warehouse.entries import links as entry_links
from matterhouse.warehouse.replacing import Differing, replace_rows
from matterhouse.warehouse.schema import create, literal

BOOKKEEPING = "meta.files"  # which a database has to have to be built on

_CHANGING = (duckdb.StatementType.INSERT, duckdb.StatementType.UPDATE, duckdb.StatementType.DELETE)
# What follows from more than one document: file of sql/derive -> table it brings up to date.
_DERIVED = {
    "providers": "providers",
    "provider_images": "provider_images",
    "related": "related_entries",
    "learning_items": "learning_items",
    "drift": "meta.drift",
    "sources": "meta.sources",
}


# What a load of all sources cannot find out again.
_HISTORY = {"meta.checks", "meta.drift", "meta.content_columns", "meta.schema_changes", "meta.removed"}


def open_build(
    file: Path, base: Base | None, staged: Path, own: Sequence[schema.Table] = ()
) -> duckdb.DuckDBPyConnection:
    """Open the build database at ``file``: a copy of ``base``'s, or empty with every table. Raises ``Damaged``.

    ``own`` are the tables that the user declares, ``staged`` is the folder with what is going to be loaded.
    """
    if base is not None:
        base.copy_database(file)
    else:
        empty_database.write(file)
    # Groups of a base are not to be merged, or a first change would write all of them anew: 7 s for 70,000 documents.
    rows = memory.FEWEST_ROWS if base else memory.rows_of_a_group(staged)
    connection = duckdb.connect()
    with reading_base(base.database if base else None):
        connection.execute(f"ATTACH {_literal(file)} AS build (ROW_GROUP_SIZE {rows})").fetchall()
        connection.execute("USE build").fetchall()
        if base is not None:
            connection.execute(f"SELECT count(*) FROM {BOOKKEEPING}").fetchall()
    for table in () if base else own:
        create(connection, table)
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    connection.execute("SET threads = 1").fetchall()  # a second one waits for the rows that Python hands over
    limit_memory(connection, memory.limit(staged, base.path if base else None))
    connection.execute(f"SET temp_directory = {_literal(file.parent / 'spilled')}").fetchall()
    connection.execute("SET preserve_insertion_order = true").fetchall()
    connection.execute("SET write_buffer_row_group_count = 1").fetchall()  # more of them only take memory
    connection.execute("SET checkpoint_threshold = '1TB'").fetchall()
    return connection


def limit_memory(connection: duckdb.DuckDBPyConnection, limit: str) -> None:
    """Let DuckDB use no more memory than ``limit``; the rest waits on the disk."""
    connection.execute(f"SET memory_limit = '{limit}'").fetchall()


def can_be_opened(file: Path) -> bool:
    """Whether DuckDB can read the database and its bookkeeping."""
    try:
        with duckdb.connect(file, read_only=True) as connection:
            connection.execute(f"SELECT count(*) FROM {BOOKKEEPING}").fetchall()
    except duckdb.Error:
        return False
    return True


@contextmanager
def reading_base(base: Path | None) -> Iterator[None]:
    """Tell errors that are the fault of the database ``base``, as ``Damaged`` or ``versions.Newer``, from others, such
    as a full disk.
    """
    try:
        yield
    except duckdb.Error as error:
        if base is None or can_be_opened(base):
            raise
        raise versions.unreadable(base, error) from error


def carry_history(connection: duckdb.DuckDBPyConnection, base: Path) -> None:
    """Take along what the source cannot tell again: earlier checks, first sights of drift, the columns of content.

    A database of another version may have other columns: what both have is taken. Raises ``Damaged``.
    """
    with reading_base(base):
        connection.execute(f"ATTACH {_literal(base)} AS base (READ_ONLY)").fetchall()
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = 'base'"
        )
        for name in sorted({name for (name,) in tables.fetchall()} & _HISTORY):
            there = {column[0] for column in connection.execute(f"FROM base.{name} LIMIT 0").description}
            both = ", ".join(column for column in schema.tables()[name].column_names if column in there)
            connection.execute(f"INSERT INTO {name} BY NAME SELECT {both} FROM base.{name}").fetchall()
        connection.execute("DETACH base").fetchall()


def commit_at_once(connection: duckdb.DuckDBPyConnection) -> None:
    """Commit to the database itself, without writing a log of the changes first: the file is thrown away if this
    fails.
    """
    connection.execute("SET checkpoint_threshold = '0B'").fetchall()
    connection.commit()


def _literal(path: Path) -> str:
    """A path as a text in SQL."""
    return literal(str(path))


def _stream(files: list[Path]) -> pa.RecordBatchReader:
    """Staged rows as a stream, because what is registered as a table stays in memory until the transaction ends."""
    batches = (batch for file in files for batch in staging.read(file).to_batches())
    first = next(batches)
    return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))


class Load:
    """One run's changes.

    ``touched`` are the tables that have other rows than before, ``differing`` how the rows of tables of
    documents differ, but for ``raw.documents``, ``relinked`` the records whose related articles lead
    elsewhere than before, ``records_by_url`` where they lead now (``links.records_by_url``), ``entries`` those that the
    run staged. ``empty`` are tables that have no row before it.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        fresh: bool,
        own: Sequence[schema.Table] = (),
        empty: Set[str] = frozenset(),
    ):
        self._connection = connection
        self._fresh, self._empty = fresh, empty
        self._own = {table.qualified: table for table in own}
        self.touched: set[str] = set(schema.tables() | self._own) if fresh else set()
        self.differing: dict[str, Differing] = {}
        self.relinked: list[str] = []

    def changed(self, file_ids: Iterable[str]) -> None:
        """Say which files change, by their ids; ``changed`` are the documents they hold, before the load and after."""
        self._register("changed_files", pa.table({"record_id": pa.array(file_ids, pa.string())}))
        self._connection.execute(sql.read("load/changed")).fetchall()

    @property
    def replaces(self) -> bool:
        """Whether any of the files that change was published before; known before their rows are loaded."""
        query = f"SELECT count(*) FROM {BOOKKEEPING} WHERE record_id IN (FROM changed)"
        return self._connection.execute(query).fetchall() != [(0,)]

    def documents(self, staged: Path) -> None:
        """Replace the rows of the changed documents by those that were staged."""
        for name in [*schema.tables_of(schema.DOCUMENT), *self._own]:
            files = staging.files(staged, name)
            if not files and name in self._empty:
                continue
            if not self._fresh and name != staging.AS_PARQUET:
                self._replace(name, files)
                continue
            if not self._fresh:
                self._change(name, f"DELETE FROM {schema.sql_name(name)} WHERE record_id IN (FROM changed)")
            if files:
                self._insert(name, files)
        self.records_by_url = links.records_by_url(self._connection)  # entries lead to records
        self.entries = StagedEntries(staged)
        for path in kept_once():
            self._entries(path)
        self._connection.execute(sql.read("load/changed_now")).fetchall()

    def files(self, files: pa.Table, rejects: pa.Table) -> None:
        """Replace what is known of the changed files, of those in ``files``, and of those in ``rejects``."""
        self._register("stamped", files.select(["record_id"]))
        self._register("rejected", rejects.select(["record_id"]))
        known = "record_id IN (FROM changed UNION FROM stamped)"
        self.replace("meta.files", files, known)
        known = "record_id IN (FROM changed UNION FROM rejected)"
        self.replace("meta.rejects", rejects, f"commit_id IS NULL AND {known}")

    def removed(self, rows: Iterable[dict], run_id: str, now: datetime, kept_for: timedelta) -> None:
        """Note the files that are gone, and forget those that went longer ago than ``kept_for``."""
        self._change("meta.removed", f"DELETE FROM meta.removed WHERE removed_at <= '{(now - kept_for).isoformat()}'")
        if kept_for:
            noted = [row | {"run_id": run_id, "removed_at": now} for row in rows]
            self.add("meta.removed", bookkeeping.rows_of("meta.removed", noted))

    def runs(self, known: Iterable[dict], since: str | None) -> None:
        """Replace the rows of runs from the start of one on; what is there of earlier ones stays. None: all."""
        later = [run for run in known if since is None or run["started_at"] >= since]
        self._register("later_runs", pa.table({"run_id": pa.array([run["run_id"] for run in later], pa.string())}))
        for name, rows in zip(("meta.runs", "meta.run_sources"), bookkeeping.runs(later)):
            self.replace(name, rows, "run_id IN (FROM later_runs)")

    def replace(self, name: str, rows: pa.Table, where: str = "true") -> None:
        """Replace the rows of a table of the load's own for which ``where`` holds."""
        if not self._fresh:
            self._change(name, f"DELETE FROM {name} WHERE {where}")
        self.add(name, rows)

    def add(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        self._register("batch", rows)
        self._change(name, f"INSERT INTO {schema.sql_name(name)} BY NAME FROM batch")
        self._connection.unregister("batch")

    def derive(self, staged: Path, run_id: str, started_at: datetime) -> None:
        """Fill what depends on more than one document: ``sql/derive``."""
        self._seen_providers(staged)
        self._connection.execute(
            "CREATE OR REPLACE TEMP TABLE this_run AS SELECT ?::VARCHAR AS run_id, ?::TIMESTAMPTZ AS started_at",
            [run_id, started_at],
        ).fetchall()
        for name, table in _DERIVED.items():
            for statement in self._connection.extract_statements(sql.read(f"derive/{name}")):
                self._change(table, statement)
        self.relinked = [row[0] for row in self._connection.execute("FROM relinked").fetchall()]

    @property
    def touched_views(self) -> set[str]:
        """The views that may have other rows than before."""
        columns = {name: each.columns for name, each in self.differing.items() if each.columns is not None}
        for table in _DERIVED.values():
            columns.pop(table, None)
        return views_touched.touched(self.touched, columns)

    def content(self, content: Content) -> None:
        """Note what the tables of schema ``content`` are now, and how they changed."""
        if content.columns is not None:
            self._change(COLUMNS, f"DELETE FROM {COLUMNS}")  # in a fresh load, too: they are taken along
            self.add(COLUMNS, content.columns)
        if content.changes:
            self.add(CHANGES, bookkeeping.rows_of(CHANGES, content.changes))
        self.touched |= content.touched

    def _seen_providers(self, staged: Path) -> None:
        batches = [staging.read(file) for file in staging.files(staged, "providers")]
        empty = schema.tables()["providers"].arrow_schema.empty_table().replace_schema_metadata(None)
        self._register("seen_providers", pa.concat_tables(batches, promote_options="permissive") if batches else empty)

    def _change(self, name: str, statement: str | duckdb.Statement) -> None:
        cursor = self._connection.execute(statement)
        changes = isinstance(statement, str) or statement.type in _CHANGING
        rows = cursor.fetchall()
        if changes and rows[0][0]:
            self.touched.add(name)

    def _replace(self, name: str, files: list[Path]) -> None:
        """Replace the rows of the changed documents that differ from the staged ones."""
        table = schema.sql_name(name)
        if files:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE batch_rows AS FROM {table} LIMIT 0").fetchall()
            self._register("batch", _stream(files))
            self._connection.execute("INSERT INTO batch_rows BY NAME FROM batch").fetchall()
            self._connection.unregister("batch")
            differing = replace_rows(self._connection, table, "batch_rows")
        else:
            query = f"DELETE FROM {table} WHERE record_id IN (FROM changed) RETURNING record_id"
            differing = Differing([record for (record,) in self._connection.execute(query).fetchall()])
        self.differing[name] = differing
        if differing.documents:
            self.touched.add(name)

    def _insert(self, name: str, files: list[Path]) -> None:
        """Insert staged rows, file by file."""
        if name == staging.AS_PARQUET:  # DuckDB reads these itself: their rows are long
            names = ", ".join(map(_literal, files))
            self._change(name, f"INSERT INTO {name} BY NAME FROM read_parquet([{names}], hive_partitioning = false)")
        else:
            self.add(name, _stream(files))

    def _entries(self, path: str) -> None:
        """Add the entries of a list that are new, and drop those that no document lists any more."""
        names = kept_once()[path]
        known = None if self._fresh else self._connection.sql(f"SELECT {KEY} FROM {names[0]}").to_arrow_table()[KEY]
        for tables in self.entries.once(path):
            for name, rows in tables.items():
                new = rows if known is None else rows.filter(pc.invert(pc.is_in(rows[KEY], known)))
                if "related_record_id" in schema.tables()[name].column_names:
                    new = links.linked(new, self.records_by_url)
                if new.num_rows:
                    self.add(name, new.to_reader())
        for name in () if self._fresh else names:
            self._change(name, f"DELETE FROM {name} WHERE {KEY} NOT IN (SELECT {KEY} FROM {entry_links()[path]})")

    def _register(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        self._connection.register(name, rows)
