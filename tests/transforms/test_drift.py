"""matterhouse.transforms.drift: front-matter paths that no table has a column for."""

from pathlib import Path

import pytest

from matterhouse.sources import open_source
from matterhouse.transforms.drift import document_drift, tree_of
from tests.transforms.batch import COVERED, column, id_of, numbered, rows, tables

ROOT = Path(__file__).resolve().parents[2]


DRIFT = [
    ("title: Fog", {}),
    ("mood: calm", {"mood": ["str"]}),
    ("mood: 6", {"mood": ["int"]}),
    ("sea.mood: calm\nsea: {mood: 6}", {'"sea.mood"': ["str"], "sea.mood": ["int"]}),
    ("mood: 1.5", {"mood": ["float"]}),
    ("mood: NO", {"mood": ["bool"]}),
    ("mood: 2024-01-02", {"mood": ["timestamp"]}),
    ("mood:", {"mood": ["null"]}),
    ("mood: {}", {"mood": ["mapping"]}),
    ("mood: []", {"mood": ["list"]}),
    ("mood: {sea: {level: 2, tide: out}}", {"mood.sea.level": ["int"], "mood.sea.tide": ["str"]}),
    ("mood: [calm, 2, calm, null]", {"mood[]": ["int", "null", "str"]}),
    (
        "mood: [{sea: 1}, {sea: calm, wind: 2}, [3]]",
        {"mood[].sea": ["int", "str"], "mood[].wind": ["int"], "mood[][]": ["int"]},
    ),
    ("mood: {sea: []}", {"mood.sea": ["list"]}),
    ("provider: {name: Quay, motto: Ahoy}", {"provider.motto": ["str"]}),
    ("provider: {images: [{url: a, alt: b}]}", {"provider.images[].alt": ["str"]}),
    ("images: [{url: a, alt: b}, {alt: 1}]", {"images[].alt": ["int", "str"]}),
    ("images: {url: a, alt: b}", {"images[].alt": ["str"]}),
    (
        "related: [{title: A}, {mood: calm}, {mood: {sea: 1}}]",
        {"related[].mood": ["str"], "related[].mood.sea": ["int"]},
    ),
    ("related: [{images: [{url: a, alt: b}]}]", {"related[].images[].alt": ["str"]}),
    ("related: {title: A, mood: calm}", {"related[].mood": ["str"]}),
    ("related: [{secured: c2VjcmV0}]", {"related[].secured": ["str"]}),
    ("services: {news: a, brand_new: b}", {}),
    ("services: {news: {url: a}}", {"services.news.url": ["str"]}),
    ("title: {main: Fog}", {"title.main": ["str"]}),
    ("topics: [{name: Fog}]", {"topics[].name": ["str"]}),
    ("tags: {a: 1}", {"tags.a": ["int"]}),
    ('"": {"[]": 1}', {'""."[]"': ["int"]}),
    ("heat: [1, 2]", {"heat[]": ["int"]}),
    ("provider: Quay", {}),
    ("topics: AI", {}),
    ("images: [a.jpg]", {}),
    ("secured: {a: b}", {"secured.a": ["str"]}),
]


@pytest.fixture(scope="module")
def drift():
    """The uncovered paths with their types, by document."""
    files = numbered(front_matter for front_matter, _ in DRIFT)
    found = {id_of(path): {} for path in files}
    for record_id, field, types in rows(tables(files)["meta.document_drift"], "record_id", "field", "types"):
        found[record_id][field] = types
    return dict(zip(files.values(), found.values()))


@pytest.mark.parametrize("front_matter, expected", DRIFT)
def test_paths_that_no_table_covers(front_matter, expected, drift):
    assert drift[front_matter] == expected


def test_one_row_per_document_and_path_in_order():
    of = tables({"_news/b.md": "wind: 1\nmood: 2", "_news/a.md": "title: Fog", "_games/c.md": "mood: calm"})
    b, c = id_of("_news/b.md"), id_of("_games/c.md")
    assert rows(of["meta.document_drift"]) == [(b, "mood", ["int"]), (b, "wind", ["int"]), (c, "mood", ["str"])]


def test_a_shared_entry_is_reported_for_every_document_that_lists_it():
    entry = "related:\n  - title: Fog\n    mood: calm\n    images:\n      - alt: b\n"
    of = tables({"_news/a.md": entry, "_news/b.md": entry})
    assert rows(of["meta.document_drift"], "record_id", "field") == [
        (id_of(path), field)
        for path in ("_news/a.md", "_news/b.md")
        for field in ("related[].images[].alt", "related[].mood")
    ]


def test_one_object_at_two_paths_is_looked_at_twice():
    shared = [{"url": "a", "name": "b"}]
    record = {"images": shared, "mood": shared, "authors": shared}
    found = document_drift(["id"], [record], [tree_of(["images[].url", "mood[].name"])])
    assert column(found, "field") == ["authors[].name", "authors[].url", "images[].name", "mood[].url"]


def test_covered_paths_as_a_tree():
    assert tree_of(["title", "images[]", "images[].url", "services.*", "a[].b[].c"]) == {
        "title": {},
        "images": {"[]": {"url": {}}},
        "services": {"*": {}},
        "a": {"[]": {"b": {"[]": {"c": {}}}}},
    }


def found_in(folder: Path) -> tuple[set[str], set[str], int]:
    """Uncovered fields and fields with misfits of a repository, and how many records it has."""
    source = open_source("coast", str(folder))
    of = tables({file.path: content for file, content in source.read(source.list().files)})
    return (
        set(column(of["meta.document_drift"], "field")),
        set(column(of["meta.field_errors"], "field")),
        len(of["records"]),
    )


def test_the_sample_has_the_drift_that_its_readme_tells_of():
    fields, misfits, records = found_in(ROOT / "data" / "sample")
    assert {field.partition(".")[0] for field in fields} == {"readingMinutes", "soundscape"}
    assert misfits == {"heat"}
    assert records == 76


@pytest.mark.parametrize("name", ["power-apps", "algorithm"])
def test_real_repositories_have_no_drift_and_no_misfit(name, real_repository):
    fields, misfits, records = found_in(real_repository(name))
    assert fields == misfits == set()
    assert records > 50


def test_every_covered_path_is_written_as_a_path():
    assert COVERED["related"]["[]"]["images"]["[]"].keys() >= {"url", "width", "height", "isCached"}
