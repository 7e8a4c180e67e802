"""Rows of any table, as a person chooses them: the query that gives them, to run and to copy.

Names of tables and columns come from the snapshot's manifest, never from the address; values are parameters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from duckdb import ConversionException
from duckdb import DuckDBPyConnection as Connection

from matterhouse.dashboards.filters import BadRequest, text
from matterhouse.dashboards.opened import Row, View, quoted, rows_of

MARK = "~"
_LONGEST_SHOWN = 200  # characters
_AS_IT_IS = re.compile(r"(?:U?(?:BIG|HUGE|SMALL|TINY)?INT(?:EGER)?|DOUBLE|FLOAT|BOOLEAN|DATE|DECIMAL.*|TIMESTAMP.*)")
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# What the address calls a comparison -> how a person reads it, and how SQL writes it.
COMPARISONS = {
    "contains": ("contains", "contains(lower(CAST({column} AS VARCHAR)), lower({value}))"),
    "is": ("is", "CAST({column} AS VARCHAR) = {value}"),
    "is-not": ("is not", "CAST({column} AS VARCHAR) IS DISTINCT FROM {value}"),
    "starts": ("begins with", "starts_with(CAST({column} AS VARCHAR), {value})"),
    "min": ("is at least", "{column} >= CAST({value} AS {type})"),
    "max": ("is at most", "{column} <= CAST({value} AS {type})"),
    "empty": ("is empty", "{column} IS NULL"),
    "filled": ("is not empty", "{column} IS NOT NULL"),
}
_OF_ITS_TYPE = ("min", "max")
WITHOUT_VALUE = ("empty", "filled")


@dataclass(frozen=True)
class Column:
    """A column as the manifest describes it."""

    name: str
    type: str
    comment: str

    @property
    def in_sql(self) -> str:
        is_plain = _PLAIN_NAME.fullmatch(self.name) and self.name not in _keywords()
        return self.name if is_plain else '"' + self.name.replace('"', '""') + '"'

    @property
    def shown(self) -> str:
        """What a page asks for: long texts and nested values in short."""
        quoted_name = '"' + self.name.replace('"', '""') + '"'
        if _AS_IT_IS.fullmatch(self.type):
            return quoted_name
        return f"left(CAST({quoted_name} AS VARCHAR), {_LONGEST_SHOWN + 1}) AS {quoted_name}"


@dataclass(frozen=True)
class Condition:
    """One filter on a column."""

    column: Column
    comparison: str
    value: str

    @property
    def words(self) -> str:
        says = COMPARISONS[self.comparison][0]
        return f"{self.column.name} {says}" + ("" if self.comparison in WITHOUT_VALUE else f" “{self.value}”")

    @property
    def key(self) -> str:
        """What the address calls it."""
        return f"{self.column.name}{MARK}{self.comparison}"

    def in_sql(self, value: str) -> str:
        """The condition with ``value``, a literal or a mark for a parameter, in place."""
        text_of = COMPARISONS[self.comparison][1]
        return text_of.format(column=self.column.in_sql, value=value, type=self.column.type)


@dataclass(frozen=True)
class Browse:
    """A table, the conditions on it, and its order."""

    table: str
    columns: tuple[Column, ...]
    conditions: tuple[Condition, ...]
    order: Column | None = None
    is_descending: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The address's parameters, but for the page."""
        found = {"table": self.table} | {each.key: each.value or "1" for each in self.conditions}
        return found | self.order_query(self.order, self.is_descending)

    @staticmethod
    def order_query(order: Column | None, is_descending: bool) -> dict[str, str]:
        return {} if order is None else {"order": order.name} | ({"descending": "1"} if is_descending else {})

    def without(self, condition: Condition) -> dict[str, str]:
        """The address's parameters without one condition."""
        return {name: value for name, value in self.query.items() if name != condition.key}

    def ordered_by(self, column: Column) -> dict[str, str]:
        """The address's parameters in the order of a column, turned round where it is that order already."""
        rest = {name: value for name, value in self.query.items() if name not in ("order", "descending")}
        return rest | self.order_query(column, column == self.order and not self.is_descending)

    @property
    def sql(self) -> str:
        """The query to copy, which gives all of the rows whole."""
        schema, _, name = self.table.rpartition(".")
        where = [each.in_sql(quoted(each.value)) for each in self.conditions]
        return f"SELECT *\nFROM {(schema or 'main')}.{Column(name, '', '').in_sql}" + self._rest(where)

    def rows(self, view: View, limit: int, offset: int = 0) -> list[Row]:
        """Some of the rows, long values in short. Raises ``BadRequest`` for a value of another type than its column."""
        with view.cursor() as cursor:
            return rows_of(self.execute(cursor, view, limit, offset))

    def count(self, view: View) -> int:
        """How many rows there are in all. Raises ``BadRequest``."""
        if not self.conditions:
            return view.tables[self.table]["rows"]
        with view.cursor() as cursor:
            return rows_of(self._executed(cursor, view, "count(*) AS rows", "", []))[0]["rows"]

    def execute(
        self, cursor: Connection, view: View, limit: int | None = None, offset: int = 0, whole: bool = False
    ) -> Connection:
        """Ask for the rows, on a cursor of the view. Raises ``BadRequest``."""
        chosen = "*" if whole else ", ".join(column.shown for column in self.columns)
        return self._executed(cursor, view, chosen, f"{self._order()} LIMIT ? OFFSET ?", [limit, offset])

    def _executed(self, cursor: Connection, view: View, chosen: str, rest: str, more: list[Any]) -> Connection:
        where = [each.in_sql("?") for each in self.conditions]
        values = [each.value for each in self.conditions if each.comparison not in WITHOUT_VALUE]
        conditions = f" WHERE {' AND '.join(where)}" if where else ""
        try:
            for each in (each for each in self.conditions if each.comparison in _OF_ITS_TYPE):
                cursor.execute(f"SELECT CAST(? AS {each.column.type})", [each.value]).fetchall()
            return cursor.execute(
                f"SELECT {chosen} FROM {view.relation(self.table)}{conditions}{rest}", [*values, *more]
            )
        except ConversionException as error:
            raise BadRequest(str(error).partition("\n")[0]) from None

    def _order(self) -> str:
        if self.order is None:
            return ""
        return f" ORDER BY {self.order.in_sql} {'DESC' if self.is_descending else 'ASC'} NULLS LAST"

    def _rest(self, where: list[str]) -> str:
        conditions = "\nWHERE " + "\n  AND ".join(where) if where else ""
        return conditions + self._order().replace(" ORDER", "\nORDER", 1)


