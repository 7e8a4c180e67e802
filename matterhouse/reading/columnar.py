"""Reading many blocks of the plain subset at a time, with Arrow's kernels.

The lines of all blocks are cut into keys and values at once, and each value is given its type. Blocks with the same
keys and types are read alike: the strict reader reads one of them, with a number in place of each value, and so tells
where the values of all of them belong. It also reads each value that is more than a plain text or a text in quotes.
A block that does not pass is left to the strict reader, whose answer this one's always is.
"""

from collections.abc import Iterator, Sequence
from itertools import starmap
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse.reading.scalars import Bool, Float, Int, Timestamp
from matterhouse.reading.sheets import Block, Sheet, Values
from matterhouse.reading.strict import Unusual, mapping_of, parse_items, parse_scalar, usual_text

# What the value of a line is.
_UNKNOWN, _ABSENT, _TEXT, _INT, _FLOAT, _BOOL, _TIMESTAMP, _NULL, _NO_ITEMS, _NO_KEYS = range(10)
_KINDS = 10
_CLASSES: dict[int, type[str]] = {_TEXT: str, _INT: Int, _FLOAT: Float, _BOOL: Bool, _TIMESTAMP: Timestamp}
_KIND_OF = {cls: kind for kind, cls in _CLASSES.items()}
_WRITTEN = {_NULL: "~", _NO_ITEMS: "[]", _NO_KEYS: "{}"}
# Plain texts that begin with a letter; those that YAML 1.1 reads as something else are in ``_WORDS``. The strict
# reader's rule without its lookaheads, which RE2 has not.
_PLAIN = r"^(?:\pL|/)(?:[^:#]|:[^\s\p{Z},\[\]{}:#])*$"
_WORDS = [form for word in "y n yes no true false on off null".split() for form in (word, word.title(), word.upper())]
_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,17})$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


def read_blocks(blocks: Sequence[bytes], indent: int, fewest: int = 1) -> list[Block | None]:
    """Read blocks that are mappings: the first key without its indentation, all others at column ``indent``.

    None for a block that has to be read by the strict reader, and for all that are alike where these are less than
    ``fewest``.
    """
    found: list[Block | None] = [None] * len(blocks)
    numbers = _usual(blocks)
    if not numbers:
        return found
    lines = _Lines([blocks[number] for number in numbers])
    for of_sheet, sheet in lines.sheets(indent, fewest):
        for row, block in enumerate(of_sheet.tolist()):
            found[numbers[block]] = Block(sheet, row)
    return found


def _usual(blocks: Sequence[bytes]) -> list[int]:
    """Numbers of the blocks without a character that is not of the plain subset."""
    try:
        usual_text(b"\n".join(blocks))
        return list(range(len(blocks)))
    except Unusual:
        return [number for number, block in enumerate(blocks) if _is_usual(block)]


def _is_usual(block: bytes) -> bool:
    try:
        usual_text(block)
    except Unusual:
        return False
    return True


_Shape = tuple[dict[str, Any], dict[int, type[str]]]


