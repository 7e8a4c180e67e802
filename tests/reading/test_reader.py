"""A reader over many files: what it shares between them, and what it says of each."""

import copy

import pytest

from matterhouse.reading.reader import Document, Reader
from matterhouse.reading.scalars import Bool, Float, Int, Timestamp, resolve_plain
from matterhouse.sources.errors import Unreadable
from tests.reading.oracle import difference, fenced, outcome

STORY = fenced("title: A\nrelated:\n  - title: B\n    quality: 3\n  - title: C\ntopics:\n  - X")


def test_a_record_is_text_with_types_beside_it():
    record = (
        Reader().read("x.md", fenced("a: NO\nb: 0123\nc: 1.10\nd: 2020-02-30\ne: '1'\nf:\ng: x\nh: []\ni: {}")).record
    )
    assert record == {
        "a": "NO",
        "b": "0123",
        "c": "1.10",
        "d": "2020-02-30",
        "e": "1",
        "f": None,
        "g": "x",
        "h": [],
        "i": {},
    }
    assert [type(value) for value in record.values()][:5] == [Bool, Int, Float, Timestamp, str]


def test_blocks_are_parsed_once_and_shared():
    reader = Reader()
    first = reader.read("a.md", STORY)
    assert reader.distinct_blocks == 3
    second = reader.read("b.md", STORY.replace(b"title: A", b"title: Z"))
    assert reader.distinct_blocks == 3
    assert second.record["related"][0] is first.record["related"][0]
    assert second.record["related"] is not first.record["related"]


def test_no_reading_changes_a_record_read_before():
    reader = Reader()
    first = reader.read("a.md", STORY)
    before = copy.deepcopy(first.record)
    for head in (
        "title: A\nrelated:\n  - title: B\n    quality: 3\n    more: 1",
        "title: A\nrelated:\n- title: B",
        "related:",
        "topics:\n  - X\n  - Y",
    ):
        reader.read("b.md", fenced(head))
    assert first.record == before


def test_a_key_remembered_with_its_list_is_still_a_key_without_one():
    reader = Reader()
    for content in (
        b"title: A\nrelated:\n  - B",
        b"title: A\nrelated:",
        b"title: A\nrelated:\n  - B\ntopics:\n  - C",
        b"title: A\nrelated:",
    ):
        document = reader.read("x.yaml", content)
    assert document.record == {"title": "A", "related": None} and not document.declined


def test_the_same_bytes_at_another_depth_are_another_block():
    """Deeper keys that belong to an indented list are a mistake in a zero-indented one."""
    reader = Reader()
    assert reader.read("a.md", fenced("x:\n  - a: 1\n    b: 2")).record == {"x": [{"a": "1", "b": "2"}]}
    error = outcome(reader, "b.md", fenced("x:\n- a: 1\n    b: 2"))
    assert (error.reason, error.line, error.column) == ("yaml_syntax", 4, 6)


@pytest.mark.parametrize(
    "head, declined",
    [
        ("a: b", False),
        ("a: [b]", False),
        ("a: [[b]]", True),
        ("a: |\n  b", True),
        ("# why\na: b # c", False),
        ("a:\n- b", False),
    ],
)
def test_a_document_tells_whether_the_authority_read_it(head, declined):
    assert Reader().read("x.md", fenced(head)).declined is declined
    assert Reader(fast=False).read("x.md", fenced(head)).declined


@pytest.mark.parametrize(
    "head",
    [
        "a:\n# why\n  - b",
        "a:\n# why:\n  - b",
        "a: ~\n# why:\n  - b",
        "a: ~ # why:\n  - b",
        "a: # why:\n  - b\nc: # why\n- d",
        "a:\n  - b\n# why\n  - c",
        "a:\n  - b\n# why:\n  - c",
        "a:\n  - # why\n    b: c",
    ],
)
def test_a_list_beneath_a_comment_belongs_to_the_key_that_yaml_says(head: str):
    for before in ("", "title: A\n"):
        assert difference(Reader(), Reader(fast=False), "x.md", fenced(before + head)) is None


def test_the_authority_alone_has_no_blocks():
    reader = Reader(fast=False)
    assert isinstance(reader.read("x.md", STORY), Document) and reader.distinct_blocks == 0


def test_no_message_is_as_long_as_the_file():
    for head in (f"a: !{'x' * 10_000} b", f"a: &{'x' * 10_000} [*{'x' * 10_000}]", f"a: !<{'x' * 10_000}> b"):
        assert len(outcome(Reader(), "x.md", fenced(head)).message) < 300


@pytest.mark.parametrize("text", ["<<", "="])
def test_what_is_no_value_is_not_resolved(text):
    with pytest.raises(ValueError):
        resolve_plain(text)


@pytest.mark.parametrize("closing", ["---", "---  ", "..."])
@pytest.mark.parametrize(
    "head, body",
    [
        ("title: A", "Body\n"),
        ("title: A", ""),
        ("title: A", "  - no item\n  - nor this\n"),
        ("title: A", "\n---\n  - B\n---\n"),
        ("topics:\n  - X", "- Y\n  - Z\n...\n"),
        ("topics:\n- X", "  - Y\n- Z\n"),
        ("topics:\n  - X\ntitle: A\nrelated:\n  - title: B", "related:\n  - title: B\n  - C\n"),
        ("", "title: none\n"),
    ],
)
def test_the_body_begins_behind_the_first_closing_line(head: str, closing: str, body: str):
    content = f"---\n{head}\n{closing}\n{body}".encode()
    fast, slow = Reader().read("x.md", content), Reader(fast=False).read("x.md", content)
    assert (fast.body, fast.declined) == (body, False)
    assert (fast.record, fast.body) == (slow.record, slow.body)


def test_without_a_closing_line_there_is_no_record():
    with pytest.raises(Unreadable) as error:
        Reader().read("x.md", b"---\ntitle: A\ntopics:\n  - X\n   ---\n")
    assert (error.value.reason, error.value.line) == ("unclosed", 1)
