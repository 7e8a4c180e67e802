"""The strict reader: the plain subset of YAML that content repositories are written in.

One key or one list item a line, one scalar a line, indentation by two spaces, plain or quoted
scalars, lists of them in brackets, nested mappings and lists, comments. Whatever is outside of that
raises ``Unusual`` and is left to the authority (``matterhouse.reading.authority``); inside of it the answer
is exactly the authority's. The reader decides by what it accepts, never by what it refuses: a line that
does not match is unusual.
"""

import re

from matterhouse.reading.scalars import PLAIN_TEXT_FIRST, resolve_plain


class Unusual(Exception):
    """The text is not of the plain subset; it may still be right YAML."""


# Anything but printable text and the line feed: control characters, tabs, the breaks that YAML
# 1.1 knows beside LF (CR, NEL, LS, PS), byte-order marks, surrogates and non-characters.
_UNUSUAL_CHARACTER = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

# Only single characters are repeated possessively: Python before 3.11.5 mistakes possessive groups. No text makes
# the groups search long, since each of their turns takes all it can.

# An item of a list in brackets: in quotes, or a plain text that holds nothing that may be syntax there.
_ITEM = re.compile(
    r"""
        "[^"\\\n]*+(?:\\.[^"\\\n]*+)*"
      | '[^'\n]*+(?:''[^'\n]*+)*'
      | [^\s\-?:,\[\]{}#&*!|>'"%@`] [^\s?:,\[\]{}#]*+ (?: \ ++ [^\s?:,\[\]{}#]++ )*
    """,
    re.VERBOSE,
)
_LINE = re.compile(
    rf"""
    ^(\ {{0,24}}+)                                                 # indent, as deep as the reader goes
    (-\ )?                                                       # dash
    (?:([A-Za-z_][A-Za-z0-9_.-]{{0,99}}+):(?:\ ++|$))?              # key; libyaml wants simple ones short
    (                                                            # value, with its quotes
        "[^"\\\n]*+(?:\\.[^"\\\n]*+)*"
      | '[^'\n]*+(?:''[^'\n]*+)*'
      | [^\s\-?:,\[\]{{}}#&*!|>'"%@`] [^\n:#]*+                       # plain, as most are
        (?: :(?=[^\s,\[\]{{}}]) [^\n:#]*+ )* (?<!\ ) $
      | (?: [^\s\-?:,\[\]{{}}#&*!|>'"%@`] | [-?:](?=[^\s,\[\]{{}}]) )   # plain: may not look like syntax
        (?: [^\s:#]++ | :(?=[^\s,\[\]{{}}]) | (?<!\ )\# | \ ++(?!\#|$) )*
      | \[\] | \{{\}}
      | \[ \ *+ (?:{_ITEM.pattern}) (?: \ *+ , \ *+ (?:{_ITEM.pattern}) )* \ *+ \]   # list in brackets
    )?
    \ *(?:(?<![^\ \n])\#[^\n]*)?$                                  # comment, at a line's begin or behind a blank
    """,
    re.VERBOSE | re.MULTILINE,
)
_BLANK = ("", "", "")
_USUAL_ASCII = b"\n" + bytes(range(0x20, 0x7F))
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))")
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "n": "\n", "r": "\r", "t": "\t", " ": " "}

DEEPEST_NESTING = 28  # lists and mappings inside of each other, at most, in lines that begin before column 25

_PLAIN_FIRST = PLAIN_TEXT_FIRST - set("\"'[{")  # what no other type and no other style begins with

Items = list[tuple[str, object]]
Line = tuple[str, str, str, str]
"""One line: indent, dash, key and value, each as written and empty where absent."""

_END: Line = ("", "- ", "", "")


def usual_text(block: bytes) -> str:
    """The text of a block, for the functions below. Raises ``Unusual`` where a character is not of the plain subset."""
    rest = block.translate(None, _USUAL_ASCII)
    if not rest:
        return block.decode("ascii")
    try:
        text = block.decode()
    except UnicodeDecodeError:
        raise Unusual("not UTF-8") from None
    if _UNUSUAL_CHARACTER.search(rest.decode()):  # whole characters, since all others are of one byte
        raise Unusual("character")
    return text


