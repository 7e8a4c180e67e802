"""The whole record as JSON, for what no table covers.

A plain scalar that JSON writes the same way (``39``, ``1.5``, ``true``) becomes that JSON value; every
other scalar stays the text that was written, so ``NO``, ``0123`` and ``2020-06-09`` are JSON strings
and nothing is lost.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa

from matterhouse.reading.sheets import Block, by_sheet
from matterhouse.transforms import columnar
from matterhouse.transforms.fields import SMALL, TEXT, WHOLE, arrow_series, frame

_PLACES = {"record_id": TEXT, "file_id": TEXT, "source": TEXT, "path": TEXT, "item_position": SMALL, "format": TEXT}
_PLACES |= {"content_hash": TEXT, "size_bytes": WHOLE}
SECURED = ("secured",)  # keys that are left out, at whatever depth, unless a source publishes them
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")


class Documents:
    """Makes the rows of ``raw.documents``, piece by piece; a list item that many documents share is written once.

    ``secured`` is left out, at whatever depth, unless ``with_secured``. ``held_bytes`` is the size of the items' texts.
    """

    def __init__(self, with_secured: bool):
        self._left_out = () if with_secured else SECURED
        self._items: dict[int, orjson.Fragment] = {}
        self._held: list[object] = []  # an object that is gone could leave its number to another one
        self.held_bytes = 0

    def frame(self, documents: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """One row per document: its place, its bytes' hash and size, the front matter as JSON, the body.

        ``documents`` have the columns of ``raw.documents``, and in place of ``front_matter`` a ``record``: nested
        dicts and lists, None where the file could not be read.
        """
        self._read_by_columns([document["record"] for document in documents])
        texts = [None if document["record"] is None else self._text(document["record"]) for document in documents]
        columns = {
            name: arrow_series([document[name] for document in documents], dtype) for name, dtype in _PLACES.items()
        }
        front_matter = pd.Series(pd.arrays.ArrowExtensionArray(_text_array(texts)))
        bodies = arrow_series([document["body"] for document in documents], TEXT)
        return frame(columns | {"front_matter": front_matter, "body": bodies})

    def _read_by_columns(self, records: Iterable[Mapping[str, Any] | None]) -> None:
        """Write the items of these records that were read by columns."""
        lists = [value for record in records for value in (record or {}).values() if type(value) is list]
        every = (item for value in lists for item in value if type(item) is Block)
        new = list({id(block): block for block in every if id(block) not in self._items}.values())
        for sheet, numbers, rows in by_sheet(new):
            for number, text in zip(numbers, columnar.texts(sheet, rows, self._left_out, typed=False)):
                self._hold(new[number], text)

    def _text(self, record: Mapping[str, object]) -> bytes:
        return _json({key: self._member(value) for key, value in record.items() if key not in self._left_out}, ())

    def _member(self, value: object) -> object:
        if type(value) is list:
            known = list(map(self._items.get, map(id, value)))
            return [each or self._item(item) for each, item in zip(known, value)] if None in known else known
        return self._fragment(value) if type(value) is dict else value

    def _item(self, item: object) -> orjson.Fragment:
        # orjson's own text holds 4 kB, however short it is
        return self._hold(item, memoryview(_json(item, self._left_out)).tobytes())

    def _hold(self, item: object, text: bytes) -> orjson.Fragment:
        fragment = self._items[id(item)] = orjson.Fragment(text)
        self._held.append(item)
        self.held_bytes += len(text)
        return fragment

    def _fragment(self, value: object) -> orjson.Fragment:
        return orjson.Fragment(memoryview(_json(value, self._left_out)).tobytes())


def _text_array(texts: list[bytes | None]) -> pa.StringArray:
    """UTF-8 texts as an Arrow array, the long way round that copies them only once."""
    ends = list(accumulate((len(text or b"") for text in texts), initial=0))
    known = pa.array([text is not None for text in texts], pa.bool_())
    buffers = [known.buffers()[1], pa.array(ends, pa.int32()).buffers()[1], pa.py_buffer(b"".join(filter(None, texts)))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def value_text(value: object) -> str:
    """A value as text: a scalar as it was written, a list or mapping as JSON without ``secured`` values."""
    return str(value) if isinstance(value, str) else _json(value, SECURED).decode()


def typed_text(value: object, left_out: Sequence[str]) -> bytes:
    """A text of a value that only equal values have: keys in order, and scalars with their types. Not quite JSON."""
    return _json(value, left_out, _marked)


def _json(value: object, left_out: Sequence[str], write: Callable[[Any], object] | None = None) -> bytes:
    """JSON without the keys ``left_out``; ``write`` makes what stands for a scalar that is more than its text."""
    text = orjson.dumps(value, write or _typed, orjson.OPT_PASSTHROUGH_SUBCLASS)
    # Within a JSON text its quotes would be escaped: this can only be a key.
    if left_out and b'"secured":' in text:
        text = orjson.dumps(_without(left_out, value), write or _typed, orjson.OPT_PASSTHROUGH_SUBCLASS)
    return text


def _typed(value: Any) -> orjson.Fragment | str:
    """How JSON writes a scalar that YAML does not read as text."""
    text = str(value)
    number = value.type in ("int", "float") and _JSON_NUMBER.match(text)
    return orjson.Fragment(text) if number or (value.type == "bool" and text in ("true", "false")) else text


def _marked(value: Any) -> orjson.Fragment:
    """A scalar that YAML does not read as text, with its type."""
    return orjson.Fragment(b"!" + value.type.encode() + orjson.dumps(str(value)))


def _without(keys: Container[str], value: object) -> object:
    """``value`` without the keys, at any depth."""
    if isinstance(value, dict):
        return {key: _without(keys, item) for key, item in value.items() if key not in keys}
    return [_without(keys, item) for item in value] if isinstance(value, list) else value
