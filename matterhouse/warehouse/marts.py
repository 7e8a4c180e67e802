"""The rows of marts at publication, where a mart that others read is made once for all of them."""

import re

import duckdb

from matterhouse.sql import schema
from matterhouse.warehouse.schema import texts_of_views
from matterhouse.warehouse.views import query_of

_NAME = re.compile(rf"\b{schema.MARTS}\.\w+")


class MartRows:
    """Queries for the rows of views and marts of a build database, which say the same as ``FROM`` the view.

    DuckDB plans and asks a view anew wherever another one names it. Here a mart that others name becomes a temporary
    table when it is asked for first.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection):
        self._connection = connection
        self._made: set[str] = set()
        named = {name for view in schema.views().values() for name in view.names}
        self._shared = named & schema.marts().keys()

    def query(self, declared: schema.Table) -> str:
        """A query for the rows of a table, view or mart."""
        name = declared.qualified
        if name in self._shared:
            self._make(name)
            return f"FROM {_made(name)}"
        view = schema.views().get(name)
        return self._text(name) if view and view.names & self._shared else f"FROM {declared.sql_name}"

    def _make(self, name: str) -> None:
        if name not in self._made:
            query = self._text(name)
            self._connection.execute(f'CREATE TEMP TABLE "{name}" AS {query}').fetchall()
            self._made.add(name)

    def _text(self, name: str) -> str:
        """The query of a view, with the temporary tables in place of the marts that it names."""
        for each in sorted(schema.views()[name].names & self._shared):
            self._make(each)
        query = query_of(self._connection, texts_of_views()[name])
        return _NAME.sub(lambda found: _made(found[0]) if found[0] in self._made else found[0], query)


def _made(mart: str) -> str:
    """The temporary table of a mart: no table of the user's has a dot in its name."""
    return f'temp."{mart}"'
