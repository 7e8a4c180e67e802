"""The authority: PyYAML's C loader, kept within bounds, with every scalar's text kept as written.

Its answer is the meaning of a front matter. The fast way (``matterhouse.reading.blocks``) leaves every document
to it in which anything is unusual.

Content is untrusted. Only standard YAML tags are taken, and depth, values and text are counted
with all that aliases repeat, on the event stream, which neither recurses nor expands, before
anything is built.
"""

from collections.abc import Callable, Hashable, Iterator
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

from matterhouse.reading.parsing import Parsed, Problem, not_utf8, place, repeated, short
from matterhouse.reading.positions import Ways
from matterhouse.reading.scalars import CLASS_OF_TAG, NULL_TAG
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # libyaml would switch to it
_MOST_TAG_DIRECTIVES = 100  # libyaml compares each with all before it
# What libyaml notices only at the end of a text, long after the place where it went wrong.
_NOTICED_LATE = {"could not find expected ':'", "found unexpected end of stream", "found unexpected document indicator"}
_HINTS = {
    "mapping values are not allowed in this context": "a text with a colon in it stands in quotes",
    "did not find expected ',' or ']'": "is a comma or a closing bracket missing?",
    "did not find expected ',' or '}'": "is a comma or a closing brace missing?",
}
_MOST_REPEATED = 100  # keys given twice that are told of one head
_TAGS_OF_PLAIN_SCALARS = {NULL_TAG, Resolver.DEFAULT_SCALAR_TAG, *CLASS_OF_TAG}


class _Loader(CParser, SafeConstructor, Resolver):
    """PyYAML's safe C loader, but scalars stay text (``matterhouse.reading.scalars``), and so do keys."""

    def __init__(self, stream: bytes):
        CParser.__init__(self, stream)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self.repeated: list[tuple[yaml.MappingNode, yaml.ScalarNode, yaml.Node]] = []

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        if not isinstance(node, yaml.MappingNode):
            found: Any = node
            raise ConstructorError(None, None, f"expected a mapping, but found a {found.id}", node.start_mark)
        self.flatten_mapping(node)
        mapping: dict[Hashable, Any] = {
            self._key(key): self.construct_object(value, deep=deep) for key, value in node.value
        }
        if len(mapping) != len(node.value):
            self._note_repeated(node)
        return mapping

    def _note_repeated(self, node: yaml.MappingNode) -> None:
        """Note keys that are given twice; one that a merge (``<<``) brings along gives way to its own by rule."""
        known: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, value in node.value:
            last = known.get(key.value)
            if (
                last is not None
                and len(self.repeated) < _MOST_REPEATED
                and node.start_mark.index <= last[0].start_mark.index < key.start_mark.index
            ):
                self.repeated.append((node, *last))
            known[key.value] = key, value

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key has to be a single value, not a list or mapping", node.start_mark)
        if node.tag not in _TAGS_OF_PLAIN_SCALARS:
            self.construct_object(node)  # refuses unknown tags
        return node.value


def _typed(cls: type[str]) -> Callable[[Any, Any], str]:
    return lambda loader, node: cls(loader.construct_scalar(node))


for _tag, _class in CLASS_OF_TAG.items():
    _Loader.add_constructor(_tag, _typed(_class))
_Loader.add_constructor("tag:yaml.org,2002:binary", _typed(str))


def _refused(loader: Any, node: Any) -> None:
    SafeConstructor.construct_undefined(loader, node)


for _tag in ("set", "omap", "pairs"):  # Python's set and tuple: neither dict nor list
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _refused)

# PyYAML's types know its own loaders only.
_PARSER: Any = CParser


def parse(head: bytes, first_line: int, limits: Limits | None) -> object:
    """The value of ``read`` alone."""
    return read(head, first_line, limits).value


def read(head: bytes, first_line: int, limits: Limits | None) -> Parsed:
    """Read YAML text whose first line is line ``first_line`` of its file.

    Gives nested dicts and lists whose scalars are text, None for an empty text, and the keys that are given twice.
    ``limits`` is None for a text that is known to be within bounds. Raises ``Unreadable``.
    """
    if head.startswith(_UTF_16):
        raise Unreadable("not_utf8", "the text is UTF-16, and front matter has to be UTF-8", first_line, 1)
    if head.count(b"%TAG") > _MOST_TAG_DIRECTIVES:
        raise Unreadable("too_many_directives", f"more than {_MOST_TAG_DIRECTIVES} %TAG directives", first_line, 1)
    try:
        if limits is not None:
            _check_bounds(head, limits)
        return _load(head, first_line)
    except _OutOfBounds as error:
        raise Unreadable(error.reason, error.message, *_place(head, error.mark.index, first_line)) from None
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, head, first_line) from None
    except yaml.reader.ReaderError as error:
        raise _bad_character(error, head, first_line) from None
    except (RecursionError, ValueError) as error:
        raise Unreadable("yaml_value", f"a value cannot be built: {error}", first_line, None) from None


