"""The schema as data: every table and view with its columns, keys, comments, and where its rows come from.

The DDL in ``tables/``, ``views/`` and ``marts/`` is the one declaration. ``python -m matterhouse.warehouse.schema``
runs it in DuckDB and writes what the catalog then says to ``schema.json``, which this module reads: that takes 2 ms
where the DDL takes 100.

The form of the comments is fixed:

- a table's comment is ``One row per <grain>. Key: <column>, <column>.``, further sentences between the two;
- a column's comment is a sentence of meaning, then `` From: <path>, <path>.`` where its value comes from front matter,
  then `` By: <function>.`` where a function of ``transforms/computed.py`` works it out. In a path ``.`` stands for
  nesting, ``[]`` for the items of a list and ``*`` for any key: ``related[].images[].url``, ``services.*``.

The first lines of a table's file say where its rows come from:

- ``-- rows: documents``: one per document with a record;
- ``-- rows: items of <list>, <list>``: one per list item, such as ``related[].images``; what is listed inside of a
  listed
  item is written with ``[]``; with several lists the column ``field`` says which one a row is of;
- ``-- rows: distinct items of <list>``: one per distinct item of all documents' lists, or per item of a list in those;
- ``-- rows: links of <list>``: one per list item, which only says which distinct item it is;
- ``-- rows: keys of <mapping>``: one per key of a mapping;
- ``-- rows: code <module or statement>``: made by code of its own;
- ``-- collection: <name>``: only from documents of that collection;
- ``-- split at commas: <list>, <list>``: where one of the lists is a text, it is split at its commas;
- ``-- belongs to: document`` (rows are replaced with their document), ``entry`` (rows come with the first document that
  lists them and go with the last one), ``warehouse`` (worked out from other tables), ``run`` (bookkeeping) or
  ``history`` (commits of a source);
- ``-- empty without: <table>``, of a view: without rows of that table it has none, and is not asked for them;
- ``-- parquet: no``: rows are in DuckDB only; views that are in Parquet as well hold all that they say.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from matterhouse.sql import paths

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "schema.json"
DOCUMENT, ENTRY, WAREHOUSE, RUN, HISTORY = "document", "entry", "warehouse", "run", "history"
MARTS = "marts"  # the schema of the views that are answers, and the folder of their statements
DOCUMENTS, ITEMS, DISTINCT, LINKS, KEYS, CODE = "documents", "items", "distinct items", "links", "keys", "code"

TABLE_COMMENT = re.compile(r"One row per (?P<grain>.+?)\.(?: .+)? Key: (?P<key>\w+(?:, \w+)*)\.")
_COLUMN_COMMENT = re.compile(
    rf"(?P<meaning>.+?\.)(?: From: (?P<paths>{paths.LISTED}(?:, {paths.LISTED})*)\.)?(?: By: (?P<function>\w+)\.)?"
)
_ROWS = re.compile(
    r"(?P<kind>documents|(?:distinct items|items|links|keys|code)(?= of | ))(?: of)?(?: (?P<of>[^ ,]+(?:, [^ ,]+)*))?"
)
_MAP = re.compile(r"MAP\((\w+), (.+)\)")


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is DuckDB's name for it, ``paths`` the front-matter paths it comes from, ``function`` the
    one that works it out (``transforms/computed.py``), None where the value is taken as it is."""

    name: str
    type: str
    not_null: bool
    comment: str
    paths: tuple[str, ...]
    function: str | None = None

    @property
    def certain_paths(self) -> tuple[str, ...]:
        """The paths without those that only count where another one has no value: of each list, the first one."""
        lists = [path.rpartition("[]")[0] + "." * (not path.endswith("[]")) for path in self.paths]
        return tuple(path for number, path in enumerate(self.paths) if lists[number] not in lists[:number])

    @property
    def meaning(self) -> str:
        """The comment without paths and function."""
        return self.comment.partition(" From: ")[0].partition(" By: ")[0]


