"""The warehouse's schema, derived from the DDL in ``sql/tables`` and ``sql/views``.

The DDL is the only declaration. It is run in a DuckDB in memory, whose catalog then says which
tables and columns there are (both are kept for later processes: ``matterhouse.warehouse.template``); the comments say the rest, and
their form is fixed:

- a table's comment is ``One row per <grain>. Key: <column>, <column>.``, further sentences between the two;
- a column's comment is a sentence of meaning, followed by `` From: <path>, <path>.`` where the
  column comes from front matter. In a path ``.`` stands for nesting, ``[]`` for the items of a
  list and ``*`` for any key: ``related[].images[].url``, ``services.*``.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from matterhouse import sql
from matterhouse.warehouse import template

if TYPE_CHECKING:
    import duckdb
    import pyarrow

_TABLE_COMMENT = re.compile(r"One row per (?P<grain>.+?)\.(?: .+)? Key: (?P<key>\w+(?:, \w+)*)\.")
_COLUMN_COMMENT = re.compile(r"(?P<meaning>.+?\.)(?: From: (?P<paths>[^ ,]+(?:, [^ ,]+)*)\.)?")
_MAP = re.compile(r"MAP\((\w+), (.+)\)")


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is DuckDB's name for it, ``paths`` the front-matter paths it comes from."""

    name: str
    type: str
    not_null: bool
    comment: str
    paths: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """The comment without the paths."""
        return self.comment.partition(" From: ")[0]


@dataclass(frozen=True)
class Table:
    """One table or view: a row is one ``grain``, told apart by the columns of ``key``."""

    schema: str
    name: str
    comment: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def qualified(self) -> str:
        """The name as people write it: ``records``, but ``raw.documents`` outside schema ``main``."""
        return self.name if self.schema == "main" else self.full_name

    @property
    def full_name(self) -> str:
        """The name with its schema, always: ``main.records``."""
        return f"{self.schema}.{self.name}"

    @property
    def description(self) -> str:
        """The comment without the key."""
        return self.comment.rpartition(" Key: ")[0]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def arrow_schema(self) -> "pyarrow.Schema":
        """The same columns for Arrow and Parquet; comments are the metadata ``comment`` of schema and fields."""
        import pyarrow as pa

        fields = [
            pa.field(column.name, _arrow_type(column.type), not column.not_null, {"comment": column.comment})
            for column in self.columns
        ]
        return pa.schema(fields, {"comment": self.comment})


def tables() -> dict[str, Table]:
    """Every table by its qualified name: ``records``, ``raw.documents``, ``meta.files``."""
    return _declared("table")


def views() -> dict[str, Table]:
    """Every view by its qualified name: ``articles``."""
    return _declared("view")


def covered_paths() -> frozenset[str]:
    """The front-matter paths, of values rather than of mappings and lists, that some table of ``main`` takes."""
    main = (table for table in tables().values() if table.schema == "main")
    return frozenset(path for table in main for column in table.columns for path in column.paths)


def description(table: Table) -> dict:
    """A table or view as manifests describe it."""
    columns = [
        {"name": column.name, "type": column.type, "not_null": column.not_null, "comment": column.comment}
        for column in table.columns
    ]
    return {"kind": "view" if table.qualified in views() else "table", "comment": table.comment, "columns": columns}


def create_all(connection: "duckdb.DuckDBPyConnection") -> None:
    """Create every schema, table and view with their comments, in the connection's transaction if one is open.

    Raises ``duckdb.CatalogException`` where one of them is there already.
    """
    found = sql.names("tables")
    schemas = sorted({name.partition("/")[0] for name in found} - {"main"})
    texts = [f"CREATE SCHEMA IF NOT EXISTS {schema};" for schema in schemas]
    texts += [sql.read(f"tables/{name}") for name in found]
    texts += [sql.read(f"views/{name}") for name in sql.names("views")]
    connection.execute("\n".join(texts)).fetchall()


