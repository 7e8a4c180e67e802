"""Tables that the user declares: DDL files like those of ``sql/tables``, beside the configuration.

``matterhouse.warehouse.declarations`` reads the files, ``matterhouse.transforms.user_tables`` makes the rows.
``docs/your-tables.md`` has the rules.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matterhouse.sql import paths
from matterhouse.sql.schema import DOCUMENTS, KEYS, Column, Table

NO_FOLDER = "(none)"  # in place of a collection: the documents that lie in no folder
STOPS = "Breaches stop the run."
TAKEN_OVER = "content"  # the schema in which a table of documents takes its collection over


@dataclass(frozen=True)
class Check:
    """A CHECK of a table: the ``expression`` in SQL, and the ``columns`` in it."""

    expression: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class UserTable(Table):
    """A table that the user declares in ``file``.

    ``checks`` and the columns' NOT NULL are its contract; where a breach of it ``stops_run``, nothing is published.
    """

    file: str = ""
    checks: tuple[Check, ...] = ()
    stops_run: bool = False

    @property
    def described(self) -> dict[str, Any]:
        """As of any table, with the file."""
        return super().described | {"declared_in": self.file}

    @property
    def patterns(self) -> tuple[str, ...]:
        """What each row is of: lists such as ``related[]``, a mapping such as ``services.*``, or "" for documents."""
        if self.rows is None or self.rows.kind == DOCUMENTS:
            return ("",)
        end = ".*" if self.rows.kind == KEYS else "[]"
        return tuple(f"{path}{end}" for path in self.rows.of)

    @property
    def collection(self) -> str | None:
        """The only collection whose documents count, if any; ``NO_FOLDER`` for documents in no folder."""
        return self.rows.collection if self.rows else None

    def is_of(self, collection: str | None) -> bool:
        """Whether documents of a collection make rows."""
        return self.collection is None or self.collection == (NO_FOLDER if collection is None else collection)

    @property
    def takes_over(self) -> bool:
        """Whether it takes the place of the tables that content would make of its collection."""
        return self.schema == TAKEN_OVER and self.collection is not None and self.patterns == ("",)

    @property
    def paths(self) -> frozenset[str]:
        """The front-matter paths that its columns take."""
        return frozenset(path for column in self.columns for path in column.paths)

    @property
    def places(self) -> tuple[str, ...]:
        """The columns of the key that say where a row is: positions in lists, and keys of mappings."""
        return tuple(name for name in self.key[1:] if name != "field")

    @property
    def values(self) -> tuple[Column, ...]:
        """The columns that are not of the key."""
        return tuple(column for column in self.columns if column.name not in self.key)


def levels(pattern: str) -> list[tuple[str, bool]]:
    """The lists and mappings on the way to the rows of a pattern: for each its path below the one before, empty for
    the items themselves, and whether it is a list.
    """
    found: list[tuple[str, bool]] = []
    way: list[str] = []
    for step in paths.tokens(pattern):
        if step in (paths.ITEM, paths.ANY):
            found.append((paths.of_tokens(way), step == paths.ITEM))
            way = []
        else:
            way.append(step)
    return found


def relative(path: str, pattern: str) -> tuple[int, str] | None:
    """How many lists and mappings of a pattern a path is in, and the path below the last one; None where it leads into
    others.
    """
    steps, way = paths.tokens(path), paths.tokens(pattern)
    depth = begin = 0
    for number, step in enumerate(way, 1):
        if steps[:number] != way[:number]:
            break
        if step in (paths.ITEM, paths.ANY):
            depth, begin = depth + 1, number
    rest = steps[begin:]
    return None if {paths.ITEM, paths.ANY} & set(rest) else (depth, paths.of_tokens(rest))


def files(folder: Path | None) -> dict[str, Path]:
    """The DDL files in and below a folder, by the names that messages have; none where there is no folder."""
    if folder is None or not folder.is_dir():
        return {}
    found = {}
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".sql") and not name.startswith("."):
                file = Path(path, name)
                found[f"{folder.name}/{file.relative_to(folder).as_posix()}"] = file
    return dict(sorted(found.items()))


class Covered:
    """Which paths of a front matter some patterns, such as ``gallery[].src``, take.

    A value that stands where a list is expected is a list of one.
    """

    def __init__(self, patterns: Iterable[str]):
        self._root: dict[str, Any] = {}
        for pattern in patterns:
            node = self._root
            for step in paths.tokens(pattern):
                node = node.setdefault(step, {})
            node[""] = {}

    def takes(self, path: str) -> bool:
        """Whether a pattern takes the values at a path."""
        return any("" in node for node in self._at(path))

    def leads_below(self, path: str) -> bool:
        """Whether a pattern takes values at or below a path."""
        return next(self._at(path), None) is not None

    def _at(self, path: str) -> Iterator[dict[str, Any]]:
        nodes = [self._root]
        for step in paths.tokens(path):
            if step != paths.ITEM:
                nodes = _and_their_items(nodes)
            found = [node[step] for node in nodes if step in node]
            if step != paths.ITEM:
                found += [node[paths.ANY] for node in nodes if paths.ANY in node]
            nodes = found
        yield from _and_their_items(nodes)


def _and_their_items(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The nodes, then those of items of lists there, and of lists in these: a value is a list of a list of one, too."""
    found = list(nodes)
    while nodes:
        nodes = [node[paths.ITEM] for node in nodes if paths.ITEM in node]
        found += nodes
    return found