@dataclass(frozen=True)
class Rows:
    """Where a table's rows come from.

    ``kind`` is documents, items, distinct items, links, keys or code; ``of`` the lists or the mapping that they are
    items, links or keys of, or the code that makes them; ``collection`` the only one whose documents count, if any;
    ``split`` the lists of which a text is split at commas.
    """

    kind: str
    of: tuple[str, ...] = ()
    collection: str | None = None
    split: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table or view: a row is one ``grain``, told apart by the columns of ``key``.

    ``belongs_to`` says what a row comes and goes with: document, entry, warehouse, run or history; None in a view.
    ``reads`` are the tables behind a view, also those behind other views, ``names`` the tables and views that its query
    names. ``in_parquet`` tells whether the rows are published as Parquet files as well. A view has no rows when
    the table ``empty_without`` has none.
    """

    schema: str
    name: str
    kind: str
    comment: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Rows | None = None
    belongs_to: str | None = None
    reads: frozenset[str] = frozenset()
    in_parquet: bool = True
    names: frozenset[str] = frozenset()
    empty_without: str = ""

    @property
    def qualified(self) -> str:
        """The name as people write it: ``records``, but ``raw.documents`` outside schema ``main``."""
        return self.name if self.schema == "main" else self.full_name

    @property
    def full_name(self) -> str:
        """The name with its schema, always: ``main.records``."""
        return f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        """The full name as SQL takes it, whatever signs it has."""
        return sql_name(self.full_name)

    @property
    def description(self) -> str:
        """The comment without the key."""
        return self.comment.rpartition(" Key: ")[0]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def described(self) -> dict[str, Any]:
        """The table as manifests describe it: kind, comment, and name, type, not_null and comment of each column."""
        names = ("name", "type", "not_null", "comment")
        columns = [{name: getattr(column, name) for name in names} for column in self.columns]
        return {"kind": self.kind, "comment": self.comment, "columns": columns}

    @cached_property
    def arrow_schema(self) -> "pa.Schema":
        """The same columns for Arrow and Parquet; comments are the metadata ``comment`` of schema and fields."""
        import pyarrow as pa

        fields = [
            pa.field(column.name, arrow_type(column.type), not column.not_null, {"comment": column.comment})
            for column in self.columns
        ]
        return pa.schema(fields, {"comment": self.comment})


def tables() -> dict[str, Table]:
    """Every table by its qualified name: ``records``, ``raw.documents``, ``meta.files``."""
    return {name: table for name, table in _relations().items() if table.kind == "table"}


def views() -> dict[str, Table]:
    """Every view by its qualified name, marts too: ``articles``, ``marts.posts_monthly``."""
    return {name: table for name, table in _relations().items() if table.kind == "view"}


def relations() -> dict[str, Table]:
    """Every table and view by its qualified name."""
    return _relations()


def marts() -> dict[str, Table]:
    """The views of schema ``marts`` by qualified name: ``marts.posts_monthly``."""
    return {name: view for name, view in views().items() if view.schema == MARTS}


def tables_of(owner: str) -> dict[str, Table]:
    """The tables whose rows belong to a document, an entry, the warehouse or a run."""
    return {name: table for name, table in tables().items() if table.belongs_to == owner}


def with_names(names: Mapping[str, Sequence[str]]) -> dict[str, Table]:
    """The tables with other front-matter names for some columns of ``records``, by column, and for the lists
    ``topics``, ``authors`` and ``aliases``."""
    found = tables()
    for name, given in names.items():
        qualified = f"record_{name}" if f"record_{name}" in found else "records"
        change = _with_lists if qualified != "records" else partial(_with_paths, name)
        found[qualified] = change(found[qualified], tuple(given))
    return found


def _with_paths(column: str, table: Table, paths: tuple[str, ...]) -> Table:
    columns = (replace(each, paths=paths) if each.name == column else each for each in table.columns)
    return replace(table, columns=tuple(columns))


def _with_lists(table: Table, lists: tuple[str, ...]) -> Table:
    """A table of items with other lists; what is read of an item stays."""
    if table.rows is None:
        raise ValueError(f"{table.qualified} has no lists")
    below = [dict.fromkeys(path[path.index("[]") :] for path in column.paths) for column in table.columns]
    columns = (
        replace(column, paths=tuple(f"{name}{rest}" for name in lists for rest in rests))
        for column, rests in zip(table.columns, below)
    )
    split = lists if table.rows.split else ()
    return replace(table, columns=tuple(columns), rows=replace(table.rows, of=lists, split=split))


def covered_paths(declared: Mapping[str, Table] | None = None) -> frozenset[str]:
    """The front-matter paths, of values rather than of mappings and lists, that some table of ``main`` takes."""
    main = (table for table in (declared or tables()).values() if table.schema == "main")
    return frozenset(path for table in main for column in table.columns for path in column.paths)


def lists_taken(declared: Mapping[str, Table]) -> frozenset[tuple[str | None, str]]:
    """The lists, such as ``authors[]``, that tables of ``main`` take values out of, each with the only collection for
    which they do, or None.
    """
    return frozenset(
        (table.rows.collection, path[: path.index(paths.ITEM) + len(paths.ITEM)])
        for table in declared.values()
        if table.schema == "main" and table.rows
        for column in table.columns
        for path in column.certain_paths
        if paths.ITEM in path
    )


def sql_name(qualified: str) -> str:
    """A table's qualified name as SQL takes it, whatever signs it has: ``"main"."records"``."""
    schema, _, name = qualified.rpartition(".")
    return ".".join('"' + part.replace('"', '""') + '"' for part in (schema or "main", name))


