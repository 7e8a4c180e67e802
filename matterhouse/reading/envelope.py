"""Where the front matter of a file begins and ends.

As Jekyll has it (https://jekyllrb.com/docs/front-matter/): the first line is ``---`` and so is, or
``...``, the line that closes it; both may have blanks behind them. A byte-order mark and any
kind of line end are taken. A ``.yaml`` or ``.yml`` file is front matter from end to end.
"""

import re
from dataclasses import dataclass

from matterhouse.sources.errors import Unreadable

DATA_FILES = (".yaml", ".yml")
_BOM = b"\xef\xbb\xbf"
CLOSING = re.compile(rb"\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)")
_UTF_16 = (b"\xff\xfe-\0-\0-\0", b"\xfe\xff\0-\0-\0-")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The ``head`` (YAML text) of a file, the line it begins on, and the ``body`` after it."""

    head: bytes
    first_line: int
    body: bytes | None


def open_envelope(path: str, content: bytes) -> Envelope | None:
    """Split a file's ``content``; None when it has no front matter.

    Raises ``Unreadable`` when the front matter is never closed, or is UTF-16 text.
    """
    start = 3 if content.startswith(_BOM) else 0
    if path.lower().endswith(DATA_FILES):
        return Envelope(content[start:], 1, None)
    if not content.startswith(b"---", start):
        if content.startswith(_UTF_16):
            raise Unreadable("not_utf8", "the file is UTF-16 text, and front matter has to be UTF-8", 1, 1)
        return None
    lines = content.replace(b"\r", b"\n") if b"\r" in content else content
    begin = _line_end(content, lines, start)
    if lines[start + 3 : begin].strip(b" \t\n") or not lines.endswith(b"\n", start, begin):
        return None
    end, after = _closing_line(content, lines, begin)
    return Envelope(content[begin:end], 2, content[after:])


def _line_end(content: bytes, lines: bytes, start: int) -> int:
    """Where the line after the one at ``start`` begins; ``lines`` is ``content`` with LF for CR."""
    feed = lines.find(b"\n", start)
    if feed < 0:
        return len(lines)
    return feed + (2 if content.startswith(b"\r\n", feed) else 1)


def _closing_line(content: bytes, lines: bytes, begin: int) -> tuple[int, int]:
    """Begin and end of the first line from ``begin`` on that closes the front matter."""
    closing = CLOSING.search(lines, begin - 1)
    if closing is None:
        raise Unreadable("unclosed", "the front matter that begins here is never closed by a line of ---", 1, 1)
    return closing.start() + 1, _line_end(content, lines, closing.end())
