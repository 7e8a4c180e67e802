"""The fast way through a front matter: a repository repeats itself.

One article is listed under ``related`` by dozens of documents, each time as the same block of text;
so are topics, providers and images. A front matter is cut where its list items begin, each item
is looked up in a memo by its bytes, and only a block that was never seen is parsed, by the strict
reader. The documents then share the parsed blocks, which nobody may change. (In a repository
of 7,162 documents, 161,223 related entries were 4,691 distinct blocks.)

A cut may fall inside of something that is no list: a text over several lines, say. Then one of the
two pieces is not of the plain subset, the strict reader says ``Unusual``, and the whole document
goes to the authority.
"""

import re
from collections.abc import Iterable
from itertools import repeat

from matterhouse.reading.envelope import CLOSING
from matterhouse.reading.sheets import opened
from matterhouse.reading.strict import Items, Unusual, mapping_of, parse_items, parse_scalar, usual_text

# Of memory: a parsed block takes about six times its text, a short one more. The blocks of that repository fit; with
# three times as much a load of 35,000 documents takes 70 MB more and is no quicker.
MEMO_BYTES = 64_000_000
_MISSING = object()
_NEXT_KEY = re.compile(rb"\n(?=[^ \n])")
_KEY = re.compile(rb"[A-Za-z_][A-Za-z0-9_.-]*:(?: |\n|\Z)")
_SHORT = 200
BY_COLUMNS = "related"  # the list whose entries may be read by columns
_LISTED = b"\n" + BY_COLUMNS.encode() + b":\n  - "
_DASH = b"\n  - "
FEW, FEW_ALIKE = 100, 20  # blocks, and blocks of the same keys and types, that the strict reader reads as soon