def arrow_type(type: str) -> "pa.DataType":
    """Arrow's type for DuckDB's; raises ``KeyError`` for one that no table uses yet."""
    import pyarrow as pa

    if type.endswith("[]"):
        return pa.list_(arrow_type(type.removesuffix("[]")))
    if pair := _MAP.fullmatch(type):
        return pa.map_(arrow_type(pair[1]), arrow_type(pair[2]))
    return {
        "VARCHAR": pa.string(),
        "BOOLEAN": pa.bool_(),
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "DATE": pa.date32(),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
    }[type]


def relation(qualified: str, described: dict[str, Any]) -> Table:
    """A table or view from its entry in ``schema.json``. Raises ``ValueError`` for comments or headers of another
    form.
    """
    schema, _, name = qualified.rpartition(".")
    full_name = f"{schema or 'main'}.{name}"
    form = TABLE_COMMENT.fullmatch(described["comment"])
    if form is None:
        wrong = described["comment"]
        raise ValueError(f"{full_name}: the comment must read 'One row per …. Key: ….', not {wrong!r}")
    return Table(
        schema or "main",
        name,
        described["kind"],
        described["comment"],
        form["grain"],
        tuple(form["key"].split(", ")),
        tuple(column(full_name, **each) for each in described["columns"]),
        _rows(full_name, described) if described["kind"] == "table" else None,
        described.get("belongs_to"),
        frozenset(described.get("reads", ())),
        described.get("parquet") != "no",
        frozenset(described.get("names", ())),
        described.get("empty_without", ""),
    )


@cache
def _relations() -> dict[str, Table]:
    text = files("matterhouse.sql").joinpath(FILE).read_text("utf-8")
    return {name: relation(name, described) for name, described in json.loads(text).items()}


def column(table: str, name: str, type: str, not_null: bool, comment: str | None) -> Column:
    """A column with what its comment says. Raises ``ValueError`` for a comment of another form."""
    form = _COLUMN_COMMENT.fullmatch(comment or "")
    if form is None or " From: " in form["meaning"] or " By: " in form["meaning"]:
        told = "a sentence, perhaps with 'From: ….' and 'By: ….'"
        raise ValueError(f"{table}.{name}: the comment must be {told}, not {comment!r}")
    return Column(name, type, not_null, comment or "", paths.listed(form["paths"] or ""), form["function"])


def _rows(table: str, described: dict[str, Any]) -> Rows:
    form = _ROWS.fullmatch(described.get("rows") or "")
    if form is None or described.get("belongs_to") not in (DOCUMENT, ENTRY, WAREHOUSE, RUN, HISTORY):
        raise ValueError(
            f"{table}: the file must begin with `-- rows: …` and"
            " `-- belongs to: document, entry, warehouse, run or history`"
        )
    split = tuple(described["split_at_commas"].split(", ")) if "split_at_commas" in described else ()
    return Rows(form["kind"], tuple(form["of"].split(", ")) if form["of"] else (), described.get("collection"), split)
