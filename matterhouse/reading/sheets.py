"""Blocks of text that were read by columns: many at a time, without a Python object for each value.

A ``Sheet`` holds the blocks that have the same keys, in the same order, with values of the same types: a row for each
block, an Arrow array for each value. A record lists a ``Block`` where it would list a mapping. Whoever asks for
its ``value`` gets that mapping; who makes columns takes the sheet's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the reader comes without them where no sheet is made
    import numpy as np
    import pyarrow as pa


class Values(NamedTuple):
    """The scalars at one place of all blocks of a sheet: text as written, without quotes, and the class of all of them
    (``matterhouse.reading.scalars``). ``is_plain`` tells that no text holds a quote or backslash.
    """

    texts: pa.StringArray
    type: type[str]
    is_plain: bool

    def of(self, rows: np.ndarray) -> pa.StringArray:
        """The texts of some rows."""
        return self.texts if len(rows) == len(self.texts) and is_range(rows) else self.texts.take(rows)


class Sheet:
    """``template`` is the mapping that each block is, with ``Values`` in place of each scalar but null."""

    __slots__ = ("template",)

    def __init__(self, template: dict[str, Any]):
        self.template = template

    def mappings(self, rows: Sequence[int] | np.ndarray) -> list[dict[str, Any]]:
        """The blocks of these rows as the strict reader would read them."""
        import numpy as np

        return _built(self.template, np.array(rows, np.int64))


class Block:
    """The row ``row`` of a sheet, where a record lists it."""

    __slots__ = ("_value", "row", "sheet")

    def __init__(self, sheet: Sheet, row: int):
        self.sheet, self.row = sheet, row
        self._value: dict[str, Any] | None = None

    @property
    def value(self) -> dict[str, Any]:
        """The mapping that the block is; always the same object."""
        if self._value is None:
            self._value = _one(self.sheet.template, self.row)
        return self._value

    def __repr__(self) -> str:
        return f"Block({self.value!r})"


def is_range(numbers: np.ndarray) -> bool:
    """Whether these are the numbers from 0, in order."""
    import numpy as np

    return bool((numbers == np.arange(len(numbers))).all())


def is_mapping(item: object) -> bool:
    """Whether an item of a list is a mapping, read by columns or not."""
    return isinstance(item, dict | Block)


def opened(item: Any) -> Any:
    """An item of a list as nested dicts and lists."""
    return item.value if type(item) is Block else item


def by_sheet(blocks: Iterable[Block]) -> Iterator[tuple[Sheet, list[int], list[int]]]:
    """For each sheet that some of the blocks are in, their numbers among the blocks, and their rows in the sheet."""
    found: dict[int, tuple[Sheet, list[int], list[int]]] = {}
    for number, block in enumerate(blocks):
        of_sheet = found.get(id(block.sheet))
        if of_sheet is None:
            of_sheet = found[id(block.sheet)] = (block.sheet, [], [])
        of_sheet[1].append(number)
        of_sheet[2].append(block.row)
    yield from found.values()


def _one(template: Any, row: int) -> Any:
    """What a template is for one row."""
    if isinstance(template, Values):
        return template.type(template.texts[row].as_py())
    if isinstance(template, dict):
        return {key: _one(value, row) for key, value in template.items()}
    return template and [_one(item, row) for item in template]


def _built(template: Any, rows: np.ndarray) -> list[Any]:
    """What a template is for each row."""
    if isinstance(template, Values):
        texts = template.of(rows).to_pylist()
        return texts if template.type is str else list(map(template.type, texts))
    if isinstance(template, dict):
        columns = [_built(value, rows) for value in template.values()]
        return [dict(zip(template, row)) for row in zip(*columns)] if columns else [{} for _ in rows]
    if isinstance(template, list):
        columns = [_built(value, rows) for value in template]
        return [list(row) for row in zip(*columns)] if columns else [[] for _ in rows]
    return [None] * len(rows)
