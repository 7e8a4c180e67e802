"""From a file's bytes to its record."""

from collections.abc import Sequence
from typing import NamedTuple

from matterhouse.reading import templates
from matterhouse.reading.blocks import Blocks
from matterhouse.reading.envelope import Envelope, is_certain, open_envelope
from matterhouse.reading.formats import DATA_FILES, FORMATS
from matterhouse.reading.items import Item, places_of, read_items
from matterhouse.reading.parsing import Parsed, Problem
from matterhouse.reading.strict import DEEPEST_NESTING, Unusual
from matterhouse.sources.errors import Skipped, Unreadable
from matterhouse.sources.files import DEFAULT_TEMPLATES
from matterhouse.sources.limits import Limits

_NO_OPENING = "what stands above the first line of --- has no opening fence, and may be text"
_MUCH_NEW = 0.2  # share of new text that is worth to look for it beforehand
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"


class Document(NamedTuple):
    """A file that holds a record.

    ``record`` is its front matter: nested dicts and lists with text at the leaves
    (``matterhouse.reading.scalars``). Parts of it are shared with other documents, so it is never changed.
    ``body`` is what follows the front matter, None in a data file. ``declined`` tells that the
    fast way left the document to the authority. ``format`` is the language of the front matter, ``problems`` what cost
    a value of it. ``items`` are those of a data file that hold a record each; then ``record`` is the mapping or list
    that they are in.
    """

    record: dict[str, object] | list[object]
    body: str | None
    declined: bool
    format: str = "yaml"
    problems: tuple[Problem, ...] = ()
    items: tuple[Item, ...] = ()


