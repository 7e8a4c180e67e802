"""What a data file holds a record each of: itself, the items of its list, or the values of its keys."""

import pytest

from matterhouse.reading.items import Shapes
from matterhouse.reading.reader import Reader
from matterhouse.sources.limits import Limits

LISTS = {
    "_data/a.yml": b"- name: Anna\n  heat: 3\n- name: Ben\n",
    "data/a.YAML": b"[{name: Anna, heat: 3}, {name: Ben}]\n",
    "data/a.json": b'[{"name": "Anna", "heat": 3}, {"name": "Ben"}]',
    "data/a.toml": b'[[crew]]\nname = "Anna"\nheat = 3\n[[crew]]\nname = "Ben"\n',
}
KEYED = {
    "authors": b"anna: {name: Anna, web: a.example}\nben: {name: Ben}\n",
    "languages": b"en:\n  page: Page\n  next: Next\nfr:\n  page: Page\n  next: Suivant\n",
    "a quarter has the key": b"a: {x: 1}\nb: {x: 1}\nc: {y: 1}\nd: {y: 1}\n",
    "numbers as keys": b"2024: {topic: tides}\n2025: {topic: fog}\n",
}
ONE_RECORD = {
    "scalars": b"name: Quay\ndomain: quay.example\n",
    "lists of links": b"main: [{title: a}]\nfooter: [{title: a}]\n",
    "one list, and only in TOML is that the file": b"main:\n  - title: a\n  - title: b\n",
    "one key": b"anna: {name: Anna}\n",
    "a value that is no mapping": b"anna: {name: Anna}\nben: {name: Ben}\nversion: 2\n",
    "settings of different kinds": b"colours: {text: black, back: white}\nfonts: {body: serif, size: 12}\n",
    "sections with one key in common": b"home: {title: a, heading: b}\nabout: {title: c, text: d}\n",
    "a field of a record": b"provider: {name: Quay}\nimage: {name: Fog}\n",
    "texts for keys": b"? " + b"why " * 30 + b"\n: {a: 1}\n? " + b"how " * 30 + b"\n: {a: 1}\n",
    "empty mappings": b"a: {}\nb: {}\n",
}
NOTHING = [b"[a, b]\n", b"- [{a: 1}]\n", b"text\n", b"42\n", b"[]\n", b"{}\n", b""]


def records(path: str, content: bytes, shape: str | None = None) -> dict[str, object] | None:
    document = Reader().read(path, content, shape=shape)
    return document and {item.key: item.record for item in document.items}


@pytest.mark.parametrize("path", LISTS)
def test_each_item_of_a_list_is_a_record_with_its_scalars_as_written(path):
    document = Reader().read(path, LISTS[path])
    assert document is not None
    assert [(item.key, item.position, item.record) for item in document.items] == [
        ("0", 0, {"name": "Anna", "heat": "3"}),
        ("1", 1, {"name": "Ben"}),
    ]
    assert document.items[0].record["heat"].type == "int"


@pytest.mark.parametrize("content", KEYED.values(), ids=KEYED)
def test_each_key_of_mappings_of_the_same_kind_is_a_record(content):
    whole = Reader().read("_data/x.yml", content)
    assert whole is not None
    assert records("_data/x.yml", content) == whole.record
    assert [item.position for item in whole.items] == list(range(len(whole.record)))


@pytest.mark.parametrize("content", ONE_RECORD.values(), ids=ONE_RECORD)
def test_any_other_mapping_is_one_record(content):
    document = Reader().read("_data/x.yml", content)
    assert document is not None and document.items == () and document.record


@pytest.mark.parametrize("content", NOTHING)
def test_a_file_without_a_mapping_holds_no_record(content):
    assert Reader().read("_data/x.yml", content) is None


def test_toml_of_several_tables_or_lists_is_one_record():
    for content in (
        b"[[main]]\na = 1\n[[footer]]\na = 1\n",
        b"title = 'x'\n[[main]]\na = 1\n",
        b"main = [1, {a = 2}]\n",
    ):
        assert records("data/x.toml", content) == {}


def test_the_settings_may_say_what_a_file_holds():
    shapes = Shapes({"_data/theme.yml": "record", "_data/**": "items"})
    assert [shapes.of(path) for path in ("_data/theme.yml", "_data/a/b.json", "data/a.yml")] == [
        "record",
        "items",
        None,
    ]
    assert records("_data/theme.yml", KEYED["authors"], "record") == {}
    assert records("_data/x.yml", ONE_RECORD["sections with one key in common"], "items") == {
        "home": {"title": "a", "heading": "b"},
        "about": {"title": "c", "text": "d"},
    }
    assert records("_data/x.yml", b"crew:\n  - a: 1\n  - b: 2\n", "items") == {"0": {"a": "1"}, "1": {"b": "2"}}


@pytest.mark.parametrize(
    "path, content, key, line, column",
    [
        ("_data/x.yml", b"- a: 1\n- text\n- b: 2\n", "1", 2, 3),
        ("_data/x.yml", b"# why\n- a: 1\n-\n- b: 2\n", "1", 3, 2),
        ("_data/x.yml", b"- a: 1\n- b: 2\n- [c]\n", "2", 3, 3),
        ("_data/x.json", b'[{"a": 1},\n  7,\n{"b": 2}]', "1", 2, 3),
    ],
)
def test_an_item_that_is_no_mapping_is_rejected_with_its_place(path, content, key, line, column):
    document = Reader().read(path, content)
    assert document is not None
    good = [item.record for item in document.items if item.unreadable is None]
    assert good == [{"a": "1"}, {"b": "2"}]
    [bad] = [item for item in document.items if item.unreadable]
    wrong = bad.unreadable
    assert (bad.key, bad.record, wrong.reason, wrong.line, wrong.column) == (key, None, "not_a_mapping", line, column)


def test_a_limit_of_one_record_costs_that_record_only():
    reader = Reader(Limits(related=1))
    document = reader.read("_data/x.yml", b"- related: [{title: a}]\n- related: [{title: a}, {title: b}]\n")
    assert document is not None
    assert [item.unreadable and item.unreadable.reason for item in document.items] == [None, "too_many_related"]


def test_a_key_that_is_given_twice_is_told_of_the_item_that_it_is_in():
    yaml = Reader().read("_data/x.yml", b"- a: 1\n- a: 1\n  a: 2\n  b: {c: 1, c: 2}\n")
    json = Reader().read("_data/x.json", b'[{"a": 1}, {"a": 1, "a": 2, "b": {"c": 1, "c": 2}}]')
    keyed = Reader().read("_data/x.yml", b"a.b: {n: 1, n: 2}\nc: {n: 1}\nc: {n: 2}\na: {n: 3}\n")
    told = [[(item.key, each.field) for item in of.items for each in item.problems] for of in (yaml, json, keyed)]
    assert told[0] == told[1] == [("1", "a"), ("1", "b.c")]
    assert told[2] == [("a.b", "n"), ("c", "c")]
