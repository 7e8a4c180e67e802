"""Which items tables take out of which lists."""

from functools import cache

from matterhouse.reading.sheets import is_mapping
from matterhouse.sql import schema
from matterhouse.sql.schema import Table


def kinds_of(table: Table) -> frozenset[str]:
    """The shapes of items that a table of items takes, whatever its lists are called."""
    paths = [path for column in table.columns for path in column.paths]
    return frozenset("plain" if path.endswith("[]") else "mapping" for path in paths if "[]" in path)


def has_any(value: object, wanted: set[str]) -> bool:
    """Whether a value is a list, or a list of one, in which some item has a shape that is wanted, or nothing else at
    all.
    """
    items = value if type(value) is list else (value,)
    return any(item is None or ("mapping" if is_mapping(item) else "plain") in wanted for item in items) or not items


@cache
def owners_of_lists() -> dict[str, set[str]]:
    """By list, the collections that have a table of its items."""
    found: dict[str, set[str]] = {}
    for table in schema.tables().values():
        if table.rows and table.rows.kind == schema.ITEMS and table.rows.collection:
            for path in table.rows.of:
                found.setdefault(path, set()).add(table.rows.collection)
    return found


@cache
def kinds_of_items() -> dict[str, set[str]]:
    """By list, such as ``images[]``, whether columns take its items as ``mapping``s, as ``plain`` values, or both."""
    found: dict[str, set[str]] = {}
    for path in schema.covered_paths():
        *lists, _ = path.split("[]")
        for number in range(len(lists)):
            name = "[]".join(lists[: number + 1]) + "[]"
            found.setdefault(name, set()).add("plain" if name == path else "mapping")
    return found
