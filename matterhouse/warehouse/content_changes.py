"""How the tables of content differ from those before: for ``meta.schema_changes``, and in words for a run's report."""

from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import groupby, takewhile
from typing import NamedTuple

from matterhouse.sql import paths

_MOST_TOLD = 20
_HOLD = "a table that you declare keeps its shape, see docs/your-tables.md"


class ContentColumn(NamedTuple):
    """A row of ``meta.content_columns``."""

    table_name: str
    column_name: str
    column_index: int
    collection: str | None
    path: str | None
    type: str


class Moved(NamedTuple):
    """A column's values are in another table than before, by their path before and now."""

    before: ContentColumn
    now: ContentColumn

    @property
    def place(self) -> str:
        """Where the ways to both part: the list or mapping that has another shape."""
        was, is_now = paths.steps(self.before.path or ""), paths.steps(self.now.path or "")
        same = takewhile(lambda steps: steps[0] == steps[1], zip(was, is_now))
        return paths.joined(step for step, _ in same)


def changes(
    before: Sequence[ContentColumn], now: Sequence[ContentColumn], known: Set[str | None]
) -> list[dict[str, object]]:
    """Rows of ``meta.schema_changes``: how columns of collections that were there before differ."""
    old = {column[:2]: column for column in before}
    new = {column[:2]: column for column in now if column.collection in known}
    found: list[dict[str, object]] = []
    for place in sorted(old.keys() | new.keys()):
        was, is_now = (columns[place].type if place in columns else None for columns in (old, new))
        if was != is_now:
            change = "type" if was and is_now else "added" if is_now else "removed"
            row: dict[str, object] = {"table_name": place[0], "column_name": place[1], "change": change}
            found.append(row | {"type_before": was, "type_now": is_now})
    return found


def moved(before: Sequence[ContentColumn], now: Sequence[ContentColumn]) -> list[Moved]:
    """The columns whose values are in another table now, such as a list that was a single value everywhere.

    A mapping's columns become rows of a table of keys, and the other way round, when its keys cross a limit.
    """
    old, new = ({(each.table_name, each.path): each for each in columns if each.path} for columns in (before, now))
    come: dict[tuple[str | None, int, object], list[ContentColumn]] = {}
    for place in sorted(new.keys() - old.keys()):
        keys = _keys(new[place])
        come.setdefault((new[place].collection, len(keys), tuple(keys[:1])), []).append(new[place])
    found = []
    for place in sorted(old.keys() - new.keys()):
        keys = _keys(old[place])
        found += [
            Moved(old[place], column)
            for column in come.get((old[place].collection, len(keys), tuple(keys[:1])), ())
            if column.table_name != place[0] and all(a == b or "*" in (a, b) for a, b in zip(keys, _keys(column)))
        ]
    return found


def told(of_columns: Sequence[Mapping[str, object]], of_tables: Sequence[Moved]) -> list[str]:
    """A sentence per table that has another shape, and per column that has another type; of very many the first."""
    sentences = [*_reshaped(of_tables), *_retyped(of_columns)]
    more = len(sentences) - _MOST_TOLD
    return sentences[:_MOST_TOLD] + (
        [f"{more:,} more changes of schema content: meta.schema_changes"] if more > 0 else []
    )


def _retyped(of_columns: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for change in of_columns:
        if change["change"] == "type":
            yield (
                f"content.{change['table_name']}: {change['column_name']} was {change['type_before']} and is"
                f" {change['type_now']} now; meta.schema_changes has all changes"
            )


def _reshaped(of_tables: Sequence[Moved]) -> Iterator[str]:
    def by(each: Moved) -> tuple[str, str, str]:
        return each.before.table_name, each.place, each.now.table_name

    for (was, place, is_now), moves in groupby(sorted(of_tables, key=by), by):
        pairs = list(moves)
        if all(each.before.path == each.now.path for each in pairs):
            yield f"content.{was} is called content.{is_now} now, since another table could have its name"
        else:
            shapes = [_shape({each[side] for each in pairs}, place) for side in (0, 1)]
            yield f"content.{was}: {place} was {shapes[0]} and is {shapes[1]} now; {_HOLD}"


def _shape(columns: Set[ContentColumn], place: str) -> str:
    """How some columns of a table hold the values of the list or mapping at ``place``."""
    table, path = next((each.table_name, each.path or "") for each in columns)
    below = paths.steps(path)[len(paths.steps(place)) :]
    if below and below[0] in (None, "*"):
        return f"a row per {'item' if below[0] is None else 'key'} in content.{table}"
    return f"{len(columns):,} column{'' if len(columns) == 1 else 's'} of content.{table}"


def _keys(column: ContentColumn) -> list[str]:
    """The keys of a column's path, without what is a list."""
    return [step for step in paths.steps(column.path or "") if step is not None]
