"""What may be shown of a file that could not be read: nothing of the values under ``secured``.

Where such a value begins and ends, only a parser can tell, and it has just failed. So of a file that mentions
``secured``, in any spelling that YAML, TOML or JSON have for it, no line is shown and no message that quotes one.
"""

import re

from matterhouse.sources.errors import Unreadable

HIDDEN = "(not shown: the file mentions secured values)"
_EXCERPT_CHARACTERS = 200
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|\s*[\r\n]\s*|(.))", re.DOTALL)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_QUOTING = ("_syntax", "_value")  # ends of the reasons whose messages may quote what stands in the file


def mentions_secured(content: bytes) -> bool:
    """Whether ``content`` names ``secured``, with escapes or without, in any case of letters."""
    plain = content.lower()
    if b"secured" in plain:
        return True
    if b"\0" in content and b"secured" in plain.replace(b"\0", b""):  # UTF-16
        return True
    return (b"\\" in content or b"%" in content) and b"secured" in _unescaped(content).lower()


def _unescaped(content: bytes) -> bytes:
    return _PERCENT.sub(lambda code: bytes([int(code[1], 16)]), _ESCAPE.sub(_character, content))


def _character(escape: re.Match[bytes]) -> bytes:
    code = escape[1] or escape[2] or escape[3]
    if code is None:
        return escape[4] or b""
    number = int(code, 16)
    return bytes([number]) if number < 128 else b"?"


def excerpt(content: bytes, line: int | None) -> str | None:
    """A line of a file to show, counted from 1, at most 200 characters of it; None where there is no such line."""
    if line is None:
        return None
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if line > len(lines):
        return None
    if mentions_secured(content):
        return HIDDEN
    return lines[line - 1].decode("utf-8", "replace")[:_EXCERPT_CHARACTERS]


def message(content: bytes, unreadable: Unreadable) -> str:
    """The message of a rejection; a parser's words stay out where they may quote a secured value."""
    if unreadable.reason.endswith(_QUOTING) and mentions_secured(content):
        return "the front matter cannot be parsed here; more is not told, because it mentions secured values"
    return unreadable.message
