"""Which tables the front matters of a collection make: worked out from the paths that were found and what fits at each.

- A collection has a table with one row per document and a column per path of a scalar.
- Every list has a table with one row per item, of scalars or of mappings. What is a list in one document is one in all:
  a single scalar or mapping is a list of one.
- A mapping whose keys are data rather than names has a table with one row per key.
- What would be too much or no name of a column is in the table ``<collection>_other``, one row per value.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from matterhouse.sql import paths
from matterhouse.sql.user_tables import Covered
from matterhouse.warehouse import content_names

MOST_COLUMNS = 300  # of a table
MOST_TABLES = 100  # of a collection
MOST_PATHS = 10_000  # of a collection that are looked at; those with the most values
FEW_KEYS = 20  # a mapping with no more keys than these has columns, whatever the keys are
MANY_KEYS = 100  # one with more than these has a table of its own
KEYS_TOGETHER = 0.25  # and so has one of which a document has a smaller share of the keys than this, on average
OTHER = "other"

Step = str | None
# How a key column of a table is filled from a row of raw.scalars: a place in ``positions`` (from 1; 0: there is none,
# the value is a list of one), or the key itself.
Picks = tuple[int | str, ...]


class Found(NamedTuple):
    """What was found at a path, see ``sql/content/paths.sql``; ``least`` is the least of its values, cut."""

    path: str
    rows: int
    values: int
    kinds: int
    is_ambiguous: bool
    has_empty_lists: bool
    least: str | None = None


class Source(NamedTuple):
    """A path whose rows go to a table: to ``column``, or, if that is None, only to say that there is a row.

    ``only_values`` leaves out NULL, which is no list of one.
    """

    path: str
    picks: Picks
    column: str | None
    only_values: bool


@dataclass
class Column:
    """A column of a table: ``path`` is its pattern, None in a column of the key."""

    name: str
    type: str
    path: str | None


@dataclass
class Table:
    """A table to be made. ``pattern`` is the list or mapping it is of, empty for the documents themselves.

    ``key`` are the columns after ``record_id`` that tell its rows apart. ``elsewhere`` are paths that a table of single
    values does not hold, as tables of the user's have them.
    """

    name: str
    pattern: str
    key: list[Column]
    columns: list[Column]
    sources: list[Source]
    elsewhere: list[str] = field(default_factory=list)

    @property
    def is_other(self) -> bool:
        """Whether it holds single values rather than columns."""
        return self.pattern == OTHER


@dataclass
class _Node:
    """A place in the front matters; ``depth`` is the number of lists on the way to it."""

    path: str
    depth: int
    found: Found | None = None
    children: dict[str, "_Node"] = field(default_factory=dict)
    items: "_Node | None" = None

    @property
    def is_list(self) -> bool:
        return self.items is not None or (self.found is not None and self.found.has_empty_lists)

    def below(self) -> Iterator["_Node"]:
        """The node and all that is below it."""
        yield self
        for child in [*self.children.values(), *([self.items] if self.items else [])]:
            yield from child.below()


class _Part(NamedTuple):
    """A node among those that share a pattern. ``is_single``: it stands for a list of one."""

    node: _Node
    picks: Picks
    is_single: bool = False


@dataclass
class _Draft:
    """A table while it is found out: ``columns`` has sources by the steps behind the table's pattern."""

    pattern: str
    key_paths: tuple[tuple[str, ...], ...]
    key_names: tuple[str, ...]
    columns: dict[tuple[str, ...], list[tuple[Found, Source]]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """All keys on the way to it."""
        return [key for steps in self.key_paths for key in steps]

    @property
    def sources(self) -> list[Source]:
        return [source for column in self.columns.values() for _, source in column]

    @property
    def values(self) -> int:
        return sum(_values(column) for column in self.columns.values())


def _values(column: list[tuple[Found, Source]]) -> int:
    return sum(found.values for found, _ in column)


Measure = Callable[[int, dict[str, list[str]]], tuple[int, int]]


class _Planner:
    def __init__(self, measure: Measure):
        self._measure = measure
        self.drafts: dict[str, _Draft] = {"": _Draft("", (), ())}
        self.other: list[str] = []

    def fill(self, parts: list[_Part], draft: _Draft, steps: tuple[str, ...], pattern: str) -> None:
        """Let a table take what is at and below a pattern."""
        lists = [part for part in parts if part.node.is_list and not part.is_single]
        if lists:
            self._fill_list(parts, draft, steps, pattern)
            return
        for part in parts:
            if part.node.found is not None:
                self._take(part, part.node.found, draft, steps)
        keys = sorted({key for part in parts for key in part.node.children})
        if steps and self._is_free(parts, keys):
            self._fill_keys(parts, draft, steps, pattern)
            return
        for key in keys:
            below = [_Part(node, part.picks) for part in parts if (node := part.node.children.get(key))]
            if content_names.is_name(key):
                self.fill(below, draft, (*steps, key), f"{pattern}.{paths.written(key)}".removeprefix("."))
            else:
                self.other += [node.path for part in below for node in part.node.below() if node.found]

    def _take(self, part: _Part, found: Found, draft: _Draft, steps: tuple[str, ...]) -> None:
        draft.columns.setdefault(steps, []).append((found, Source(found.path, part.picks, None, part.is_single)))

    def _fill_list(self, parts: list[_Part], draft: _Draft, steps: tuple[str, ...], pattern: str) -> None:
        items = [
            _Part(part.node.items, (*part.picks, part.node.depth + 1))
            for part in parts
            if part.node.items is not None and not part.is_single
        ]
        single = [_Part(part.node, (*part.picks, 0), is_single=True) for part in parts]
        self.fill([*items, *single], self._child(draft, steps, f"{pattern}[]", "position"), (), f"{pattern}[]")

    def _fill_keys(self, parts: list[_Part], draft: _Draft, steps: tuple[str, ...], pattern: str) -> None:
        child = self._child(draft, steps, f"{pattern}.*", "key")
        below = [_Part(node, (*part.picks, key)) for part in parts for key, node in sorted(part.node.children.items())]
        self.fill(below, child, (), f"{pattern}.*")

    def _child(self, draft: _Draft, steps: tuple[str, ...], pattern: str, key_name: str) -> _Draft:
        if pattern not in self.drafts:
            self.drafts[pattern] = _Draft(pattern, (*draft.key_paths, steps), (*draft.key_names, key_name))
        return self.drafts[pattern]

    def _is_free(self, parts: list[_Part], keys: list[str]) -> bool:
        """Whether the keys of a mapping are data."""
        if len(keys) <= FEW_KEYS or len(keys) > MANY_KEYS:
            return len(keys) > FEW_KEYS
        pairs = mappings = 0
        for node, *_ in parts:
            below = {key: [each.path for each in child.below() if each.found] for key, child in node.children.items()}
            of_node = self._measure(node.depth, below)
            pairs, mappings = pairs + of_node[0], mappings + of_node[1]
        return pairs < KEYS_TOGETHER * len(keys) * mappings


@dataclass
class Declared:
    """What the user's tables take of a collection: the paths that they ``cover``, and whether one of them has taken the
    collection over. ``names`` are those of all that the user has in the same schema, ``lists`` the lists that tables of
    ``main`` take a part of: what is left of these stays content's.
    """

    cover: Covered = field(default_factory=lambda: Covered(()))
    takes_over: bool = False
    names: Collection[str] = ()
    lists: Collection[str] = ()

    def takes(self, found: Found) -> bool:
        """Whether one of the tables has the values at a path."""
        return self.cover.takes(found.path) or (not found.values and self.cover.leads_below(found.path))

    def decides_by(self, path: str) -> bool:
        """Whether a path that the user's tables take counts when it is found out what is a list and what a key."""
        return self.takes_over and not is_within(path, self.lists)

    def keeps(self, draft: _Draft) -> bool:
        """Whether a table of a list or mapping is made."""
        return not self.takes_over or is_within(draft.pattern, self.lists)


def is_within(pattern: str, lists: Iterable[str]) -> bool:
    """Whether a pattern is one of the lists, such as ``authors[]``, or leads into one."""
    return any(pattern == each or pattern.startswith((f"{each}.", f"{each}[")) for each in lists)


def plan(
    name: str, others: Collection[str], found: Collection[Found], measure: Measure, declared: Declared | None = None
) -> list[Table]:
    """The tables of one collection; that of its documents is called ``name``.

    What tables of the user's have is left out; the values of a collection that they have taken over, and that none of
    them has, are in the table of other values. So is the rest of more than ``MOST_PATHS`` found.
    ``others`` are the names of other collections' tables. ``measure`` is given the number of lists on the way to
    mappings and, for each of their keys, the paths at and below it: it tells how many keys they have in all, and how
    many mappings there are.
    """
    declared = declared or Declared()
    own = {each.path for each in found if declared.takes(each)}
    planner = _Planner(measure)
    # What a collection holds decides about lists and keys, whether the user has tables of it or not.
    every = [each for each in found if each.path not in own or declared.decides_by(each.path)]
    looked_at = sorted(every, key=lambda each: (-each.values, each.path))[:MOST_PATHS]
    planner.fill([_Part(_tree(looked_at), ())], planner.drafts[""], (), "")
    documents, *lists = planner.drafts.values()
    lists = [draft for draft in lists if draft.sources]
    kept = [draft for draft in sorted(lists, key=lambda each: -each.values)[:MOST_TABLES] if declared.keeps(draft)]
    other = planner.other + [path for draft in lists if draft not in kept for path in _paths(draft, declared)]
    tables = []
    if declared.takes_over:
        other += _paths(documents, declared)
    else:
        tables.append(_table(name, documents, other))
    for draft in sorted(kept, key=lambda each: each.pattern):
        used = {*declared.names, *(table.name for table in tables)}
        tables.append(_table(content_names.table_name(name, draft.keys, others, used), draft, other))
    for table in tables:
        if table.pattern:
            table.sources += _rows_of_lists_within(table, tables)
    other = [path for path in other if path not in own]
    if other or len(looked_at) < len(every):
        used = {*declared.names, *(table.name for table in tables)}
        tables.append(_other_table(content_names.table_name(name, [OTHER], others, used), other))
        tables[-1].elsewhere = sorted(own.union(each.path for each in looked_at if declared.takes_over) - set(other))
    return tables


def _paths(draft: _Draft, declared: Declared) -> list[str]:
    """The paths of a draft that is not made; of a collection that is taken over, those alone that have values."""
    columns = [column for column in draft.columns.values() if _values(column) or not declared.takes_over]
    return [source.path for column in columns for _, source in column]


def _tree(found: Iterable[Found]) -> _Node:
    root = _Node("", 0)
    for each in found:
        node = root
        for step in paths.steps(each.path):
            node = _below(node, step)
        node.found = each
    return root


def _below(node: _Node, step: str | None) -> _Node:
    if step is None:
        node.items = node.items or _Node(f"{node.path}[]", node.depth + 1)
        return node.items
    if step not in node.children:
        node.children[step] = _Node(f"{node.path}.{paths.written(step)}".removeprefix("."), node.depth)
    return node.children[step]


def _table(name: str, draft: _Draft, other: list[str]) -> Table:
    """A draft as a table; paths for which it has no room are added to ``other``."""
    names = ["record_id"]
    key = []
    for at, kind in enumerate(draft.key_names, 1):
        is_own = at == len(draft.key_names)
        keys = [kind] if is_own else [*draft.key_paths[at - 1], kind]
        names.append(content_names.column_name(keys, names))
        key.append(Column(names[-1], "INTEGER" if kind == "position" else "VARCHAR", None))
    table = Table(name, draft.pattern, key, [], [])
    filled = {steps for steps, column in draft.columns.items() if _values(column)}
    room = set(sorted(filled, key=lambda steps: (-_values(draft.columns[steps]), steps))[: MOST_COLUMNS - len(names)])
    for steps, column in sorted(draft.columns.items()):
        sources = [source for _, source in column]
        if steps in room:
            names.append(content_names.column_name(steps or ["value"], names))
            table.columns.append(Column(names[-1], _type(column), _joined(draft.pattern, steps)))
            sources = [source._replace(column=names[-1]) for source in sources]
        elif steps in filled:
            other += [source.path for source in sources]
        table.sources += sources
    return table


def _joined(pattern: str, steps: tuple[str, ...]) -> str:
    return ".".join(filter(None, [pattern, *map(paths.written, steps)]))


def _rows_of_lists_within(table: Table, tables: list[Table]) -> list[Source]:
    """What lists within the items of ``table`` tell: that there is such an item."""
    depth = len(table.key)
    return [
        source._replace(picks=source.picks[:depth], column=None)
        for other in tables
        if len(other.key) > depth and other.pattern.startswith(table.pattern)
        for source in other.sources
    ]


def _other_table(name: str, found: list[str]) -> Table:
    columns = [Column("type", "VARCHAR", None), Column("value", "VARCHAR", None)]
    key = [Column("path", "VARCHAR", None), Column("positions", "INTEGER[]", None)]
    return Table(name, OTHER, key, columns, [Source(path, (), None, False) for path in sorted(set(found))])


def _type(column: list[tuple[Found, Source]]) -> str:
    """The narrowest type that all values of a column fit; the bits are those of ``sql/content/paths.sql``."""
    kinds = 0
    for found, _ in column:
        kinds |= found.kinds
    if kinds & 2 and any(found.is_ambiguous for found, _ in column):
        return "VARCHAR"
    fitting = (type for type, bits in _TYPES.items() if kinds & ~bits == 0)
    return next(fitting, "VARCHAR")


_TYPES = {
    "BIGINT": 1 | 64,
    "DOUBLE": 1 | 2,
    "BOOLEAN": 4,
    "DATE": 8,
    "TIMESTAMP WITH TIME ZONE": 8 | 16,
}
