"""Reading some documents both ways: the fast way has to say what the authority says."""

from typing import Any

from matterhouse.reading import authority
from matterhouse.reading.envelope import open_envelope
from matterhouse.reading.reader import Document
from matterhouse.reading.sheets import opened
from matterhouse.sources.errors import AuditFailed, Unreadable


class Audit:
    """Reads a ``share`` of documents a second time. Which ones, their content decides: no chance is involved."""

    def __init__(self, share: float):
        self._below = share * 2**32

    def check(self, path: str, content: bytes, content_hash: str, document: Document | None) -> None:
        """Compare, if the document is among the share. Raises ``AuditFailed``."""
        if (
            document is None
            or document.declined
            or document.format != "yaml"
            or int(content_hash[:8], 16) >= self._below
        ):
            return
        envelope = open_envelope(path, content)
        record: object
        try:
            # What the fast reader took is within bounds, so they need not be counted again.
            record = (authority.parse(envelope.head, envelope.first_line, limits=None) or {}) if envelope else None
        except Unreadable as unreadable:
            record = unreadable
        if not same(document.record, record):
            raise AuditFailed(
                f"{path}: the fast reader and PyYAML read this file differently, which is a fault of Matterhouse;"
                " nothing was published. Please report it, with the file's front matter"
            )


def same(one: Any, other: Any) -> bool:
    """Whether two parsed values are equal to the type of every scalar and the order of keys."""
    one, other = opened(one), opened(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other
