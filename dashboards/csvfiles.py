"""Rows as CSV: of the statements behind charts and lists, and of any table."""

import io
import re
from collections.abc import Mapping
from typing import BinaryIO

import duckdb

from matterhouse.dashboards.charts import PERIODS
from matterhouse.dashboards.filters import one_of
from matterhouse.dashboards.looking import Look, NotFound
from matterhouse.dashboards.opened import statement, wanted
from matterhouse.dashboards.pages.tables import browsed
from matterhouse.warehouse.query import Rows

TABLE = "table"
# Statements that are lists for people, with the marts' figures; others serve pages alone.
_NOT_FOR_FILES = ("choices", "document", "totals", "topic_facts", "provider_facts", "document_coverage")
_ROWS_AT_A_TIME = 256


def write(look: Look, name: str, file: BinaryIO) -> None:
    """Write all rows of a statement, or of the table that the address asks for. Raises ``NotFound``, ``BadRequest``."""
    text = io.TextIOWrapper(file, encoding="utf-8", errors="surrogateescape", newline="")
    try:
        with look.view.cursor(for_file=True) as cursor:
            if name == TABLE:
                asked, _ = browsed(look)
                _write(asked.execute(cursor, look.view, whole=True), text, "")
            else:
                _write(_executed(look, name, cursor), text, "_")
    finally:
        text.detach()


def file_name(name: str, query: Mapping[str, str]) -> str:
    """What a browser calls the file: letters, digits and dashes."""
    words = query.get("table", "") if name == TABLE else name
    return f"{re.sub('[^A-Za-z0-9]+', '-', words).strip('-')[:80] or 'rows'}.csv"


def _executed(look: Look, name: str, cursor: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    try:
        query = statement(name)
    except KeyError:
        raise NotFound(f"There is no list {name!r}.") from None
    if name in _NOT_FOR_FILES:
        raise NotFound(f"There is no list {name!r}.")
    period = one_of("period", look.query, ("month", *PERIODS))
    return cursor.execute(query, wanted(cursor, query, look.given | {"period": period, "limit": None}))


def _write(found: duckdb.DuckDBPyConnection, text: io.TextIOWrapper, hidden: str) -> None:
    """Write what a query gives, but for the columns whose names begin with ``hidden``."""
    names = [column[0] for column in found.description]
    kept = [place for place, name in enumerate(names) if not (hidden and name.startswith(hidden))]
    batches = iter(lambda: found.fetchmany(_ROWS_AT_A_TIME), [])
    rows = (tuple(row[place] for place in kept) for batch in batches for row in batch)
    Rows([names[place] for place in kept], rows).write_csv(text)