class _Lines:
    """The lines of blocks: for each a code that tells what stands before its value and of which type that is."""

    def __init__(self, blocks: list[bytes]):
        lines = pc.split_pattern(pa.array(blocks, pa.string()), "\n")
        cut = pc.split_pattern(lines.values, ": ", max_splits=1)
        parts, begins = cut.values, cut.offsets.to_numpy()
        has_value = np.diff(begins) == 2
        before = parts.take(pa.array(begins[:-1])).dictionary_encode()
        is_key = pc.ends_with(before.dictionary, ":").take(before.indices).to_numpy(zero_copy_only=False)
        kinds = np.where(is_key, np.int32(_ABSENT), np.int32(_UNKNOWN))
        self._values, kinds[has_value] = _typed(parts.take(pa.array(begins[:-1][has_value] + 1)))
        self._before = before.dictionary.to_pylist()
        self._begins = lines.offsets.to_numpy()
        self._codes = before.indices.to_numpy() * _KINDS + kinds
        self._value_of = np.cumsum(has_value) - 1

    def sheets(self, indent: int, fewest: int) -> Iterator[tuple[np.ndarray, Sheet]]:
        """The sheets that the strict reader can tell the keys of, and the numbers of the blocks in them."""
        alike = [(blocks, self._shape(blocks[0], indent)) for blocks in self._alike() if len(blocks) >= fewest]
        found = [(blocks, shape) for blocks, shape in alike if shape is not None]
        values = self._values.take(pa.array(np.concatenate([np.empty(0, np.int64), *starmap(self._numbers, found)])))
        is_plain = not any(sign in (values.buffers()[2] or pa.py_buffer(b"")).to_pybytes() for sign in (b'"', b"\\"))
        begin = 0
        for blocks, (template, types) in found:
            columns = {}
            for line, of_type in types.items():
                columns[line] = Values(values.slice(begin, len(blocks)), of_type, is_plain)
                begin += len(blocks)
            yield blocks, Sheet(_filled(template, columns))

    def _alike(self) -> list[np.ndarray]:
        """The numbers of the blocks that have the same codes, for each such group."""
        ends = pa.array(self._begins * self._codes.itemsize, pa.int32()).buffers()[1]
        codes = [None, ends, pa.py_buffer(np.ascontiguousarray(self._codes))]
        shapes = pa.Array.from_buffers(pa.binary(), len(self._begins) - 1, codes).dictionary_encode()
        of_block = shapes.indices.to_numpy()
        return np.split(np.argsort(of_block, kind="stable"), np.cumsum(np.bincount(of_block))[:-1])

    def _shape(self, block: int, indent: int) -> _Shape | None:
        """The template of a block and the classes of its values by their lines; None where it is unusual."""
        codes = self._codes[self._begins[block] : self._begins[block + 1]]
        kinds = (codes % _KINDS).tolist()
        if _UNKNOWN in kinds:
            return None
        template = _template([self._before[number] for number in (codes // _KINDS).tolist()], kinds, indent)
        types = {line: _CLASSES[kind] for line, kind in enumerate(kinds) if kind in _CLASSES}
        return (template, types) if template else None

    def _numbers(self, blocks: np.ndarray, shape: _Shape) -> np.ndarray:
        """The numbers of the values of blocks, line by line."""
        lines = np.fromiter(shape[1], np.int64, len(shape[1]))
        return self._value_of[self._begins[blocks] + lines[:, np.newaxis]].ravel()


def _filled(template: Any, columns: dict[int, Values]) -> Any:
    """The template with the values of its lines."""
    if isinstance(template, dict):
        return {key: _filled(value, columns) for key, value in template.items()}
    if isinstance(template, list):
        return [_filled(item, columns) for item in template]
    return template and columns[int(template)]


def _template(before: list[str], kinds: list[int], indent: int) -> dict[str, Any] | None:
    """The mapping that lines are, with the number of its line in place of each value; None where it is unusual."""
    lines = [
        text if kind == _ABSENT else text + ": " + _WRITTEN.get(kind, f'"{number}"')
        for number, (text, kind) in enumerate(zip(before, kinds))
    ]
    try:
        return mapping_of(parse_items(" " * indent + "\n".join(lines), indent))
    except Unusual:
        return None


def _typed(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """Texts of values, without quotes, and their kinds."""
    within, is_quoted = _quoted(values)
    others = values.filter(pa.array(~is_quoted)).dictionary_encode()
    texts, kinds = _typed_each(others.dictionary)
    of_value = np.full(len(values), _TEXT, np.int32)
    of_value[~is_quoted] = kinds[others.indices.to_numpy()]
    at = np.empty(len(values), np.int64)
    at[is_quoted] = np.arange(len(within))
    at[~is_quoted] = others.indices.to_numpy() + len(within)
    return pa.concat_arrays([within, texts]).take(pa.array(at)), of_value


def _quoted(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """The texts of values that stand in double quotes and hold no quotes or escapes, and which values these are."""
    quoted = pc.and_(pc.starts_with(values, '"'), pc.ends_with(values, '"'))
    is_quoted = pc.and_(quoted, pc.greater(pc.binary_length(values), 1)).to_numpy(zero_copy_only=False).copy()
    within = pc.binary_slice(values.filter(pa.array(is_quoted)).cast(pa.binary()), 1, -1).cast(pa.string())
    text = within.buffers()[2].to_pybytes()
    if b'"' in text or b"\\" in text:
        is_plain = pc.invert(pc.match_substring_regex(within, r'["\\]')).to_numpy(zero_copy_only=False)
        is_quoted[is_quoted] = is_plain
        within = within.filter(pa.array(is_plain))
    return within, is_quoted


def _typed_each(values: pa.StringArray) -> tuple[pa.StringArray, np.ndarray]:
    """As ``_typed``, for distinct values that are more than a text in quotes."""
    kinds = np.full(len(values), _UNKNOWN, np.int32)
    is_text = pc.and_not(pc.match_substring_regex(values, _PLAIN), pc.ends_with(values, " "))
    is_text = pc.and_not(is_text, pc.is_in(values, pa.array(_WORDS)))
    kinds[is_text.to_numpy(zero_copy_only=False)] = _TEXT
    kinds[pc.match_substring_regex(values, _DECIMAL).to_numpy(zero_copy_only=False)] = _INT
    kinds[pc.match_substring_regex(values, _INSTANT).to_numpy(zero_copy_only=False)] = _TIMESTAMP
    left = np.flatnonzero(kinds == _UNKNOWN)
    if not len(left):
        return values, kinds
    texts = values.to_pylist()
    for number in left.tolist():
        texts[number], kinds[number] = _strictly(texts[number])
    return pa.array(texts, pa.string()), kinds


def _strictly(text: str) -> tuple[str, int]:
    """A value as the strict reader reads it: its text and its kind."""
    try:
        value = parse_scalar(text)
    except Unusual:
        return text, _UNKNOWN
    if isinstance(value, str):
        return str(value), _KIND_OF[type(value)]
    if value:  # a list
        return text, _UNKNOWN
    return text, _NULL if value is None else _NO_ITEMS if isinstance(value, list) else _NO_KEYS
