"""The audit reads documents a second time and does not let a difference pass."""

import pytest

from matterhouse.reading.audit import Audit, same
from matterhouse.reading.reader import Document, Reader
from matterhouse.reading.scalars import Int
from matterhouse.sources import AuditFailed
from matterhouse.sources.files import blob_id

CONTENT = b"---\ntitle: Harbour\nheat: 12\ntopics:\n  - Boats\n---\nbody\n"


def check(share: float, document: Document | None, content: bytes = CONTENT) -> None:
    Audit(share).check("a.md", content, blob_id(content), document)


def test_what_the_fast_reader_says_passes():
    check(1, Reader().read("a.md", CONTENT))
    check(1, None)


@pytest.mark.parametrize(
    "record",
    [
        {"title": "Harbour", "heat": "12", "topics": ["Boats"]},
        {"heat": Int("12"), "title": "Harbour", "topics": ["Boats"]},
        {"title": "Harbour", "heat": Int("12"), "topics": ["Boats", None]},
    ],
)
def test_any_difference_is_found(record):
    with pytest.raises(AuditFailed, match="a.md"):
        check(1, Document(record, "body\n", declined=False))
    check(0, Document(record, "body\n", declined=False))


def test_the_share_is_of_the_documents_and_always_the_same_ones():
    contents = [b"---\ntitle: %d\n---\n" % number for number in range(2_000)]
    wrong = Document({"title": "wrong"}, "", declined=False)

    def caught(share: float) -> set[int]:
        found = set()
        for number, content in enumerate(contents):
            try:
                check(share, wrong, content)
            except AuditFailed:
                found.add(number)
        return found

    some = caught(0.1)
    assert 120 < len(some) < 280
    assert caught(0.1) == some < caught(0.5)


def test_types_count():
    assert same(Int("1"), Int("1")) and not same(Int("1"), "1") and not same(None, [])
