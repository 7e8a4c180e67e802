"""Where the front matter of a file begins and ends, and in which language it is, by the rules of the generators.

- Jekyll (https://jekyllrb.com/docs/front-matter/): the first line is ``---``, and the line that closes the head is
  ``---`` or ``...``; both may have blanks behind them. The text between is YAML.
- Eleventy: ``---yaml``, ``---toml`` or ``---json`` name the language; a line of ``---`` closes the head.
- Zola and Hugo: lines of ``+++`` around TOML. Hugo: JSON, an object that begins the file and needs no fence. Hexo:
  lines of ``;;;`` around JSON.
- Hexo: the line of ``---`` before a head may be missing. Such a line is the underline of a heading, too, so that is
  only taken for a head in a Markdown file, where it begins with a field that Hexo knows and is a mapping.
- Hugo: white space may stand before all of these, and a head may be commented out, with a line ``<!--`` before it and
  ``-->`` behind it.

A byte-order mark and any kind of line end are taken. A data file (``.yaml``, ``.toml``, ``.json``) is front matter from
end to end.
"""

import re
from typing import NamedTuple

from matterhouse.reading.formats import BY_FENCE, BY_WORD, FORMATS, of_data_file
from matterhouse.sources.errors import Skipped, Unreadable

CLOSING = re.compile(rb"\n(?:---|\.\.\.)[ \t]*(?=\n|\Z)")
_CLOSINGS = {b"---": re.compile(rb"\n---[ \t]*(?=\n|\Z)"), b"+++": re.compile(rb"\n\+\+\+[ \t]*(?=\n|\Z)")}
_CLOSINGS[b";;;"] = re.compile(rb"\n;;;[ \t]*(?=\n|\Z)")
_BOM = b"\xef\xbb\xbf"
_OPENING = re.compile(
    rb"(?P<before>[ \t\r\n]*+)(?:"
    rb"(?P<comment><!--[^\r\n]*(?:\r\n|\r|\n)[ \t\r\n]*+)?"
    rb"(?P<fence>---|\+\+\+|;;;)[ \t]*(?P<word>(?i:yaml|yml|toml|json))?[ \t]*(?:\r\n|\r|\n)"
    rb"|(?P<brace>\{)(?=[ \t\r\n]*(?:\"|\}[ \t]*(?:[\r\n]|\Z))))"
)
_JSON_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)|[{}]', re.DOTALL)
_HEXO = re.compile(
    rb"(?:title|date|layout|updated|comments|tags|categories|permalink|lang|published|excerpt|author):(?=[ \t\r\n])"
)
_MARKDOWN = (".md", ".markdown")
_UTF_16 = (b"\xff\xfe-\0-\0-\0", b"\xfe\xff\0-\0-\0-", b"-\0-\0-\0", b"\0-\0-\0-")


class Envelope(NamedTuple):
    """The ``head`` of a file, the line it begins on, the ``body`` after it, and the head's ``format``.

    A head that ``may_be_text`` has no opening fence, and is one only if it is a mapping.
    """

    head: bytes
    first_line: int
    body: bytes | None
    format: str = "yaml"
    may_be_text: bool = False


def open_envelope(path: str, content: bytes) -> Envelope | None:
    """Split a file's ``content``; None when it has no front matter.

    Raises ``Unreadable`` when the front matter is never closed, is UTF-16 text or stands behind two byte-order marks,
    ``Skipped`` when it stands behind a comment.
    """
    start = 3 if content.startswith(_BOM) else 0
    if data := of_data_file(path):
        return Envelope(content[start:], 1, None, data.name)
    opening = _OPENING.match(content, start)
    if opening is None:
        _refuse_marks(content)
        return _without_opening(path, content, start)
    if opening["brace"]:
        return _object(content, opening.start("brace"))
    comment = opening["comment"]
    if comment and b"-->" in comment:
        raise Skipped("comment_first", "a comment stands before the front matter, so no generator reads it")
    return _fenced(content, opening, start)


def opens_with_fence(content: bytes) -> bool:
    """Whether the first line of a file is a fence."""
    opening = _OPENING.match(content, 3 if content.startswith(_BOM) else 0)
    return opening is not None and opening["fence"] is not None and not (opening["before"] or opening["comment"])


