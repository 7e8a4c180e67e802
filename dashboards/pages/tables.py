"""Tables: all of them, and the rows of one with its dictionary."""

from matterhouse.dashboards import browse
from matterhouse.dashboards.filters import number, text
from matterhouse.dashboards.looking import ROWS_A_PAGE, Listing, Look, NotFound, Page

_GROUPS = {
    "main": "Tables and views of records",
    "marts": "Marts: answers made of the tables",
    "content": "Tables that content makes by itself",
    "meta": "About runs, files and quality",
    "raw": "Documents as they were read",
}


def tables(look: Look) -> Page:
    """Every table and view of the snapshot, with its rows and its meaning."""
    groups: dict[str, list[dict]] = {schema: [] for schema in _GROUPS}
    for name, each in sorted(look.view.tables.items()):
        schema = name.rpartition(".")[0] or "main"
        groups.setdefault(schema, []).append(each | {"name": name})
    named = {_GROUPS.get(schema, f"Schema {schema}"): found for schema, found in groups.items() if found}
    return Page("tables.html", "Tables", {"groups": named})


def table(look: Look) -> Page:
    """One table: rows to filter and to turn the pages of, its columns, and the SQL that gives the rows."""
    asked, facts = browsed(look)
    page = number("page", look.query, 1)
    rows = asked.rows(look.view, ROWS_A_PAGE, (page - 1) * ROWS_A_PAGE)
    total = asked.count(look.view)
    if not rows and page > 1:
        raise NotFound(f"There is no page {page:,} of these rows.")
    values = {
        "asked": asked,
        "facts": facts,
        "listing": Listing("table", rows, total, page),
        "comparisons": {name: words for name, (words, _) in browse.COMPARISONS.items()},
    }
    return Page("table.html", asked.table, values)


def browsed(look: Look) -> tuple[browse.Browse, dict]:
    """What the address asks of which table. Raises ``NotFound`` where there is no such table, and ``BadRequest``."""
    name = (text("table", look.query) or "").removeprefix("main.")
    facts = look.view.tables.get(name)
    if facts is None:
        raise NotFound(f"This snapshot has no table {name!r}.")
    return browse.asked(look.view, name, look.query), facts
