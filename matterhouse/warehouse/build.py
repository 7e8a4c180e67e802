"""From staged tables to a published snapshot: load, check, publish."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from matterhouse import sql
from matterhouse.sql import paths, schema
from matterhouse.sql.user_tables import UserTable
from matterhouse.warehouse import (
    bookkeeping,
    content_changes,
    database,
    manifest,
    memory,
    parquet,
    parts,
    recovery,
    rewriting,
    rowcounts,
    snapshots,
    user_marts,
    versions,
)
from matterhouse.warehouse.base import Base
from matterhouse.warehouse.checks import Check, offending_rows, run_checks
from matterhouse.warehouse.content import Content
from matterhouse.warehouse.entries import joining
from matterhouse.warehouse.history import HistoryLoad, SourceHistory
from matterhouse.warehouse.layout import DATABASE, PARQUET, REPORT, Layout
from matterhouse.warehouse.ledger import Entry
from matterhouse.warehouse.marts import MartRows
from matterhouse.warehouse.snapshots import Snapshot


@dataclass
class Changes:
    """What a run brings: ``read`` files by id, new or changed; ``restamped`` ones, whose rows stay as they
    were; ``gone`` ones; ``rejects`` as rows of ``meta.rejects``; ``histories`` of sources; ``removed`` as rows of
    ``meta.removed``, but for the run.
    """

    read: dict[str, Entry] = field(default_factory=dict)
    restamped: dict[str, Entry] = field(default_factory=dict)
    gone: dict[str, Entry] = field(default_factory=dict)
    rejects: list[dict] = field(default_factory=list)
    histories: list[SourceHistory] = field(default_factory=list)
    removed: list[dict] = field(default_factory=list)


class Build:
    """The next snapshot while it is made. ``base`` is the one it builds on; ``fresh`` makes all tables anew.
    ``user_tables`` and ``lists`` are as in ``Content``, ``marts`` those of the user's; ``removed_for`` is how
    long files that are gone are named; ``notes`` tells, when it is
    published, which of these are left out.

    ``load``, ``check`` and ``publish`` are called in this order; ``abandon`` at any time instead. ``rows`` has the
    rows of each table and view when it was checked, and those of marts, which take time to read, when it is published;
    ``rows_by_source`` those of the tables by source.
    """

    def __init__(
        self,
        layout: Layout,
        base: Base | None,
        fresh: bool,
        staged: Path,
        user_tables: Sequence[UserTable],
        lists: Set[tuple[str | None, str]],
        marts: Sequence[user_marts.UserMart] = (),
        removed_for: timedelta = timedelta(days=90),
    ):
        self._layout, self._base, self._fresh, self._staged = layout, base, fresh, staged
        self._user_tables, self._lists, self._marts = user_tables, lists, marts
        self._removed_for = removed_for
        self._marts_made: dict[str, schema.Table] = {}
        self.notes: list[str] = []
        self._path = snapshots.begin(layout)
        self.id = snapshots.final_name(self._path)
        self._opened: duckdb.DuckDBPyConnection | None = None
        self.rows: dict[str, int] = {}
        self.rows_by_source: rowcounts.BySource = {}

    def load(self, changes: Changes, run: dict, known_runs: Iterable[dict], sources: dict[str, dict]) -> None:
        """Bring the changes into the database. Raises ``Damaged`` when the base is not as it was published.

        Changes of a base are one transaction, that stays open for the checks. A database that is made anew needs none:
        rows that wait for the end of a transaction are only written twice.
        """
        self._changes = changes
        kept = None if self._fresh else self._base
        if kept is not None:
            kept.check_parquet()
        self._opened = database.open_build(self._path / DATABASE, kept, self._staged, self._user_tables)
        if kept is None:
            self._carry_history()
        else:
            self._connection.begin()
        known = {} if kept is None else kept.manifest["tables"]
        empty = {name for name, table in known.items() if not table["rows"]}
        self._load = database.Load(self._connection, self._fresh, self._user_tables, empty)
        self._content = Content(self._connection, self._fresh, known, self._user_tables, self._lists)
        self._load.changed([*changes.read, *changes.gone])
        self._replaces = not self._fresh and self._load.replaces
        self._content.remember()
        self._load.documents(self._staged)
        database.limit_memory(self._connection, memory.usual_limit(self._staged, kept.path if kept else None))
        self._load.files(
            bookkeeping.files(changes.read | changes.restamped), bookkeeping.rows_of("meta.rejects", changes.rejects)
        )
        self._history = HistoryLoad(self._connection, self._fresh, changes.histories)
        self._history.load()
        self._load.touched |= self._history.touched
        self._load.removed(changes.removed, run["run_id"], datetime.fromisoformat(run["started_at"]), self._removed_for)
        self._load.replace("meta.sources", bookkeeping.sources(sources))
        self._load.runs([*known_runs, run], None if kept is None else kept.manifest["run"]["started_at"])
        started_at = datetime.fromisoformat(run["started_at"])
        self._load.derive(self._staged, run["run_id"], started_at)
        if kept is not None:
            database.limit_memory(self._connection, memory.content_limit(self._staged, kept.path))
        self._content.make(run["run_id"], started_at)
        self._load.content(self._content)

    @property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        assert self._opened is not None  # from load to publish
        return self._opened

    def _carry_history(self) -> None:
        """Take earlier checks and drift from the base, or else from the newest database that is whole."""
        if self._base is not None:
            self._base.check_database()
        history = self._base or recovery.newest_whole_database(self._layout)
        if history is not None:
            database.carry_history(self._connection, history.database)

    def check(self, run_id: str) -> list[Check]:
        """Run the checks and note what they found in ``meta.checks``; then the tables are complete, and their rows
        counted.
        """
        counted = {name: table for name, table in self._tables().items() if table.schema != schema.MARTS}
        self.rows = self._rows(counted)
        empty = {name for name, rows in self.rows.items() if not rows}
        found = run_checks(self._connection, self._user_tables, empty, counted.keys() - self._load.touched)
        self._load.add("meta.checks", bookkeeping.checks(run_id, found))
        self.rows["meta.checks"] += len(found)
        self.rows_by_source = rowcounts.by_source(self._connection, self._tables(), self.rows)
        return found

    def _rows(self, tables: Mapping[str, schema.Table]) -> dict[str, int]:
        """The rows of tables and views; those that the run left alone have as many as before."""
        before = self._base.rows if self._base and not self._fresh else {}
        touched = self._load.touched | self._load.touched_views
        known = {name: before[name] for name in tables.keys() - touched if name in before}
        asked = {name: table for name, table in tables.items() if name not in known}
        return known | rowcounts.in_all(self._connection, asked)

    @property
    def histories(self) -> dict[str, dict[str, int]]:
        """The ``commits`` and ``versions`` that came to the histories of sources."""
        return self._history.added

    def rejected_items(self) -> int:
        """How many items of loaded data files could not be read."""
        count = "SELECT count(*) FROM meta.rejects ANTI JOIN meta.files USING (record_id) WHERE commit_id IS NULL"
        return self._connection.execute(count).fetchall()[0][0]

    def new_drift(self, run_id: str) -> dict[str, list[str]]:
        """The front-matter paths without a table that this run met first, by collection (empty for none), cut.

        Collections and paths of most documents come first.
        """
        found: dict[str, list[str]] = {}
        for collection, path in self._connection.execute(sql.read("findings/new_drift"), [run_id]).fetchall():
            found.setdefault(collection or "", []).append(paths.cut(path))
        return found

    def content_changes(self) -> list[str]:
        """A sentence per table of schema ``content`` that has another shape, and per column that has another type."""
        return content_changes.told(self._content.changes, self._content.moved)

    @property
    def declared_in(self) -> dict[str, str]:
        """The tables that the user declares, each with its file."""
        return {table.qualified: table.file for table in self._user_tables}

    def may_shrink(self, all_content: bool) -> Mapping[str, str | None]:
        """``Content.may_shrink``; with ``all_content`` every table of schema ``content`` may lose any rows."""
        if not all_content or self._base is None:
            return self._content.may_shrink
        return dict.fromkeys(name for name in self._base.rows if name.startswith("content."))

    @property
    def final_path(self) -> Path:
        """Where the snapshot will be when it is published."""
        return self._layout.snapshots / self.id

    def rejects(self, limit: int) -> list[dict]:
        """Some rows of ``meta.rejects``, those of the newest runs first."""
        columns = 'source, path, line, "column", reason, message'
        query = f"SELECT {columns} FROM meta.rejects WHERE commit_id IS NULL ORDER BY run_id DESC, source, path LIMIT ?"
        cursor = self._connection.execute(query, [limit])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def offending_rows(self, check: str, limit: int = 5) -> tuple[list[str], list[tuple]]:
        """Columns and some of the rows that a check found."""
        return offending_rows(self._connection, check, limit, self._user_tables)

    def publish(self, facts: dict, report: str) -> Snapshot:
        """Commit, write Parquet files, report and manifest, point ``current`` to the snapshot."""
        base = None if self._fresh or self._base is None else self._base.path
        database.limit_memory(self._connection, memory.limit(self._staged, base))
        parts_of_changed = self._parts_of_changed()
        is_whole = self._is_written_whole()
        self._commit(is_whole)
        self._write_parquet(parts_of_changed)
        if is_whole and not self._fresh:
            filled = [name for name, table in self._tables().items() if table.kind == "table" and self.rows[name]]
            rewriting.copy(self._connection, self._path, filled)
        if self._marts:
            self._make_marts()
            self._connection.execute("CHECKPOINT").fetchall()
        self._connection.close()
        self._opened = None
        rewriting.put_in_place(self._path)
        (self._path / REPORT).write_text(report, encoding="utf-8")
        facts = {"id": self.id, "versions": versions.written_by()} | facts | {"written": self._written(is_whole)}
        described = {name: {"rows": self.rows[name], **table.described} for name, table in self._tables().items()}
        for name, digest in self._content.plans.items():
            described[name]["plan"] = digest
        for name, counts in self.rows_by_source.items():
            described[name]["rows_by_source"] = counts
        manifest.write(self._path, facts, described, self._base.checksums() if self._base and not self._fresh else {})
        return snapshots.publish(self._layout, self._path)

    def _is_written_whole(self) -> bool:
        """Whether the database is to be written as a whole, so that nothing is left in it of rows that are gone."""
        if self._fresh or self._base is None:
            return True
        return self._replaces or self._history.has_removed or rewriting.has_grown(self._base.manifest)

    def _commit(self, is_written_whole: bool) -> None:
        if self._fresh:
            self._connection.execute("CHECKPOINT").fetchall()
        elif is_written_whole:
            rewriting.commit(self._connection)
        else:
            database.commit_at_once(self._connection)

    def _written(self, is_whole: bool) -> dict:
        """In which snapshot the database was last written as a whole, and its bytes then: later ones only added."""
        if not is_whole and self._base is not None:
            return self._base.manifest["written"]
        return {"snapshot": self.id, "bytes": (self._path / DATABASE).stat().st_size}

    def abandon(self) -> None:
        """Throw the unfinished snapshot away."""
        if self._opened is not None:
            self._opened.close()
        snapshots.tidy_up(self._layout, [])

    def _tables(self) -> dict[str, schema.Table]:
        """Every table and view: Matterhouse's own, the user's, and those made by content."""
        own = {table.qualified: table for table in self._user_tables}
        return schema.relations() | own | self._content.tables | self._marts_made

    def _make_marts(self) -> None:
        """Make the user's marts, as views and as Parquet; what is wrong with one leaves it out."""
        folder = self._path / PARQUET
        for mart, made in zip(self._marts, user_marts.create(self._connection, self._marts, self._tables())):
            if isinstance(made, str):
                self.notes.append(made)
                continue
            before = None if self._fresh or self._base is None else self._base.parquet / mart.name
            try:
                if before is None or made.reads & self._load.touched or not before.is_dir():
                    self.rows[mart.name] = parquet.write_whole(self._connection, made, folder)
                else:
                    parquet.link(before, folder / mart.name)
                    self.rows[mart.name] = self._base.rows[mart.name] if self._base else 0
                self._marts_made[mart.name] = made
            except duckdb.Error as error:
                self.notes.append(user_marts.left_out(mart.file, error))
                user_marts.drop(self._connection, mart.name)

    def _parts_of_changed(self) -> dict[str, int]:
        """The part of every document that the run changed, as far as it is known, by record id."""
        found = {key: entry.part for key, entry in (self._changes.read | self._changes.gone).items()}
        return found | dict(self._connection.execute(sql.read("load/parts_of_items")).fetchall())

    def _write_parquet(self, changed: Mapping[str, int]) -> None:
        folder = self._path / PARQUET
        before = None if self._fresh or self._base is None else self._base.parquet
        touched_parts = self._touched_parts(changed) if before else {}
        touched = self._load.touched | self._load.touched_views
        marts = MartRows(self._connection)
        for name, table in self._tables().items():
            if not table.in_parquet or table.belongs_to == schema.HISTORY:
                continue
            if self.rows.get(table.empty_without) == 0:
                self.rows[name] = 0
            if name in parquet.PARTED:
                if before:
                    parquet.link(before / name, folder / name, but=set(map(parts.part_name, touched_parts[name])))
            elif before is None or (name in touched and not self._stays_empty(name)) or not (before / name).is_dir():
                if self.rows.get(name, 1):
                    self.rows[name] = parquet.write_whole(self._connection, table, folder, marts.query(table))
                else:
                    parquet.write_none(table, folder)
            else:
                parquet.link(before / name, folder / name)
                self.rows.setdefault(name, self._base.rows[name] if self._base else 0)
        bulk = parts.PartFiles(self._staged, self._load.entries, before, folder, self._load.records_by_url)
        if before is None:
            bulk.write_batches(changed)
        elif any(touched_parts.values()):
            bulk.write_changes(changed, touched_parts, self._documents_of(set().union(*touched_parts.values())))
        bulk.write_empty()
        self._history.write_parquet(before, folder)

    def _stays_empty(self, name: str) -> bool:
        """Whether a declared table has no row and had none; one of schema ``content`` may have other columns now."""
        were = self._base.rows.get(name) if self._base else None
        return were == self.rows.get(name) == 0 and not name.startswith("content.")

    def _touched_parts(self, changed: Mapping[str, int]) -> dict[str, set[int]]:
        """By bulk table, the parts with rows of documents that have other ones than before.

        ``changed`` says in which part a changed document is. One that is not in it, an item that is gone from its file,
        may have been in each of them.
        """
        every = set(changed.values())
        self._connection.register("relinked_ids", pa.table({"record_id": pa.array(self._load.relinked, pa.string())}))
        relinked = {part for (part,) in self._connection.execute(sql.read("load/relinked_parts")).fetchall()}
        found = {}
        for name in parquet.PARTED:
            differing = self._load.differing.get(joining().get(name, (name,))[0])
            documents = changed if differing is None else differing.documents
            found[name] = {changed[each] for each in documents} if changed.keys() >= set(documents) else every
        found["related_articles"] |= relinked
        return found

    def _documents_of(self, wanted: set[int]) -> list[str]:
        """Record ids of the documents of some parts in the order of their paths."""
        self._connection.register("wanted_parts", pa.table({"part": pa.array(wanted, pa.int32())}))
        return [row[0] for row in self._connection.execute(sql.read("load/documents_of_parts")).fetchall()]
