"""matterhouse.transforms.scalars: every value but those that tables take out of lists."""

import pytest

from matterhouse.transforms.scalars import scalars
from tests.transforms.batch import id_of, numbered, rows, story, tables

LONG = "good " * 100 + "indeed"
CASES = [
    ("title: Fog", [("title", [], "str", "Fog")]),
    ("a: 1\nb: 1.50\nc: NO\nd: 2024-01-02\ne:", [
        ("a", [], "int", "1"), ("b", [], "float", "1.50"), ("c", [], "bool", "NO"),
        ("d", [], "timestamp", "2024-01-02"), ("e", [], "null", None),
    ]),
    ("ms.date: 1\nms: {date: 2}", [('"ms.date"', [], "int", "1"), ("ms.date", [], "int", "2")]),
    ("a: [x, [y], {b: z}, {}]", [
        ("a[]", [0], "str", "x"), ("a[][]", [1, 0], "str", "y"), ("a[].b", [2], "str", "z"),
        ("a[]", [3], "mapping", None),
    ]),
    ("a: []\nb: {}", [("a", [], "list", None), ("b", [], "mapping", None)]),
    ("topics: [AI, {name: Fog}]", [("topics[].name", [1], "str", "Fog")]),
    ("topics: AI\ntags: a, b", [("topics", [], "str", "AI"), ("tags", [], "str", "a, b")]),
    ("topics: []\naliases: [a]", []),
    ("tags: {a: 1}", [("tags.a", [], "int", "1")]),
    ('"": {"": 1}', [('"".""', [], "int", "1")]),
    (f"related: [{{title: Fog}}, {{quality: {LONG}, images: [{{width: 1}}, {{width: wide}}]}}]", [
        ("related[].images[].width", [1, 1], "str", "wide"), ("related[].quality", [1], "str", LONG),
    ]),
    ("images: {width: wide, url: [a]}", [
        ("images[].url[]", [0, 0], "str", "a"), ("images[].width", [0], "str", "wide"),
    ]),
    ("authors: [{name: Ivo, url: a, link: b, mail: c}]", [
        ("authors[].link", [0], "str", "b"), ("authors[].mail", [0], "str", "c"),
    ]),
    ("related: [{title: Fog, mood: calm}]\nimages: {url: a, alt: b}", [
        ("related[].mood", [0], "str", "calm"), ("images[].alt", [0], "str", "b"),
    ]),
    ("secured: a\nb: {secured: c}\nd: [{secured: e}]", []),
    ("hashtags: [sea]", [("hashtags[]", [0], "str", "sea")]),
]  # fmt: skip


@pytest.fixture(scope="module")
def found():
    """The values of each front matter."""
    files = numbered(front_matter for front_matter, _ in CASES)
    of = {id_of(path): [] for path in files}
    for record_id, *value in rows(tables(files)["raw.scalars"]):
        of[record_id].append(tuple(value))
    return dict(zip(files.values(), of.values()))


@pytest.mark.parametrize("front_matter, expected", CASES)
def test_values_with_path_positions_and_type(front_matter, expected, found):
    assert found[front_matter] == expected


def test_what_a_table_takes_depends_on_the_collection():
    assert rows(story("hashtags: [sea]", "_data/topics/sea.yaml")["raw.scalars"]) == []


def test_an_item_that_two_documents_list_is_told_for_both():
    item = {"mood": "calm", "more": [{"x": "y"}]}
    frame = scalars(["one", "two"], [{"a": [item]}, {"a": ["z", item]}], [frozenset()] * 2, {})
    assert rows(frame, "record_id", "path", "positions") == [
        ("one", "a[].mood", [0]),
        ("one", "a[].more[].x", [0, 0]),
        ("two", "a[]", [0]),
        ("two", "a[].mood", [1]),
        ("two", "a[].more[].x", [1, 0]),
    ]