def create_database(file: Path) -> None:
    """Make a database file with every schema, table and view, empty, and their comments."""
    file.write_bytes(_template().database)


def _declared(kind: str) -> dict[str, Table]:
    """The tables, or the views, that the DDL makes, by qualified name."""
    return {name: table for name, (of, table) in _relations().items() if of == kind}


@cache
def _relations() -> dict[str, tuple[str, Table]]:
    found = {}
    for qualified, relation in _template().relations.items():
        schema, _, name = qualified.rpartition(".")
        columns = [_column(qualified, **column) for column in relation["columns"]]
        found[qualified] = (relation["kind"], _table(schema or "main", name, relation["comment"], columns))
    return found


@cache
def _template() -> template.Template:
    import duckdb

    names = [f"{folder}/{name}" for folder in ("tables", "views") for name in sql.names(folder)]
    texts = [*map(sql.read, [*names, "catalog"]), duckdb.__version__, Path(__file__).read_text(encoding="utf-8")]
    file = template.place(Path(sql.__file__).parent, [*names, *texts])
    found = template.kept(file)
    if found is None:
        found = _run_ddl()
        template.keep(file, found)
    return found


def _run_ddl() -> template.Template:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection, TemporaryDirectory() as folder:
        connection.begin()
        create_all(connection)
        connection.commit()
        rows = connection.execute(sql.read("catalog")).fetchall()
        file = Path(folder) / "schema.duckdb"
        place = str(file).replace("'", "''")
        connection.execute(f"ATTACH '{place}' AS made (BLOCK_SIZE 65536)").fetchall()
        connection.execute("COPY FROM DATABASE memory TO made (SCHEMA)").fetchall()
        connection.execute("DETACH made").fetchall()
        return template.Template(file.read_bytes(), _described(rows))


def _described(rows: list[tuple]) -> dict[str, dict]:
    """Tables and views as manifests describe them, from the rows of ``sql/catalog``."""
    found = {}
    for (kind, schema, name, comment), columns in groupby(rows, key=lambda row: row[:4]):
        qualified = name if schema == "main" else f"{schema}.{name}"
        described = [dict(zip(("name", "type", "not_null", "comment"), column[4:])) for column in columns]
        found[qualified] = {"kind": kind, "comment": comment or "", "columns": described}
    return found


def _table(schema: str, name: str, comment: str, columns: list[Column]) -> Table:
    form = _TABLE_COMMENT.fullmatch(comment)
    if form is None:
        raise ValueError(f"{schema}.{name}: the comment must read 'One row per …. Key: ….', not {comment!r}")
    key = tuple(form["key"].split(", "))
    return Table(schema, name, comment, form["grain"], key, tuple(columns))


def _column(table: str, name: str, type: str, not_null: bool, comment: str | None) -> Column:
    form = _COLUMN_COMMENT.fullmatch(comment or "")
    if form is None or " From: " in form["meaning"]:
        raise ValueError(f"{table}.{name}: the comment must be a sentence, perhaps with 'From: ….', not {comment!r}")
    paths = tuple(form["paths"].split(", ")) if form["paths"] else ()
    return Column(name, type, not_null, comment, paths)


def _arrow_type(type: str) -> "pyarrow.DataType":
    """Arrow's type for DuckDB's; raises ``KeyError`` for one that no table uses yet."""
    import pyarrow as pa

    if type.endswith("[]"):
        return pa.list_(_arrow_type(type.removesuffix("[]")))
    if pair := _MAP.fullmatch(type):
        return pa.map_(_arrow_type(pair[1]), _arrow_type(pair[2]))
    return {
        "VARCHAR": pa.string(),
        "BOOLEAN": pa.bool_(),
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DOUBLE": pa.float64(),
        "DATE": pa.date32(),
        "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
    }[type]


if __name__ == "__main__":  # when Matterhouse is installed where its users may not write
    _template()
