"""Where the keys and values of front matter stand in their file, for messages that name line and column."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import yaml

from matterhouse.sql import paths

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Position:
    """A line and a column of a file, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class DuplicateKey:
    """A key that its mapping has had before, by its ``path``; ``first`` is where. The last one holds."""

    path: str
    at: Position
    first: Position


class Ways:
    """The way to every list and mapping of a document, the first one where aliases give it several.

    ``nodes`` are these lists and mappings.
    """

    def __init__(self, root: yaml.Node):
        self.nodes = [root]
        self._above: dict[int, tuple[yaml.Node, str | int] | None] = {id(root): None}
        for node in self.nodes:  # which grows meanwhile
            for step, below in _entries(node):
                if isinstance(below, yaml.CollectionNode) and id(below) not in self._above:
                    self._above[id(below)] = node, step
                    self.nodes.append(below)

    def path(self, node: yaml.Node, key: str) -> str:
        """The front-matter path of a key in the mapping ``node``."""
        steps: list[str | int] = [key]
        while above := self._above[id(node)]:
            node, step = above
            steps.append(step)
        return paths.joined(reversed(steps))


def _entries(node: yaml.Node) -> Iterable[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return ((str(key.value), value) for key, value in node.value)
    return enumerate(node.value) if isinstance(node, yaml.SequenceNode) else ()


class Positions:
    """The places in a ``head`` that a reader accepted, whose first line is line ``first_line`` of its file.

    YAML has them exactly, and JSON, which is YAML but for rare cases. Of other text a path is where the only line
    stands that gives its last name a value (``name = ...``), else where the head begins.
    """

    def __init__(self, head: bytes, first_line: int):
        self._head, self._first_line = head, first_line
        try:
            self._root = yaml.compose(head, Loader=_LOADER)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
            self._root = None
        if isinstance(self._root, yaml.ScalarNode):  # TOML, most likely
            self._root = None

    def of(self, path: str) -> Position:
        """Where the value at a path such as ``related[3].quality`` stands, or the deepest value on the way to it."""
        if self._root is not None:
            return self._at(_deepest(self._root, path))
        return Position(self._first_line + self._line_of(path), 1)

    def _line_of(self, path: str) -> int:
        """The number of lines above the only one that gives the last name of ``path`` a value; 0 where that is none."""
        names = [step for step in paths.places(path) if isinstance(step, str)]
        name = re.escape(names[-1].encode() if names else b"")
        found = re.findall(rb"(?m)^[^=\n]*?\b" + name + rb"[\"']?[ \t]*=", self._head)
        return self._head[: self._head.index(found[0])].count(b"\n") if len(found) == 1 else 0

    def duplicate_keys(self) -> Iterator[DuplicateKey]:
        """Every key that stands in its mapping a second time or more often."""
        if self._root is None:
            return
        ways = Ways(self._root)
        for node in ways.nodes:
            first: dict[str, yaml.Node] = {}
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if isinstance(key, yaml.ScalarNode) and first.setdefault(key.value, key) is not key:
                    yield DuplicateKey(ways.path(node, key.value), self._at(key), self._at(first[key.value]))

    def _at(self, node: yaml.Node) -> Position:
        return Position(self._first_line + node.start_mark.line, node.start_mark.column + 1)


def _deepest(node: yaml.Node, path: str) -> yaml.Node:
    """The node at ``path`` below ``node``, or the last one on the way to it."""
    for step in paths.places(path):
        below = _below(node, step)
        if below is None:
            break
        node = below
    return node


def _below(node: yaml.Node, step: str | int) -> yaml.Node | None:
    """The item of a list or the value of a key, of duplicate keys the last one's; None where there is none."""
    if isinstance(step, int):
        return node.value[step] if isinstance(node, yaml.SequenceNode) and step < len(node.value) else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in reversed(pairs) if key.value == step), None)