@cache
def _keywords() -> frozenset[str]:
    """Words that SQL takes for a name only between quotes, such as ``order``."""
    query = "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'"
    with duckdb.connect() as connection:
        return frozenset(keyword for (keyword,) in connection.execute(query).fetchall())


def asked(view: View, table: str, query: Mapping[str, str]) -> Browse:
    """What an address asks of a table that the snapshot has. Raises ``BadRequest``."""
    columns = tuple(Column(each["name"], each["type"], each["comment"] or "") for each in view.tables[table]["columns"])
    by_name = {column.name: column for column in columns}
    wanted = [(*name.rpartition(MARK)[::2], name) for name in query if MARK in name]
    conditions = [_condition(by_name, column, how, text(name, query) or "") for column, how, name in wanted]
    if query.get("column"):
        conditions.append(_condition(by_name, query["column"], query.get("how", ""), text("value", query) or ""))
    order = query.get("order")
    if order and order not in by_name:
        raise BadRequest(f"order: {table} has no column {order[:60]!r}")
    different = {each.key: each for each in conditions if each.value or each.comparison in WITHOUT_VALUE}
    return Browse(table, columns, tuple(different.values()), by_name.get(order or ""), bool(query.get("descending")))


def _condition(columns: Mapping[str, Column], name: str, comparison: str, value: str) -> Condition:
    if name not in columns:
        raise BadRequest(f"there is no column {name[:60]!r}")
    if comparison not in COMPARISONS:
        raise BadRequest(f"{name}: expected one of {', '.join(COMPARISONS)}, got {comparison[:40]!r}")
    return Condition(columns[name], comparison, value)
