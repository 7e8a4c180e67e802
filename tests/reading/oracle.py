"""What the reader is held to: PyYAML's own C loader, with our rule that text is kept as written.

``expected`` reads a head with PyYAML; ``agrees`` tells whether a record of ours is that same value,
each of our typed scalars turned into its value by PyYAML's own constructor.
"""

import functools
import math
import re
from dataclasses import dataclass

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from matterhouse.reading.envelope import Envelope
from matterhouse.reading.reader import Document, Reader
from matterhouse.reading.scalars import CLASS_OF_TAG, Typed
from matterhouse.reading.sheets import opened
from matterhouse.sources.errors import Skipped, Unreadable

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_OBJECT = re.compile(rb'[ \t]*\{[ \t\r\n]*(?:"|\}[ \t]*(?:[\r\n]|\Z))')
_TAG = "tag:yaml.org,2002:"
_NOT_A_VALUE = (ValueError, KeyError, AttributeError, IndexError, TypeError, OverflowError)
# Reasons for which we refuse what PyYAML would read, or try to.
REFUSED = {"recursive_alias", "too_deep", "too_many_values", "too_much_text", "too_many_directives", "too_many_related"}

_FIELDS = "title date layout updated comments tags categories permalink lang published excerpt author"
HEXO = [name.encode() + b":" for name in _FIELDS.split()]


@dataclass(frozen=True)
class Impossible:
    """A scalar of which PyYAML cannot build the value, such as the date 2020-02-30: its text is kept."""

    type: str
    text: str


class TextKeys(yaml.CSafeLoader):
    """PyYAML's C loader, with the text of keys in place of their values."""

    def construct_mapping(self, node, deep=False):
        super().construct_mapping(node, deep)
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConstructorError(None, None, "we take single values as keys only", key.start_mark)
        return {key.value: self.construct_object(value, deep=deep) for key, value in node.value}


def _or_impossible(kind: str, construct):
    def constructor(loader, node):
        try:
            return construct(loader, node)
        except _NOT_A_VALUE:
            return Impossible(kind, loader.construct_scalar(node))

    return constructor


for _kind in ("int", "float", "bool", "timestamp"):
    TextKeys.add_constructor(_TAG + _kind, _or_impossible(_kind, getattr(SafeConstructor, f"construct_yaml_{_kind}")))
TextKeys.add_constructor(_TAG + "binary", SafeConstructor.construct_yaml_str)
for _kind in ("set", "omap", "pairs"):  # would be sets and tuples, which records never hold
    TextKeys.add_constructor(_TAG + _kind, SafeConstructor.construct_undefined)


def expected(head: bytes) -> object:
    """The value of a head. Raises yaml.YAMLError, or ValueError for a tag that is not UTF-8."""
    return yaml.load(head, Loader=TextKeys)


def agrees(ours: object, theirs: object) -> bool:
    """Whether a record of ours is PyYAML's value, in structure, order of keys, types and text."""
    if isinstance(theirs, dict):
        return type(ours) is dict and list(ours) == list(theirs) and all(map(agrees, ours.values(), theirs.values()))
    if isinstance(theirs, list):
        return type(ours) is list and len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    if theirs is None or isinstance(theirs, str):
        return type(ours) is type(theirs) and ours == theirs
    if not isinstance(ours, Typed):
        return False
    value = _value(type(ours), str(ours))
    if isinstance(value, float) and isinstance(theirs, float):
        return value == theirs or (math.isnan(value) and math.isnan(theirs))
    return type(value) is type(theirs) and value == theirs


@functools.lru_cache(100_000)
def _value(cls: type[Typed], text: str) -> object:
    node = yaml.ScalarNode(_TAG + cls.type, text)
    return TextKeys.yaml_constructors[node.tag](SafeConstructor(), node)


def identical(one: object, other: object) -> bool:
    """Whether two records of ours are the same: structure, order of keys, classes and text."""
    one, other = opened(one), opened(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(identical, one.values(), other.values()))
    if isinstance(one, list):
        return len(one) == len(other) and all(map(identical, one, other))
    return one == other


