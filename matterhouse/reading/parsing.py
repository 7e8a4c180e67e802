"""What a language of front matter has to tell, and what its parsers have in common."""

import re
from collections.abc import Callable
from typing import NamedTuple

from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits

_LINE_END = re.compile(r"\r\n|\r|\n")


class Problem(NamedTuple):
    """Something in a document that costs one value and not the document: a row of ``meta.field_errors``.

    ``field`` is the front-matter path (or ``body``), ``value`` what is not in the tables, ``expected`` what should have
    stood there, ``line`` the line of the file, counted from 1.
    """

    field: str
    value: str
    expected: str
    line: int | None


class Parsed(NamedTuple):
    """What a head says: nested dicts and lists with text at the leaves (``matterhouse.reading.scalars``)."""

    value: object
    problems: tuple[Problem, ...] = ()


Parse = Callable[[bytes, int, Limits], Parsed]
"""Reads a head whose first line is that line of its file. Raises ``Unreadable`` with line and column."""


class Format(NamedTuple):
    """A language: its name as in ``raw.documents.format``, and how a head in it is recognised and read.

    ``fences`` are lines that open and close a head, ``words`` may stand behind ``---`` instead, ``suffixes``
    are those of data files.
    """

    name: str
    fences: tuple[bytes, ...]
    words: tuple[bytes, ...]
    suffixes: tuple[str, ...]
    parse: Parse


def place(text: str, index: int, first_line: int) -> tuple[int, int]:
    """Line and column in the file of the character at ``index`` of a head that begins on ``first_line``.

    Lines are an editor's: CR, LF and CRLF end one.
    """
    before = text[:index].replace("\r\n", "\n").replace("\r", "\n")
    return first_line + before.count("\n"), len(before) - before.rfind("\n")


def decoded(head: bytes, first_line: int) -> str:
    """The text of a head. Raises ``Unreadable`` for bytes that are not UTF-8."""
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        raise not_utf8(head, broken, first_line) from None


def not_utf8(head: bytes, broken: UnicodeDecodeError, first_line: int) -> Unreadable:
    """The rejection of a head for the byte that is no UTF-8 text."""
    message = f"the file is not UTF-8 text: the byte 0x{head[broken.start]:02X} does not belong here"
    before = head[: broken.start].decode("utf-8-sig")
    return Unreadable("not_utf8", message, *place(before, len(before), first_line))


def check_depth(deepest: int, limits: Limits, where: tuple[int, int]) -> None:
    """Raise ``Unreadable`` where values nest deeper than the limit."""
    if deepest > limits.depth:
        raise Unreadable("too_deep", f"values are nested deeper than {limits.depth} levels", *where)


def check_nodes(count: int, limits: Limits, first_line: int) -> None:
    """Raise ``Unreadable`` where a head holds more values than the limit."""
    if count > limits.nodes:
        message = f"the front matter holds more than {limits.nodes:,} values"
        raise Unreadable("too_many_values", message, first_line, 1)


def short(text: str, longest: int = 200) -> str:
    """A message of at most ``longest`` characters: a name in it can be as long as the file."""
    return text if len(text) <= longest else text[:longest] + "…"


def repeated(path: str, lost: str | None, line: int | None) -> Problem:
    """The problem of a key that is given twice: ``lost`` is the value that is not taken, None for a list or mapping."""
    shown = "(a list or mapping)" if lost is None else short(lost)
    if "secured" in path:
        shown = "(a secured value, not shown)"
    return Problem(path, shown, "the key once: it is given again, and the last value counts", line)