class Reader:
    """Reads the documents of a source one after the other; remembers blocks they share."""

    def __init__(self, limits: Limits | None = None, fast: bool = True):
        self._limits = limits or Limits()
        # The fast way counts no depth: it is left out where it could go deeper than the limit.
        self._bytes_declined = 0
        self._bytes_read = self._parsed_before = 0
        self._blocks = Blocks() if fast and self._limits.depth >= DEEPEST_NESTING else None

    @property
    def distinct_blocks(self) -> int:
        """How many different list items were parsed so far."""
        return self._blocks.distinct if self._blocks else 0

    @property
    def forgotten(self) -> int:
        """How often the memory of blocks was full and was emptied."""
        return self._blocks.forgotten if self._blocks else 0

    @property
    def bytes_parsed(self) -> int:
        """Bytes of front matter that were parsed so far, and not known before."""
        return self._bytes_declined + (self._blocks.bytes_parsed if self._blocks else 0)

    @property
    def bytes_to_hold(self) -> int:
        """``bytes_parsed`` by what they take in memory on the way to tables: a quarter where they were read by
        columns.
        """
        return self.bytes_parsed - (self._blocks.bytes_by_columns * 3 // 4 if self._blocks else 0)

    def prepare(self, contents: Sequence[bytes]) -> None:
        """Read what is new in these files by columns, unless the last ones were mostly known.

        It makes reading them quicker, and changes a record only in that ``related`` may list a ``sheets.Block`` in
        place of a mapping.
        """
        parsed, read = self.bytes_parsed - self._parsed_before, self._bytes_read
        self._parsed_before, self._bytes_read = self.bytes_parsed, sum(map(len, contents))
        if self._blocks and parsed >= _MUCH_NEW * read:
            self._blocks.prepare(filter(self._may_be_cut, contents))

    def read(
        self,
        path: str,
        content: bytes,
        template_globs: tuple[str, ...] = DEFAULT_TEMPLATES,
        shape: str | None = None,
    ) -> Document | None:
        """Read a file; None when it has no front matter, or is a data file without a mapping.

        ``template_globs`` are the paths of templates. ``shape`` says of a data file whether it is one ``record`` or
        holds ``items``, where that is not for its content to tell. Raises ``Unreadable`` with line, column and reason
        when a front matter cannot be read, ``Skipped`` when the file is a template for other files.
        """
        usual = self._is_usual(path, content)
        if usual and self._blocks:
            try:
                record, rest = self._blocks.parse_file(content)
            except Unusual:
                pass
            else:
                templates.refuse_path(path, template_globs)
                self._check_related(record, 2)
                body, problems = _text_of(rest)
                return Document(record, body, False, "yaml", problems)
        if content.startswith(_LFS_POINTER):
            raise Skipped("lfs_pointer", "the content is kept elsewhere, by Git LFS")
        envelope = open_envelope(path, content)
        if envelope is None:
            return None
        if envelope.body is not None:
            templates.refuse_path(path, template_globs)
        try:
            self._check_size(envelope)
            parsed, declined = self._parsed(envelope, tried=usual)
        except Unreadable as unreadable:
            templates.refuse_marks(envelope, unreadable)
            if envelope.may_be_text:
                raise Skipped("no_opening_fence", _NO_OPENING) from None
            raise
        if envelope.may_be_text and not is_certain(envelope, parsed.value):
            raise Skipped("no_opening_fence", _NO_OPENING)
        if envelope.body is None:
            return self._data(parsed, envelope, declined, shape)
        return self._document(parsed, envelope, declined)

    def _check_size(self, envelope: Envelope) -> None:
        size, most = len(envelope.head), self._limits.head_bytes
        if size > most:
            message = f"the front matter has {size:,} bytes, more than the limit of {most:,}"
            raise Unreadable("front_matter_too_large", message, envelope.first_line, None)

    def _is_usual(self, path: str, content: bytes) -> bool:
        """Whether a file is one that the fast way may read in one go, from the opening fence to the body."""
        return (
            self._blocks is not None
            and self._may_be_cut(content)
            and not path.lower().endswith(DATA_FILES)
            and not self._may_be_too_many(content)
        )

    def _may_be_cut(self, content: bytes) -> bool:
        return content.startswith(b"---\n") and b"\r" not in content and len(content) <= self._limits.head_bytes

    def _document(self, parsed: Parsed, envelope: Envelope, declined: bool) -> Document:
        record = {} if parsed.value is None else parsed.value
        if not isinstance(record, dict):
            raise Unreadable("not_a_mapping", "the front matter holds no `key: value` lines", envelope.first_line, 1)
        self._check_related(record, envelope.first_line)
        body, problems = (None, ()) if envelope.body is None else _text_of(envelope.body)
        return Document(record, body, declined, envelope.format, (*parsed.problems, *problems))

    def _data(self, parsed: Parsed, envelope: Envelope, declined: bool, shape: str | None) -> Document | None:
        """A data file: one record, or one for each of its items; None where it holds no mapping."""
        value = parsed.value
        if not value or not isinstance(value, dict | list):
            return None
        places = places_of(value, envelope.format, shape)
        if places is None:
            return self._document(parsed, envelope, declined)
        found = read_items(places, envelope.head, envelope.first_line, parsed.problems)
        items = tuple(self._within_limits(item, envelope.first_line) for item in found)
        return Document(value, None, declined, envelope.format, (), items) if items else None

    def _within_limits(self, item: Item, first_line: int) -> Item:
        try:
            self._check_related(item.record or {}, first_line)
        except Unreadable as unreadable:
            return item._replace(record=None, unreadable=unreadable, problems=())
        return item

    def _check_related(self, record: dict[str, object], first_line: int) -> None:
        related = record.get("related")
        if isinstance(related, list) and len(related) > self._limits.related:
            raise Unreadable(
                "too_many_related",
                f"`related` has {len(related):,} entries, more than the limit of {self._limits.related:,}",
                first_line,
                None,
            )

    def _parsed(self, envelope: Envelope, tried: bool) -> tuple[Parsed, bool]:
        """What a head says, and whether the fast way left it to the authority."""
        head = envelope.head
        if envelope.format != "yaml":
            self._bytes_declined += len(head)
            return FORMATS[envelope.format].parse(head, envelope.first_line, self._limits), False
        if self._blocks is not None and not tried and not self._may_be_too_many(head):
            try:
                return Parsed(self._blocks.parse(head)), False
            except Unusual:
                pass
        self._bytes_declined += len(head)
        return FORMATS["yaml"].parse(head, envelope.first_line, self._limits), True

    def _may_be_too_many(self, head: bytes) -> bool:
        """Whether ``head`` may hold more values than the limit: only the authority counts them.

        No value takes less than a byte, and no line of the plain subset holds more than an item's
        mapping, a key, a value, and an item behind each comma.
        """
        if len(head) < self._limits.nodes:
            return False
        lines = head.count(b"\n") + head.count(b"\r") + 1
        return 3 * lines + head.count(b",") + 1 > self._limits.nodes


def _text_of(body: bytes) -> tuple[str, tuple[Problem, ...]]:
    """A body as text, and a problem where bytes of it are none: each of them is U+FFFD in the text."""
    try:
        return body.decode(), ()
    except UnicodeDecodeError as broken:
        shown = f"the byte 0x{body[broken.start]:02X}, after {broken.start:,} bytes of the body"
        return body.decode("utf-8", "replace"), (Problem("body", shown, "UTF-8 text", None),)