def strictly_text(record: object) -> bool:
    """Whether a record holds nothing but dicts with text keys, lists, our scalars and None."""
    if type(record) is dict:
        return all(type(key) is str for key in record) and all(map(strictly_text, record.values()))
    if type(record) is list:
        return all(map(strictly_text, record))
    return record is None or type(record) is str or type(record) in CLASS_OF_TAG.values()


def fenced(head: str | bytes) -> bytes:
    """A Markdown file with this front matter."""
    return b"---\n" + as_bytes(head) + b"\n---\nBody\n"


def as_bytes(head: str | bytes) -> bytes:
    return head if isinstance(head, bytes) else head.encode()


def line_by_line(content: bytes) -> Envelope | None:
    """The envelope of a Markdown file as one finds it by reading lines, None where there is none."""
    first, *lines = _LINE.findall(content.removeprefix(b"\xef\xbb\xbf")) or [b""]
    above = 2
    while lines and not first.strip(b" \t\r\n"):  # as Hugo has it
        first, *lines = lines
        above += 1
    if _OBJECT.match(text := b"".join([first, *lines])):
        return _object(text, above - 1)
    if first.lstrip(b" \t").rstrip(b" \t\r\n") != b"---":
        return _without_opening([first, *lines]) if above == 2 else None
    for number, line in enumerate(lines):
        if line.rstrip(b" \t\r\n") in (b"---", b"..."):
            return Envelope(b"".join(lines[:number]), above, b"".join(lines[number + 1 :]))
    return None


def _object(text: bytes, line: int) -> Envelope | None:
    """A head that is a JSON object, which begins in this line: character by character."""
    depth, quoted, escaped = 0, False, False
    for at, sign in enumerate(text):
        if quoted:
            quoted, escaped = sign != ord('"') or escaped, sign == ord("\\") and not escaped
        elif sign == ord('"'):
            quoted = True
        elif sign in b"{}":
            depth += 1 if sign == ord("{") else -1
            if not depth:
                body = text[at + 1 :].removeprefix(b"\r").removeprefix(b"\n")
                return Envelope(text[: at + 1], line, body, "json")
    return None


def _without_opening(lines: list[bytes]) -> Envelope | None:
    """A head of Hexo's that may be text, as far as its lines tell."""
    if lines[0].rstrip(b" \t\r\n") not in HEXO and not lines[0].startswith(
        tuple(name + blank for name in HEXO for blank in (b" ", b"\t"))
    ):
        return None
    for number, line in enumerate(lines):
        if line.rstrip(b" \t\r\n") == b"---":
            return Envelope(b"".join(lines[:number]), 1, b"".join(lines[number + 1 :]), may_be_text=True)
    return None


def outcome(reader: Reader, path: str, content: bytes) -> Document | Unreadable | None:
    """What reading a file comes to; whatever else than ``Unreadable`` it raises is a fault."""
    try:
        return reader.read(path, content)
    except Unreadable as error:
        return error
    except Skipped as skipped:  # a template, whose marks make it no YAML
        return Unreadable(skipped.reason, skipped.message, 1, None)


def difference(fast: Reader, slow: Reader, path: str, content: bytes) -> str | None:
    """How the two ways of reading a file differ, None if they don't.

    What the fast way declined went the slow way already, so it is not read twice.
    """
    quick = outcome(fast, path, content)
    if not isinstance(quick, Document) or quick.declined:
        return None
    sure = outcome(slow, path, content)
    if isinstance(sure, Document) and identical(quick.record, sure.record) and quick.body == sure.body:
        return None
    return f"the fast way reads {quick!r}, the authority {sure!r}"


def disagreement(slow: Reader, head: bytes) -> str | None:
    """How the authority's reading of a data file differs from PyYAML's, None if it does not."""
    ours = outcome(slow, "x.yaml", head)
    if isinstance(ours, Unreadable) and (ours.reason in REFUSED or head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    try:
        theirs = expected(head)
    except (yaml.YAMLError, ValueError) as error:
        return None if isinstance(ours, Unreadable) else f"we read {ours!r}, PyYAML refuses: {error}"
    if ours is None:
        return None if not (isinstance(theirs, dict) and theirs) else f"we skip it, PyYAML reads {theirs!r}"
    if isinstance(ours, Document) and agrees(ours.record, theirs) and strictly_text(ours.record):
        return None
    return f"we say {ours!r}, PyYAML reads {theirs!r}"