def _load(head: bytes, first_line: int) -> Parsed:
    loader = _Loader(head)
    try:
        root = loader.get_single_node()
        value = None if root is None else loader.construct_document(root)
        return Parsed(value, tuple(_problems(loader, root, head, first_line)) if root and loader.repeated else ())
    finally:
        loader.dispose()


def _problems(loader: _Loader, root: yaml.Node, head: bytes, first_line: int) -> Iterator[Problem]:
    """The values that are lost because their key is given again."""
    ways = Ways(root)
    text = head.decode("utf-8-sig", "replace")
    for node, key, value in loader.repeated:
        line, _ = place(text, key.start_mark.index, first_line)
        lost = value.value if isinstance(value, yaml.ScalarNode) else None
        yield repeated(ways.path(node, key.value), lost, line)


class _OutOfBounds(Exception):
    def __init__(self, reason: str, message: str, mark: Any):
        super().__init__(reason)
        self.reason, self.message, self.mark = reason, message, mark


def _check_bounds(head: bytes, limits: Limits) -> None:
    """Count depth, nodes and text, what aliases would repeat included, without building any."""
    sizes: dict[str | None, tuple[int, int]] = {}
    opened: list[tuple[str | None, int, int]] = []
    nodes = text = 0
    for event in yaml.parse(head, Loader=_PARSER):
        if isinstance(event, yaml.ScalarEvent):
            sizes[event.anchor] = 1, len(event.value)
            nodes += 1
            text += len(event.value)
        elif isinstance(event, yaml.AliasEvent):
            if any(event.anchor == anchor for anchor, _, _ in opened):
                message = f"*{short(event.anchor or '')} stands inside of what it names"
                raise _OutOfBounds("recursive_alias", message, event.start_mark)
            more_nodes, more_text = sizes.get(event.anchor, (0, 0))
            nodes += more_nodes
            text += more_text
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((event.anchor, nodes, text))
            nodes += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, nodes_before, text_before = opened.pop()
            sizes[anchor] = nodes - nodes_before, text - text_before
        _refuse_beyond(limits, len(opened), nodes, text, event.start_mark)


def _refuse_beyond(limits: Limits, depth: int, nodes: int, text: int, mark: Any) -> None:
    if depth > limits.depth:
        raise _OutOfBounds("too_deep", f"values are nested deeper than {limits.depth} levels", mark)
    if nodes > limits.nodes:
        raise _OutOfBounds("too_many_values", f"the front matter unfolds to more than {limits.nodes:,} values", mark)
    if text > limits.head_bytes:  # without aliases, a text within the limit never unfolds beyond it
        raise _OutOfBounds(
            "too_much_text", f"the front matter unfolds to more than {limits.head_bytes:,} characters", mark
        )


def _unreadable(error: yaml.MarkedYAMLError, head: bytes, first_line: int) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    if error.problem in _NOTICED_LATE:
        mark = error.context_mark or mark
    message = short("; ".join(part for part in (error.context, error.problem, _hint(error, head)) if part))
    reason = "yaml_value" if isinstance(error, ConstructorError) else "yaml_syntax"
    return Unreadable(reason, message, *(_place(head, mark.index, first_line) if mark else (first_line, None)))


def _hint(error: yaml.MarkedYAMLError, head: bytes) -> str | None:
    """What most people have to do about a mistake whose message does not say it."""
    if error.problem == "found character that cannot start any token" and error.problem_mark is not None:
        at = error.problem_mark.index
        tab = head.decode("utf-8-sig", "replace")[at : at + 1] == "\t"
        return "YAML indents with spaces, not tabs" if tab else "a text that begins with @, ` or % stands in quotes"
    return _HINTS.get(error.problem or "")


def _bad_character(error: yaml.reader.ReaderError, head: bytes, first_line: int) -> Unreadable:
    """Name the place of bytes that are no text, or of a character that YAML does not allow."""
    try:
        head.decode()
    except UnicodeDecodeError as broken:
        return not_utf8(head, broken, first_line)
    message = f"the character U+{error.character:04X} is not allowed in YAML"
    at = len(head[: error.position].decode("utf-8-sig"))
    return Unreadable("control_character", message, *_place(head, at, first_line))


def _place(head: bytes, index: int, first_line: int) -> tuple[int, int]:
    """Line and column in the file of the character at ``index``; YAML 1.1 would count more line ends than an editor."""
    return place(head.decode("utf-8-sig", "replace"), index, first_line)
