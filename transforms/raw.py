"""The whole record as JSON, for what no table covers.

A plain scalar that JSON writes the same way (``39``, ``1.5``, ``true``) becomes that JSON value; every
other scalar stays the text that was written, so ``NO``, ``0123`` and ``2020-06-09`` are JSON strings
and nothing is lost.
"""

import re
from json.encoder import encode_basestring as quoted

import pandas as pd
import pyarrow as pa

_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z")


def documents(frame: pd.DataFrame, with_secured: bool) -> pd.DataFrame:
    """One row per document: its place, its bytes' hash and size, the front matter as JSON, the body.

    A document without a ``record`` (it could not be read) has no front matter and no body.
    ``secured`` is left out, at whatever depth, unless ``with_secured``.
    """
    writer = _Writer(with_secured)
    texts = [None if record is None else writer.document(record) for record in frame["record"]]
    columns = frame[["record_id", "source", "path", "format", "content_hash", "size_bytes"]]
    return columns.assign(
        front_matter=pd.arrays.ArrowExtensionArray(pa.array(texts, pa.binary()).view(pa.string())),
        body=frame["body"],
    )


class _Writer:
    """Writes JSON as bytes, an object that many documents share once."""

    def __init__(self, with_secured: bool):
        self._left_out = () if with_secured else ("secured",)
        self._names: dict[str, bytes] = {}
        self._shared: dict[int, bytes] = {}

    def document(self, record: dict[str, object]) -> bytes:
        members = [self._member(key, value) for key, value in record.items() if key not in self._left_out]
        return b"{" + b",".join(members) + b"}"

    def _member(self, key: str, value: object) -> bytes:
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = _encoded(quoted(key) + ":")
        if type(value) is str:
            return name + _encoded(quoted(value))
        return name + (self._entries(value) if isinstance(value, list) else _encoded(self._text(value)))

    def _entries(self, entries: list[object]) -> bytes:
        shared = self._shared
        texts = []
        for entry in entries:
            text = shared.get(id(entry))
            if text is None:
                text = shared[id(entry)] = _encoded(self._text(entry))
            texts.append(text)
        return b"[" + b",".join(texts) + b"]"

    def _text(self, value: object) -> str:
        if type(value) is str:
            return quoted(value)
        if value is None:
            return "null"
        if isinstance(value, dict):
            members = [f"{quoted(key)}:{self._text(item)}" for key, item in value.items() if key not in self._left_out]
            return "{" + ",".join(members) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(self._text, value)) + "]"
        return _scalar(value)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _scalar(value: str) -> str:
    kind = getattr(value, "type", "str")
    if kind in ("int", "float") and _JSON_NUMBER.match(value):
        return str(value)
    if kind == "bool" and value in ("true", "false"):
        return str(value)
    return quoted(value)
