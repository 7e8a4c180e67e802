"""The authority: PyYAML's C loader, kept within bounds, with every scalar's text kept as written.

Its answer is the meaning of a front matter. The fast way (``matterhouse.reading.blocks``) leaves every document
to it in which anything is unusual.

Content is untrusted. Only standard YAML tags are taken, and depth, values and text are counted
with all that aliases repeat, on the event stream, which neither recurses nor expands, before
anything is built.
"""

from collections.abc import Callable, Hashable
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.resolver import Resolver

from matterhouse.reading.scalars import CLASS_OF_TAG, NULL_TAG
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # libyaml would switch to it
_MOST_TAG_DIRECTIVES = 100  # libyaml compares each with all before it
_LONGEST_MESSAGE = 200  # characters: a tag or an anchor, which messages name, can be as long as the file
# What libyaml notices only at the end of a text, long after the place where it went wrong.
_NOTICED_LATE = {"could not find expected ':'", "found unexpected end of stream", "found unexpected document indicator"}
_TAGS_OF_PLAIN_SCALARS = {NULL_TAG, Resolver.DEFAULT_SCALAR_TAG, *CLASS_OF_TAG}


class _Loader(CParser, SafeConstructor, Resolver):
    """PyYAML's safe C loader, but scalars stay text (``matterhouse.reading.scalars``), and so do keys."""

    def __init__(self, stream: bytes):
        CParser.__init__(self, stream)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        if not isinstance(node, yaml.MappingNode):
            found: Any = node
            raise ConstructorError(None, None, f"expected a mapping, but found a {found.id}", node.start_mark)
        self.flatten_mapping(node)
        return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

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
_LOADER: Any = _Loader
_PARSER: Any = CParser


def parse(head: bytes, first_line: int, limits: Limits | None) -> object:
    """Read YAML text whose first line is line ``first_line`` of its file.

    Gives nested dicts and lists whose scalars are text, None for an empty text. ``limits`` is None for
    a text that is known to be within bounds. Raises ``Unreadable``.
    """
    if head.startswith(_UTF_16):
        raise Unreadable("not_utf8", "the text is UTF-16, and front matter has to be UTF-8", first_line, 1)
    if head.count(b"%TAG") > _MOST_TAG_DIRECTIVES:
        raise Unreadable("too_many_directives", f"more than {_MOST_TAG_DIRECTIVES} %TAG directives", first_line, 1)
    try:
        if limits is not None:
            _check_bounds(head, limits)
        return yaml.load(head, Loader=_LOADER)
    except _OutOfBounds as error:
        raise Unreadable(error.reason, error.message, *_place(head, error.mark.index, first_line)) from None
    except yaml.MarkedYAMLError as error:
        raise _unreadable(error, head, first_line) from None
    except yaml.reader.ReaderError as error:
        raise _bad_character(error, head, first_line) from None
    except (RecursionError, ValueError) as error:
        raise Unreadable("yaml_value", f"a value cannot be built: {error}", first_line, None) from None


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
                message = f"*{_short(event.anchor or '')} stands inside of what it names"
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
    message = _short("; ".join(part for part in (error.context, error.problem) if part))
    reason = "yaml_value" if isinstance(error, ConstructorError) else "yaml_syntax"
    return Unreadable(reason, message, *(_place(head, mark.index, first_line) if mark else (first_line, None)))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "…"


def _bad_character(error: yaml.reader.ReaderError, head: bytes, first_line: int) -> Unreadable:
    """Name the place of bytes that are no text, or of a character that YAML does not allow."""
    try:
        head.decode()
        at, reason = error.position, "control_character"
        message = f"the character U+{error.character:04X} is not allowed in YAML"
    except UnicodeDecodeError as broken:
        at, reason = broken.start, "not_utf8"
        message = f"the file is not UTF-8 text: the byte 0x{head[at]:02X} does not belong here"
    return Unreadable(reason, message, *_place(head, len(head[:at].decode("utf-8-sig")), first_line))


def _place(head: bytes, index: int, first_line: int) -> tuple[int, int]:
    """Line and column in the file of the character at ``index``.

    Lines are an editor's; YAML 1.1 would also count U+0085, U+2028 and U+2029 as line ends.
    """
    before = head.decode("utf-8-sig", "replace")[:index].replace("\r\n", "\n").replace("\r", "\n")
    return first_line + before.count("\n"), len(before) - before.rfind("\n")
