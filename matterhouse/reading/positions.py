"""Where the keys and values of front matter stand in their file, for messages that name line and column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ITEM = re.compile(r"\[(\d+)\]\.?")


@dataclass(frozen=True)
class Position:
    """A line and a column of a file, both from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class DuplicateKey:
    """A key that its mapping has had before; ``first`` is where. The last one holds."""

    key: str
    at: Position
    first: Position


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
        name = re.escape(re.split(r"[.\[]", re.sub(r"(\[\d+\])+$", "", path))[-1].removesuffix("]").encode())
        found = re.findall(rb"(?m)^[^=\n]*?\b" + name + rb"[\"']?[ \t]*=", self._head)
        return self._head[: self._head.index(found[0])].count(b"\n") if len(found) == 1 else 0

    def duplicate_keys(self) -> Iterator[DuplicateKey]:
        """Every key that stands in its mapping a second time or more often."""
        waiting, seen = [self._root] if self._root else [], set()
        while waiting:
            node = waiting.pop()
            if id(node) in seen or isinstance(node, yaml.ScalarNode):
                continue
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                yield from self._duplicates_of(node)
                waiting += [value for _, value in node.value]
            else:
                waiting += node.value

    def _duplicates_of(self, mapping: yaml.MappingNode) -> Iterator[DuplicateKey]:
        first: dict[str, yaml.Node] = {}
        for key, _ in mapping.value:
            if isinstance(key, yaml.ScalarNode) and first.setdefault(key.value, key) is not key:
                yield DuplicateKey(key.value, self._at(key), self._at(first[key.value]))

    def _at(self, node: yaml.Node) -> Position:
        return Position(self._first_line + node.start_mark.line, node.start_mark.column + 1)


def _deepest(node: yaml.Node, path: str) -> yaml.Node:
    """The node at ``path`` below ``node``, or the one that leads furthest along it."""
    return _furthest(node, path)[1]


def _furthest(node: yaml.Node, path: str) -> tuple[int, yaml.Node]:
    """How much of ``path`` is left at the node that leads furthest, and that node.

    Every way is tried, since keys may have dots and brackets themselves.
    """
    ways = [_furthest(below, rest) for below, rest in _steps(node, path)] if path else []
    return min([*ways, (len(path), node)], key=lambda way: way[0])


def _steps(node: yaml.Node, path: str) -> Iterator[tuple[yaml.Node, str]]:
    if isinstance(node, yaml.SequenceNode):
        item = _ITEM.match(path)
        if item and int(item[1]) < len(node.value):
            yield node.value[int(item[1])], path[item.end() :]
    if isinstance(node, yaml.MappingNode):
        last = {str(key.value): value for key, value in node.value}  # of duplicate keys the last one holds
        for name in sorted(last, key=len, reverse=True):  # `a.b` is that key rather than `b` below `a`
            if name and path.startswith(name) and path[len(name) : len(name) + 1] in ("", ".", "["):
                yield last[name], path[len(name) :].removeprefix(".")