class Blocks:
    """Reads front matters of the plain subset and remembers their blocks."""

    def __init__(self, memo_bytes: int = MEMO_BYTES):
        self._memo_bytes = memo_bytes
        # The same bytes mean another thing at another column.
        self._entries: dict[int, dict[bytes, object]] = {0: {}, 2: {}}
        self._keys: dict[bytes, Items] = {}
        self._remembered = 0
        self.distinct = 0
        self.forgotten = 0  # how often the memo was emptied
        self.bytes_parsed = 0
        self.bytes_by_columns = 0  # of them

    def prepare(self, contents: Iterable[bytes]) -> None:
        """Read the new entries of the lists ``related`` of files that begin with a line of ``---`` by columns.

        The records of these files then list a ``sheets.Block`` for each of them.
        """
        known = self._entries[2]
        new: dict[bytes, None] = {}
        for content in contents:
            begin = content.find(_LISTED)
            if begin >= 0:
                end = _NEXT_KEY.search(content, begin + 1)
                listed = content[begin + len(_LISTED) : end.start() if end else len(content)].rstrip(b"\n")
                new.update(dict.fromkeys(listed.split(_DASH)))
        pieces = [piece for piece in new if piece not in known]
        if len(pieces) <= FEW:
            return
        from matterhouse.reading.columnar import read_blocks  # imports pyarrow

        for piece, block in zip(pieces, read_blocks(pieces, 4, FEW_ALIKE)):
            if block is not None:
                self._remember(len(piece), 3)
                self.bytes_by_columns += len(piece)
                known[piece] = block
                self.distinct += 1

    def parse(self, head: bytes) -> dict[str, object]:
        """Read a front matter. Raises ``Unusual`` where only the authority can tell."""
        if b"\r" in head:
            head = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        head = b"\n" + head
        try:
            return self._cut(head, 2, fenced=False)[0]
        except Unusual:
            return self._cut(head, 0, fenced=False)[0]

    def parse_file(self, content: bytes) -> tuple[dict[str, object], bytes]:
        """Read a file that begins with a line of ``---`` and has no CR: its front matter, and the body behind that.

        The closing line stands at column 0, so it is only looked for outside of the list items: most of a file is
        never searched for it. Raises ``Unusual`` as ``parse`` does, and where there is no closing line.
        """
        try:
            return self._cut(content, 2, fenced=True)
        except Unusual:
            return self._cut(content, 0, fenced=True)

    def _cut(self, text: bytes, indent: int, fenced: bool) -> tuple[dict[str, object], bytes]:
        """Cut ``text`` at the list items that stand at column ``indent`` and look them up.

        ``text`` begins with a line break, behind the opening fence if it is ``fenced``: then it ends at the
        closing one, and what is left is the body.
        """
        dash = b"\n" + b" " * indent + b"- "
        top, *pieces = text.split(dash)
        top = top[3:] if fenced else top
        entries = list(map(self._entries[indent].get, pieces, repeat(_MISSING)))
        new = [at for at, entry in enumerate(entries) if entry is _MISSING]
        items: Items = []
        begin = 0
        closing = fenced and CLOSING.search(top)
        for at in new:  # a new entry, and the last one of its list, which the next key follows
            if closing:
                break
            following = _NEXT_KEY.search(pieces[at])
            entries[at] = self._entry(pieces[at][: following.start()] if following else pieces[at], indent)
            if following:
                self._add_list(items, top, entries[begin : at + 1], fenced)
                top, begin = pieces[at][following.start() :], at + 1
                closing = fenced and CLOSING.search(top)
        if closing:
            items += self._top(top[: closing.start()])
            return mapping_of(items), dash.join([top[closing.end() :], *pieces[begin:]])[1:]
        if fenced:
            raise Unusual("never closed")
        if begin < len(entries):
            self._add_list(items, top, entries[begin:], fenced)
        else:
            items += self._top(top)
        return mapping_of(items), b""

    def _add_list(self, items: Items, top: bytes, entries: list[object], fenced: bool) -> None:
        """Add the pairs of ``top``, whose last key has no value yet, and ``entries`` as its value."""
        items += self._top(top)
        key, value = items[-1] if items else ("", "")
        line = top[top.rstrip(b" \n").rfind(b"\n") + 1 :].rstrip(b" \n")
        if value is not None or not line.endswith(b":") or b"#" in line:  # which may be a comment's colon
            raise Unusual("list without a key")
        items[-1] = (key, entries if fenced and key == BY_COLUMNS else list(map(opened, entries)))

    def _entry(self, piece: bytes, indent: int) -> object:
        """One list item, without its dash; its further lines are indented by ``indent`` + 2."""
        piece = piece.rstrip(b"\n")
        known = self._entries[indent]
        entry = known.get(piece, _MISSING)
        if entry is _MISSING:
            entry = _parse_entry(piece, indent + 2)
            self._remember(len(piece))
            known[piece] = entry
            self.distinct += 1
        return entry

    def _top(self, text: bytes) -> Items:
        """Keys and values from column 0, behind a line break; short texts such as ``images:`` are remembered."""
        if len(text) > _SHORT:
            self.bytes_parsed += len(text)
            return parse_items(usual_text(text[1:]), 0)
        items = self._keys.get(text)
        if items is None:
            items = parse_items(usual_text(text[1:]), 0)
            self._remember(len(text))
            self._keys[text] = items
        return items

    def _remember(self, size: int, times: int = 6) -> None:
        """Count a text of ``size`` that was parsed and takes so many times as much memory, and make room for it: a full
        memo is emptied.
        """
        self.bytes_parsed += size
        size = times * size + 100
        self._remembered += size
        if self._remembered > self._memo_bytes:
            for entries in self._entries.values():
                entries.clear()
            self._keys.clear()
            self.forgotten += 1
            self._remembered = size


def _parse_entry(piece: bytes, indent: int) -> object:
    text = usual_text(piece)
    return mapping_of(parse_items(" " * indent + text, indent)) if _KEY.match(piece) else parse_scalar(text)
