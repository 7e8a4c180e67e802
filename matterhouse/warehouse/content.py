"""The tables of schema ``content``: made of ``raw.scalars`` by what the front matters of each collection hold.

Their columns and types follow from the content alone, so a full load and any number of small ones give the same tables.
A run makes those collections anew whose values it changed. ``docs/content-tables.md`` has the rules.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.sql.user_tables import NO_FOLDER, Covered, UserTable
from matterhouse.warehouse import bookkeeping, content_changes, content_names, content_tables
from matterhouse.warehouse.content_changes import ContentColumn
from matterhouse.warehouse.content_plan import MOST_PATHS, OTHER, Declared, Found, plan
from matterhouse.warehouse.content_tables import SCHEMA, Planned

MOST_COLLECTIONS = 100  # with tables of their own: those with the most documents
COLUMNS, CHANGES = "meta.content_columns", "meta.schema_changes"


class Content:
    """Brings the tables of schema ``content`` up to date with a run's changes.

    ``remember`` is called before the run's rows are loaded, ``make`` behind it. Then ``tables`` has the tables there
    are, by qualified name, ``touched`` the names of those that have other rows, ``planned`` how these are made,
    ``plans`` a digest of how each table is made, which manifests keep: where it stays, only rows of changed documents
    are replaced,
    ``columns`` the rows of ``meta.content_columns``, ``changes`` what is to be added to ``meta.schema_changes``,
    ``moved`` the columns whose values are in another table than before, and ``may_shrink`` which tables may lose rows
    without alarm. ``known`` are the tables of the snapshot that the run builds on, as its manifest describes them; a
    ``fresh`` load makes all anew. ``user_tables`` are those that the user declares, ``lists`` the lists that tables of
    ``main`` take a part of (``schema.lists_taken``).
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        fresh: bool,
        known: Mapping[str, dict[str, Any]],
        user_tables: Sequence[UserTable] = (),
        lists: Set[tuple[str | None, str]] = frozenset(),
    ):
        self._connection, self._fresh, self._known = connection, fresh, known
        self._user_tables, self._lists = user_tables, lists
        self._own_names = frozenset(table.name for table in user_tables if table.schema == SCHEMA)
        self.tables: dict[str, schema.Table] = {}
        self.touched: set[str] = set()
        self.planned: dict[str, Planned] = {}
        self.plans: dict[str, str] = {}
        self.columns: pa.Table | None = None
        self.changes: list[dict[str, object]] = []
        self.moved: list[content_changes.Moved] = []
        self.may_shrink: dict[str, str | None] = {}

    def remember(self) -> None:
        """Note what the changed documents hold; ``changed`` is a relation of their record ids."""
        if not self._fresh:
            self._rows(f"CREATE OR REPLACE TEMP TABLE content_before AS {sql.read('content/held')}")

    def make(self, run_id: str, started_at: datetime) -> None:
        """Make the tables of the collections whose values changed."""
        before = [ContentColumn(*row) for row in self._rows(sql.read("content/columns"))]
        made_before = [column for column in before if column.table_name not in self._own_names]
        known = {column.collection for column in made_before}
        names = self._names(self._largest())
        wanted = self._wanted(names, known)
        self._rows(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        self._drop(made_before, known - names.keys())
        columns_made = self._made(sorted(wanted, key=content_names.none_last), names, made_before)
        kept = [column for column in made_before if column.collection in names.keys() - wanted]
        for name in {f"{SCHEMA}.{column.table_name}" for column in kept}:
            self._keep(name)
        now = [*kept, *columns_made, *_declared_columns(self._user_tables)]
        if self._fresh or set(now) != set(before):
            known = {column.collection for column in before}
            self.columns = bookkeeping.rows_of(COLUMNS, (column._asdict() for column in now))
            self.changes = [
                change | {"run_id": run_id, "changed_at": started_at}
                for change in content_changes.changes(before, now, known)
            ]
            self.moved = content_changes.moved(before, now)
            self.may_shrink = self._may_shrink(before, names, now)

    def _keep(self, name: str) -> None:
        """Let a table stay as the snapshot before has it."""
        self.tables[name] = content_tables.known(name, self._known[name])
        self.plans[name] = self._known[name].get("plan", "")

    def _drop(self, before: Iterable[ContentColumn], collections: Set[str | None]) -> None:
        """Drop the tables that some collections had."""
        for column in before:
            if column.column_index == 0 and column.collection in collections:
                self._rows(f"DROP TABLE IF EXISTS {SCHEMA}.{content_names.quoted(column.table_name)}")

    def _may_shrink(
        self, before: list[ContentColumn], names: Mapping[str | None, str], now: list[ContentColumn]
    ) -> dict[str, str | None]:
        """The tables before that may lose rows: with the documents of another table, or, with None, in any case.

        In any case: the documents' own, those whose values are in another table or in none now, and those of
        collections whose tables have other names.
        """
        before = [column for column in before if column.table_name not in self._own_names]
        named = self._names({column.collection for column in before})
        elsewhere = {each.before.table_name for each in self.moved}
        other = {column.collection for column in now if column.table_name.endswith(OTHER) and column.path is None}
        tables = {column.table_name for column in now}
        found: dict[str, str | None] = {}
        for column in before:
            table, own = column.table_name, named[column.collection]
            is_free = table == own or table in elsewhere or own != names.get(column.collection)
            is_free |= table not in tables and column.collection in other
            found[f"{SCHEMA}.{table}"] = None if is_free else f"{SCHEMA}.{own}"
        return found

    def _largest(self) -> list[str | None]:
        """The collections with the most documents, as many as get tables."""
        query = "SELECT collection FROM main.records GROUP BY ALL ORDER BY count(*) DESC, collection LIMIT ?"
        return [collection for (collection,) in self._rows(query, [MOST_COLLECTIONS])]

    def _names(self, collections: Iterable[str | None]) -> dict[str | None, str]:
        """The names of the collections' tables."""
        collections = list(collections)
        taken_over = [each for each in collections if self._is_taken_over(each)]
        return content_names.collection_names(collections, self._own_names, taken_over)

    def _is_taken_over(self, collection: str | None) -> bool:
        return any(table.takes_over and table.is_of(collection) for table in self._user_tables)

    def _declared(self, collection: str | None) -> Declared:
        """What the user's tables take of a collection."""
        own = [table for table in self._user_tables if table.is_of(collection)]
        cover = Covered(path for table in own for path in table.paths)
        lists = [path for of, path in self._lists if of in (None, collection)]
        return Declared(cover, self._is_taken_over(collection), self._own_names, lists)

    def _wanted(self, names: Mapping[str | None, str], known: Set[str | None]) -> set[str | None]:
        """The collections to be made anew: they hold other values, or their tables have other names than before."""
        if self._fresh:
            return set(names)
        self._rows(f"CREATE OR REPLACE TEMP TABLE content_now AS {sql.read('content/held')}")
        changed = {collection for (collection,) in self._rows(sql.read("content/changed"))}
        named = content_names.with_neighbours(names)
        named_before = content_names.with_neighbours(self._names(known))
        return {each for each in names if each in changed or named[each] != named_before.get(each)}

    def _made(
        self, collections: list[str | None], names: Mapping[str | None, str], before: Iterable[ContentColumn]
    ) -> list[ContentColumn]:
        """Plan the tables of some collections, and bring them up to date; gives their columns."""
        if not collections:
            return []
        found = self._found(collections)
        tables: list[Planned] = []
        for number, collection in enumerate(collections):
            others = set(names.values()) - {names[collection]}
            measure, declared = partial(self._measure, number), self._declared(collection)
            planned = plan(names[collection], others, found.get(number, []), measure, declared)
            tables += content_tables.planned(number, collection, planned, found.get(number, []), self._known)
        self._drop(before, set(collections) - {table.collection for table in tables if table.is_there})
        if self._fresh:  # many small statements, which would each be written to the log
            self._connection.begin()
        made = content_tables.make(self._connection, tables)
        if self._fresh:
            self._connection.commit()
        for table, described in zip(tables, made):
            name = f"{SCHEMA}.{table.table.name}"
            if described is None:
                self._keep(name)
            else:
                self.tables[name], self.plans[name], self.planned[name] = described, table.digest, table
                self.touched.add(name)
        return [column for table in tables for column in _columns(table, self.tables[f"{SCHEMA}.{table.table.name}"])]

    def _found(self, collections: Iterable[str | None]) -> dict[int, list[Found]]:
        """Collect the scalars of some collections; what is found at the paths of each, by the collection's number."""
        collections = list(collections)
        numbered = {"number": pa.array(range(len(collections)), pa.int32()), "name": pa.array(collections, pa.string())}
        self._connection.register("wanted_collections", pa.table(numbered))
        for macros in ("content/moment", "content/number"):
            self._rows(sql.read(macros))
        self._rows(sql.read("content/rows"))
        rows = self._rows(sql.read("content/paths"), [MOST_PATHS + 1])
        return {number: [Found(*row[1:]) for row in of] for number, of in groupby(rows, key=lambda row: row[0])}

    def _measure(self, collection: int, depth: int, keys: Mapping[str, list[str]]) -> tuple[int, int]:
        """How many keys some mappings have in all, and how many mappings there are; see ``content_plan.plan``."""
        pairs = [(path, number) for number, paths in enumerate(keys.values()) for path in paths]
        paths, numbers = zip(*pairs)
        self._connection.register("key_paths", pa.table({"path": paths, "key": numbers}))
        [counted] = self._rows(sql.read("content/keys"), [depth, collection])
        return counted

    def _rows(self, query: str, parameters: Iterable[object] = ()) -> list[tuple]:
        return self._connection.execute(query, list(parameters)).fetchall()


def _columns(planned: Planned, made: schema.Table) -> list[ContentColumn]:
    paths = {column.name: column.path for column in planned.table.columns}
    return [
        ContentColumn(made.name, column.name, index, planned.collection, paths.get(column.name), column.type)
        for index, column in enumerate(made.columns)
    ]


def _declared_columns(tables: Iterable[UserTable]) -> list[ContentColumn]:
    """The columns of the user's tables that are in the same schema."""
    return [
        ContentColumn(
            table.name, column.name, index, _of(table), column.paths[0] if column.paths else None, column.type
        )
        for table in tables
        if table.schema == SCHEMA
        for index, column in enumerate(table.columns)
    ]


def _of(table: UserTable) -> str | None:
    return None if table.collection == NO_FOLDER else table.collection
