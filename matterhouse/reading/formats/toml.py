"""TOML heads: between lines of ``+++``, behind ``---toml``, and ``.toml`` files.

The standard library's tomllib says what is TOML and what it means. It gives numbers and dates as Python values, and a
column of text wants them as written: so a head is read twice, the second time with every number, date and truth value
put in quotes, marked with its type.
"""

import re
import tomllib

from matterhouse.reading.parsing import Format, Parsed, check_depth, check_nodes, decoded, place, short
from matterhouse.reading.scalars import Bool, Float, Int, Timestamp
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits

_TOKEN = re.compile(
    r"""
      (?P<skipped>  [ \t\r]+ | \#[^\n]* )
    | (?P<string>                                                # one that is never closed goes to the end
          \"{3} [^"\\]*+ (?: (?: \\. | \"{1,2}(?!\") ) [^"\\]*+ )* (?: \"{3,5} | \\?\"{0,2}\Z )
        | '{3} [^']*+ (?: '{1,2}(?!') [^']*+ )* (?: '{3,5} | '{0,2}\Z )
        | " [^"\\\n]*+ (?: \\[^\n] [^"\\\n]*+ )* (?: " | \\?(?=\n|\Z) )
        | ' [^'\n]*+ (?: ' | (?=\n|\Z) ) )
    | (?P<sign>     [=\[\]{},\n] )
    | (?P<bare>     \d{4}-\d\d-\d\d\ \d\d:\d\d[^\s=\[\]{},\#"']* | [^\s=\[\]{},\#"']+ )
    | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_TYPES = (
    (Bool, re.compile(r"true|false")),
    (Timestamp, re.compile(r"\d{4}-\d\d-\d\d.*")),
    (None, re.compile(r"\d\d:\d\d:.*")),  # a time of day: text to every column
    (Int, re.compile(r"[-+]?[0-9][0-9_]*|0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+")),
    (Float, re.compile(r"[-+]?(?:[0-9_.]+(?:[eE][-+]?[0-9_]+)?|inf|nan)")),
)
_MARK = "\ue000matterhouse:"
_OVERWRITTEN = ("Cannot overwrite a value", "the key has a value already: TOML takes each key once")
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)\Z")


def parse(head: bytes, first_line: int, limits: Limits) -> Parsed:
    """Read a TOML head: numbers and dates keep the text they were written with. Raises ``Unreadable``."""
    text = decoded(head, first_line)
    if _MARK in text:
        raise Unreadable("toml_value", "the text holds a mark that Matterhouse itself uses", first_line, None)
    marked = _with_marks(text, first_line, limits)
    _load(text, first_line)
    value = _load(marked, first_line)
    return Parsed(_plain(value, 0, limits, (first_line, 1)))


def _load(text: str, first_line: int) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = _PLACE.search(message)
        where = (first_line + int(found[1]) - 1, int(found[2])) if found and found[1] else None
        what = short(_PLACE.sub("", message).replace(*_OVERWRITTEN))
        raise Unreadable("toml_syntax", what, *(where or place(text, len(text), first_line))) from None
    except (ValueError, RecursionError) as error:
        raise Unreadable("toml_value", short(f"a value cannot be built: {error}"), first_line, None) from None


def _plain(value: object, depth: int, limits: Limits, where: tuple[int, int]) -> object:
    """A parsed value as records hold it."""
    if not isinstance(value, (dict, list)):
        return _scalar(str(value))
    check_depth(depth + 1, limits, where)
    if isinstance(value, dict):
        return {key: _plain(item, depth + 1, limits, where) for key, item in value.items()}
    return [_plain(item, depth + 1, limits, where) for item in value]


def _scalar(text: str) -> str:
    if not text.startswith(_MARK):
        return text
    number, _, written = text.removeprefix(_MARK).partition(":")
    cls = _TYPES[int(number)][0]
    return written if cls is None else cls(written)


class _Scan:
    """Where a scan of TOML is: ``opened`` are the brackets around it, ``is_key`` tells that a key is due."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.is_key = True
        self.parts = 1

    def step(self, sign: str) -> None:
        """Take a sign: a bracket, ``=``, a comma or the end of a line."""
        if sign == "=":
            self.is_key = False
        elif sign == "\n":
            if not self.opened:
                self.is_key, self.parts = True, 1
        elif self.is_key and not self.opened and sign in "[]":
            self.parts += sign == "["
        elif sign in "[{":
            self.opened.append(sign)
            self.is_key = sign == "{"
        elif sign in "]}":
            if self.opened:
                self.opened.pop()
            self.is_key = False
        elif sign == "," and self.opened:
            self.is_key, self.parts = self.opened[-1] == "{", 1


def _with_marks(text: str, first_line: int, limits: Limits) -> str:
    """``text`` with its numbers, dates and truth values in quotes. Raises ``Unreadable`` where it nests too deep.

    Of a text that is no TOML any text may come; none takes long.
    """
    scan, pieces, nodes = _Scan(), [], 1
    for token in _TOKEN.finditer(text):
        kind, piece = token.lastgroup, token[0]
        if kind == "sign":
            scan.step(piece)
            nodes += piece in "=[{,"
        elif kind == "bare" and scan.is_key:
            scan.parts += piece.count(".")
        elif kind == "bare":
            piece = _marked(piece)
        if nodes > limits.nodes:
            check_nodes(nodes, limits, first_line)
        if scan.parts + len(scan.opened) > limits.depth:
            check_depth(limits.depth + 1, limits, place(text, token.start(), first_line))
        pieces.append(piece)
    return "".join(pieces)


def _marked(text: str) -> str:
    number = next((number for number, (_, pattern) in enumerate(_TYPES) if pattern.fullmatch(text)), None)
    return text if number is None else f'"{_MARK}{number}:{text}"'


FORMAT = Format("toml", (b"+++",), (b"toml",), (".toml",), parse)