def parse_items(text: str, indent: int) -> Items:
    """Read the key-value pairs of a mapping whose keys stand at column ``indent``, in order, repeated keys and all.

    Raises ``Unusual``.
    """
    lines = _lines(text)
    lines.append(_END)  # an item of no list ends every block, and is nobody's
    items, at = _mapping(lines, 0, indent)
    if at != len(lines) - 1:
        raise Unusual("indentation")
    return items


def parse_scalar(text: str) -> object:
    """Read one line that is a scalar alone, as in a list of topics. Raises ``Unusual``."""
    lines = _lines(text)
    if len(lines) != 1 or lines[0][:3] != _BLANK or "\n" in text:
        raise Unusual("scalar")
    return _scalar(lines[0][3])


def mapping_of(items: Items) -> dict[str, object]:
    mapping = dict(items)
    if len(mapping) != len(items):
        raise Unusual("repeated key")
    return mapping


def _lines(text: str) -> list[Line]:
    """The lines that are neither blank nor a comment; every line has to match."""
    lines = _LINE.findall(text)
    if len(lines) != text.count("\n") + 1:
        raise Unusual("line")
    return [line for line in lines if line[2] or line[3] or line[1]]


def _mapping(lines: list[Line], at: int, indent: int) -> tuple[Items, int]:
    """The pairs of the mapping that begins at line ``at``, and the line after it."""
    items = []
    while True:
        space, dash, key, value = lines[at]
        if dash or len(space) != indent:
            break
        if not key:
            raise Unusual("key")
        at += 1
        if value:
            items.append((key, value if value[0] in _PLAIN_FIRST else _scalar(value)))
        else:
            below, at = _below(lines, at, indent)
            items.append((key, below))
    if len(space) > indent:
        raise Unusual("indentation")
    return items, at


def _below(lines: list[Line], at: int, indent: int) -> tuple[object, int]:
    """What belongs to a key at ``indent`` that has no value in its own line: a mapping, a list, or nothing."""
    space, dash, _, _ = lines[at]
    column = len(space)
    if dash and column in (indent, indent + 2) and at != len(lines) - 1:
        return _list(lines, at, column)
    if column == indent + 2:
        items, at = _mapping(lines, at, column)
        return mapping_of(items), at
    return None, at


def _list(lines: list[Line], at: int, indent: int) -> tuple[list[object], int]:
    """The items of the list that begins at line ``at``, and the line after it."""
    items: list[object] = []
    while True:
        space, dash, key, value = lines[at]
        if not dash or len(space) != indent or at == len(lines) - 1:
            break
        if key:
            # The first key of an item stands behind the dash, as far in as the keys below it.
            lines[at] = (space + "  ", "", key, value)
            pairs, at = _mapping(lines, at, indent + 2)
            items.append(mapping_of(pairs))
        else:
            items.append(_scalar(value))
            at += 1
    if len(space) > indent:
        raise Unusual("indentation")
    return items, at


def _scalar(value: str) -> object:
    """A value as it was written: quoted text without its quotes, a plain scalar by its YAML 1.1 type."""
    first = value[:1]
    if first == '"':
        return _ESCAPE.sub(_unescape, value[1:-1]) if "\\" in value else value[1:-1]
    if first == "'":
        return value[1:-1].replace("''", "'")
    if first == "[":
        return list(map(_scalar, _ITEM.findall(value)))
    if first == "{":
        return {}
    if first in _PLAIN_FIRST:
        return value
    if not value:
        raise Unusual("empty")
    try:
        return resolve_plain(value)
    except ValueError:
        raise Unusual("merge or default key") from None


def _unescape(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        try:
            return _ESCAPED[match[3]]
        except KeyError:
            raise Unusual("escape") from None
    number = int(code, 16)
    if 0xD800 <= number <= 0xDFFF:
        raise Unusual("surrogate")
    return chr(number)
