"""The strict reader: the plain subset of YAML that content repositories are written in.

One key or one list item a line, one scalar a line, indentation by two spaces, plain or quoted
scalars, nested mappings and lists. Whatever is outside of that raises ``Unusual`` and is left to
the authority (``sources.authority``); inside of it the answer is exactly the authority's. The
reader decides by what it accepts, never by what it refuses: a line that does not match is unusual.
"""

import re

from sources.scalars import PLAIN_TEXT_FIRST, resolve_plain


class Unusual(Exception):
    """The text is not of the plain subset; it may still be right YAML."""


# Anything but printable text and the line feed: control characters, tabs, the breaks that YAML
# 1.1 knows beside LF (CR, NEL, LS, PS), byte-order marks, surrogates and non-characters.
_UNUSUAL_CHARACTER = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

# Only single characters are repeated possessively: Python before 3.11.5 mistakes possessive groups. No text makes
# the groups search long, since each of their turns takes all it can.
_LINE = re.compile(
    r"""
    (?P<indent>\ *+)
    (?P<dash>-\ )?
    (?:(?P<key>[A-Za-z_][A-Za-z0-9_-]{0,99}):(?:\ ++|$))?   # libyaml wants simple keys short
    (?:
        "(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*)"
      | '(?P<single>[^']*+(?:''[^']*+)*)'
      | (?P<plain>
            (?: [^\s\-?:,\[\]{}#&*!|>'"%@`] | [-?:](?=[^\s,\[\]{}]) )   # may not look like syntax
            (?: [^\s:#]++ | :(?=[^\s,\[\]{}]) | (?<!\ )\# | \ ++(?!\#|$) )*
        )
      | (?P<empty>\[\]|\{\})
    )?
    \ *$
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))')
_ESCAPED = {'"': '"', "\\": "\\", "/": "/", "n": "\n", "r": "\r", "t": "\t", " ": " "}

_DEEPEST = 24
DEEPEST_NESTING = 28  # lists and mappings inside of each other, at most, in lines that begin before column 25

Items = list[tuple[str, object]]


def parse_items(text: str, indent: int) -> Items:
    """Read the key-value pairs of a mapping whose keys stand at column ``indent``, in order, repeated keys and all.

    Raises ``Unusual``.
    """
    if _UNUSUAL_CHARACTER.search(text):
        raise Unusual("character")
    lines = _Lines(text)
    items = _mapping(lines, indent)
    if lines.now is not None:
        raise Unusual("indentation")
    return items


def parse_scalar(text: str) -> object:
    """Read one line that is a scalar alone, as in a list of topics. Raises ``Unusual``."""
    if _UNUSUAL_CHARACTER.search(text):
        raise Unusual("character")
    match = _LINE.match(text)
    if match is None or match["indent"] or match["dash"] or match["key"] or "\n" in text:
        raise Unusual("scalar")
    return _scalar(match)


def mapping_of(items: Items) -> dict[str, object]:
    mapping = dict(items)
    if len(mapping) != len(items):
        raise Unusual("repeated key")
    return mapping


class _Lines:
    """The lines of a block, matched one by one; ``now`` is the current one, None at the end."""

    def __init__(self, text: str):
        self._rest = iter(text.split("\n"))
        self.advance()

    def advance(self) -> None:
        for line in self._rest:
            if not line:
                continue
            self.now = match = _LINE.match(line)
            if match is None:
                raise Unusual("line")
            self.indent = match.end(1)
            if match.lastindex == 1:  # blanks only
                continue
            if self.indent > _DEEPEST:
                raise Unusual("depth")
            return
        self.now = None
        self.indent = -1


def _mapping(lines: _Lines, indent: int) -> Items:
    items = []
    while lines.indent == indent and not lines.now["dash"]:
        items.append(_pair(lines, indent))
    if lines.indent > indent:
        raise Unusual("indentation")
    return items


def _pair(lines: _Lines, indent: int) -> tuple[str, object]:
    """The key at ``indent`` and its value, which may fill the deeper lines that follow."""
    match = lines.now
    key = match["key"]
    if key is None:
        raise Unusual("key")
    lines.advance()
    if match.lastgroup != "key":
        return key, _scalar(match)
    if lines.indent == indent + 2:
        if lines.now["dash"]:
            return key, _list(lines, indent + 2)
        return key, mapping_of(_mapping(lines, indent + 2))
    if lines.indent == indent and lines.now["dash"]:
        return key, _list(lines, indent)
    return key, None


def _list(lines: _Lines, indent: int) -> list[object]:
    items = []
    while lines.indent == indent and lines.now["dash"]:
        items.append(_item(lines, indent))
    if lines.indent > indent:
        raise Unusual("indentation")
    return items


def _item(lines: _Lines, indent: int) -> object:
    """A list item: a scalar, or a mapping whose first key stands behind the dash."""
    match = lines.now
    if match["key"] is None:
        if match.lastgroup == "dash":
            raise Unusual("item")
        lines.advance()
        return _scalar(match)
    first = _pair(lines, indent + 2)
    return mapping_of([first, *_mapping(lines, indent + 2)])


def _scalar(match: re.Match[str]) -> object:
    """The value of a matched line: quoted text as it is, a plain scalar by its YAML 1.1 type."""
    kind = match.lastgroup
    text = match[kind]
    if kind == "plain":
        return _plain(text)
    if kind == "double":
        return _ESCAPE.sub(_unescape, text) if "\\" in text else text
    if kind == "single":
        return text.replace("''", "'")
    if kind == "empty":
        return [] if text == "[]" else {}
    raise Unusual("empty")


def _plain(text: str) -> object:
    if text[0] in PLAIN_TEXT_FIRST:
        return text
    try:
        return resolve_plain(text)
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
