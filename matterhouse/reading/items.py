"""The records of a data file: all of it is one, or each of its items is; ``docs/front-matter.md`` has the rules."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from matterhouse.reading.parsing import Problem
from matterhouse.reading.positions import Positions
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.files import Globs
from matterhouse.sql import paths

RECORD, ITEMS = "record", "items"  # what a file holds, where the settings say it
_LONGEST_KEY = 100  # characters: a longer one is a text, not an id
_FEWEST = 2  # mappings that share a key
# Fields of one record that hold mappings.
_FIELDS = frozenset(
    "affiliation author cover image last_update linkedin location menu ms params provider ratings seo services"
    " taxonomies twitch twitter youtube".split()
)


class Shapes:
    """What data files hold where the settings say it, by glob: ``record`` or ``items``."""

    def __init__(self, configured: Mapping[str, str]):
        self._shapes = [(Globs((glob,), ()).wants, shape) for glob, shape in configured.items()]

    def of(self, path: str) -> str | None:
        """What the file ``path`` holds, by the first glob that matches it; None where its content is to tell."""
        return next((shape for matches, shape in self._shapes if matches(path)), None)


class Item(NamedTuple):
    """One item of a data file: its ``key`` in the mapping, or its place in the list, as text; its ``path`` in the file.

    ``record`` is None where the item is no mapping, or breaks a limit; then ``unreadable`` says why and where.
    ``problems`` are those of the file that are the item's, with paths inside of it.
    """

    key: str
    path: str
    position: int
    record: dict[str, object] | None
    unreadable: Unreadable | None = None
    problems: tuple[Problem, ...] = ()


class Place(NamedTuple):
    """An item's ``value``, its ``key``, and the front-matter ``path`` in the file that it stands at."""

    key: str
    path: str
    value: object


def places_of(value: object, format: str, shape: str | None) -> list[Place] | None:
    """What a data file holds a record each of; None where its ``value`` as a whole is one record.

    ``shape`` is ``record``, ``items``, or None where nobody said it. A list without a mapping has no records at all.
    """
    if isinstance(value, list):
        return _listed(value, "")
    if not isinstance(value, dict) or shape == RECORD:
        return None
    if len(value) == 1 and (shape == ITEMS or format == "toml"):  # TOML has no list at its top
        [(key, only)] = value.items()
        if isinstance(only, list) and (shape == ITEMS or all(isinstance(item, dict) for item in only)):
            return _listed(only, paths.below("", key)) or None
    if shape == ITEMS or _is_keyed_by_id(value):
        return [Place(key, paths.below("", key), item) for key, item in value.items()]
    return None


def read_items(places: list[Place], head: bytes, first_line: int, problems: tuple[Problem, ...]) -> tuple[Item, ...]:
    """The items; one that is no mapping is unreadable and costs no other one."""
    positions = None
    items = []
    of_items = _by_path(problems, places)
    for number, (key, path, value) in enumerate(places):
        if isinstance(value, dict):
            items.append(Item(key, path, number, value, None, tuple(of_items.get(path, ()))))
            continue
        positions = positions or Positions(head, first_line)
        at = positions.of(path)
        message = f"the item {path[:_LONGEST_KEY]} is {_kind(value)}, and a record is a mapping"
        items.append(Item(key, path, number, None, Unreadable("not_a_mapping", message, at.line, at.column)))
    return tuple(items)


def _listed(values: list[Any], above: str) -> list[Place]:
    if not any(isinstance(item, dict) for item in values):
        return []
    return [Place(str(number), paths.item(above, number), item) for number, item in enumerate(values)]


def _is_keyed_by_id(value: dict[str, Any]) -> bool:
    """Whether the values are at least two mappings that hold, for the most part, the same keys.

    A key counts as the same where at least two of them, and a quarter of them, have it. A field of a record that holds
    a mapping, such as ``provider``, is no id, and neither is a long text.
    """
    if len(value) < _FEWEST or not all(isinstance(item, dict) for item in value.values()):
        return False
    if any(len(key) > _LONGEST_KEY for key in value) or not value.keys().isdisjoint(_FIELDS):
        return False
    counts = Counter(key for item in value.values() for key in item)
    shared = sum(count for count in counts.values() if count >= max(_FEWEST, len(value) / 4))
    return 2 * shared > counts.total()


def _by_path(problems: tuple[Problem, ...], places: list[Place]) -> dict[str, list[Problem]]:
    """Problems by the path of the item that they are in, with their own paths from there; at an item itself its key."""
    if not problems:
        return {}
    keys = {place.path: place.key for place in places}
    lengths = sorted({len(path) for path in keys}, reverse=True)  # `a.b` is that key rather than `b` below `a`
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        field = problem.field
        path = next(
            (field[:length] for length in lengths if _is_inside(field, length) and field[:length] in keys), None
        )
        if path is not None:
            inside = field[len(path) :].removeprefix(".") or keys[path]
            found.setdefault(path, []).append(problem._replace(field=inside))
    return found


def _is_inside(field: str, length: int) -> bool:
    """Whether a path of a mapping or list can end after so many characters of ``field``."""
    return field[length : length + 1] in ("", ".", "[")


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "empty" if value is None else "a single value"
