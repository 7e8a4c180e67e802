"""Which views may have other rows: those that read a table with other rows, and of it a column with other values."""

import re
from collections.abc import Mapping, Set
from functools import cache

from matterhouse.sql import schema
from matterhouse.warehouse.schema import texts_of_views


def touched(tables: Set[str], columns: Mapping[str, Set[str]]) -> set[str]:
    """The views that may have other rows.

    ``tables`` have other rows; of those in ``columns`` only values in these columns are others.
    """
    return {
        name
        for name, view in schema.views().items()
        if any(table not in columns or columns[table] & words(name) for table in view.reads & tables)
    }


@cache
def words(name: str) -> frozenset[str]:
    """The words of a view's query and of those of the views behind it: all columns that it reads, and more."""
    query = texts_of_views()[name].partition("COMMENT ON ")[0]
    behind = (words(view) for view in schema.views()[name].names & schema.views().keys())
    return frozenset(re.findall(r"\w+", query)).union(*behind)