def language_of(path: str, content: bytes) -> str | None:
    """The language that a file's front matter seems to be in, readable or not; None where none is seen."""
    if data := of_data_file(path):
        return data.name
    opening = _OPENING.match(content, 3 if content.startswith(_BOM) else 0)
    if opening is None:
        return None
    if opening["brace"]:
        return FORMATS["json"].name
    return (BY_WORD[opening["word"].lower()] if opening["word"] else BY_FENCE[opening["fence"]]).name


def _refuse_marks(content: bytes) -> None:
    """Refuse what is front matter to a person's eye but for its encoding."""
    if content.startswith(_UTF_16):
        raise Unreadable("not_utf8", "the file is UTF-16 text, and front matter has to be UTF-8", 1, 1)
    if content.startswith(_BOM + _BOM) and _OPENING.match(content.lstrip(_BOM)):
        raise Unreadable("doubled_mark", "the file begins with more than one byte-order mark", 1, 1)


def _fenced(content: bytes, opening: re.Match[bytes], start: int) -> Envelope | None:
    fence, word = opening["fence"], opening["word"]
    if word and fence != b"---":
        return None
    format = BY_WORD[word.lower()] if word else BY_FENCE[fence]
    pattern = CLOSING if format.name == "yaml" else _CLOSINGS[fence]
    lines = content.replace(b"\r", b"\n") if b"\r" in content else content
    begin = opening.end()
    closing = pattern.search(lines, begin - 1)
    if closing is None:
        if opening["before"] or opening["comment"]:  # but for Hugo a rule in a text
            return None
        message = f"the front matter that begins here is never closed by a line of {fence.decode()}"
        raise Unreadable("unclosed", message, 1, 1)
    end, after = closing.start() + 1, _line_end(content, lines, closing.end())
    if opening["comment"]:
        closed = content.find(b"-->", after)
        if closed < 0:
            return None
        after = closed + 3
    return Envelope(content[begin:end], 1 + _line_ends(content[start:begin]), content[after:], format.name)


def _without_opening(path: str, content: bytes, start: int) -> Envelope | None:
    """What may be a head of Hexo's without its opening fence."""
    if not _HEXO.match(content, start) or not path.lower().endswith(_MARKDOWN):
        return None
    lines = content.replace(b"\r", b"\n") if b"\r" in content else content
    closing = _CLOSINGS[b"---"].search(lines, start)
    if closing is None:
        return None
    body = content[_line_end(content, lines, closing.end()) :]
    return Envelope(content[start : closing.start() + 1], 1, body, may_be_text=True)


def is_certain(envelope: Envelope, value: object) -> bool:
    """Whether what may be text is a head: a mapping without a blank line; a single field only if it is ``title``."""
    has_blank_line = re.search(rb"(?:\n|\r(?!\n))[ \t]*[\r\n]", envelope.head) is not None
    return isinstance(value, dict) and not has_blank_line and (len(value) > 1 or "title" in value)


def _object(content: bytes, begin: int) -> Envelope:
    """A head that is a JSON object without fences: it ends where its brace is closed."""
    depth = 0
    for token in _JSON_TOKEN.finditer(content, begin):
        sign = token[0]
        depth += (sign == b"{") - (sign == b"}")
        if not depth and sign == b"}":
            after = token.end()
            body = content[after:].removeprefix(b"\r").removeprefix(b"\n")
            # From the begin of its line, so that columns are those of the file.
            begin = max(content.rfind(b"\n", 0, begin), content.rfind(b"\r", 0, begin), -1) + 1
            begin = max(begin, 3 if content.startswith(_BOM) else 0)
            return Envelope(content[begin:after], 1 + _line_ends(content[:begin]), body, FORMATS["json"].name)
    line = 1 + _line_ends(content[:begin])
    raise Unreadable("unclosed", "the JSON object that begins here is never closed by a brace", line, 1)


def _line_ends(text: bytes) -> int:
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _line_end(content: bytes, lines: bytes, start: int) -> int:
    """Where the line after the one at ``start`` begins; ``lines`` is ``content`` with LF for CR."""
    feed = lines.find(b"\n", start)
    if feed < 0:
        return len(lines)
    return feed + (2 if content.startswith(b"\r\n", feed) else 1)
