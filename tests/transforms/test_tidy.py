"""matterhouse.transforms.tidy: a batch in, every table out, the same tables whatever the batch."""

import ast
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from matterhouse import transforms
from matterhouse.reading.reader import Reader
from matterhouse.sql import schema
from matterhouse.transforms.tidy import tidy
from tests.transforms import content
from tests.transforms.batch import COVERED, LAST_CHANGED, STORY, column, documents, errors, id_of, rows, story, tables

DECLARED = schema.tables()
LEFT_TO_THE_LOAD = {"related_entries": {"related_record_id"}, "learning_items": {"item_record_id"}}
# Tables of what several documents may name.
SHARED = ("providers", "related_entries", "related_entry_images")
PLAIN = (str, list)  # a list in a list is taken for a value that does not fit
# Table -> its list, and the types of the items that it takes.
LISTS = {
    "record_topics": ("topics", PLAIN), "record_images": ("images", (*PLAIN, dict)), "record_actions": ("actions", dict),
    "learning_levels": ("levels", PLAIN), "learning_items": ("items", PLAIN), "related_links": ("related", dict),
}  # fmt: skip
some = settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

ROUND = {
    STORY: """
        title: Fog
        author: Ivo
        aliases: /fog/
        topics: [AI, null, Tide Power]
        images: [fog.jpg]
        provider: {name: Quay, domain: quay.example, images: [{url: q.png}], publishers: [{images: [{url: p.png}]}]}
        related:
          - title: Tide
            quality: high
            images:
              - url: t.jpg
        unforeseen: 1
        """,
    "_people/nell.md": "name: Nell\naffiliation:\n  name: Quay\n  images:\n    - url: n.png\n",
    "_data/topics/fog.yaml": "_id: fog\nkeywords: [mist]\nhashtags: [fog]\nservices:\n  news: /news.json\n",
    "_data/organizations/quay.md": "_id: quay\notherNames: [The Quay]\n",
    "_learning/knots.md": "length: PT1H\nlevels: [easy]\nitems: [a, b]\n",
    "_events/lanterns.md": "name: Lanterns\nstartDateTime: 2024-05-01\n",
    "_communities/choir.md": "members: 12\n",
    "_samples/hat.md": "provider: {authors: [{name: Ivo}]}\nactions: [{type: view}]\n",
    "_news/broken.md": 'title: "never closed',
}


@pytest.fixture(scope="module")
def every_table():
    return tables(ROUND)


def test_the_tables_are_those_that_depend_on_one_document_alone(every_table):
    of_the_load = {"provider_images", *(name for name in DECLARED if name.startswith(("meta.", "history.")))}
    assert set(every_table) == set(DECLARED) - of_the_load | {"meta.document_drift", "meta.field_errors"}
    assert all(map(len, every_table.values()))


@pytest.mark.parametrize(
    "files", [ROUND, {}, {"_news/broken.md": 'title: "never closed'}], ids=["full", "empty", "unreadable"]
)
def test_frames_have_the_declared_columns_and_types(files):
    for name, frame in tables(files).items():
        declared = {field.name: field.type for field in DECLARED[name].arrow_schema}
        for left in LEFT_TO_THE_LOAD.get(name, ()):
            del declared[left]
        found = pa.Table.from_pandas(frame, preserve_index=False).schema
        assert {field.name: _plain(field.type) for field in found} == declared, name


def _plain(type: pa.DataType) -> pa.DataType:
    return type.value_type if pa.types.is_dictionary(type) else type


def test_frames_can_be_written_as_arrow_files(every_table):
    for frame in every_table.values():
        table = pa.Table.from_pandas(frame, preserve_index=False)
        with pa.ipc.new_file(pa.BufferOutputStream(), table.schema) as writer:
            writer.write_table(table)


def test_documents_keep_their_order(every_table):
    readable = [path for path in ROUND if "broken" not in path]
    assert column(every_table["raw.documents"], "path") == list(ROUND)
    assert column(every_table["records"], "path") == readable


def test_an_unreadable_document_is_raw_and_no_record(every_table):
    raw = rows(every_table["raw.documents"], "path", "size_bytes", "front_matter", "body")
    assert raw[-1] == ("_news/broken.md", len('---\ntitle: "never closed\n---\n'), None, None)
    for name, frame in every_table.items():
        if name not in ("raw.documents", *SHARED):
            assert id_of("_news/broken.md") not in column(frame, "record_id")


def test_an_error_names_document_field_value_expectation_and_run(every_table):
    assert every_table["meta.field_errors"].to_dict("records") == [
        {
            "record_id": id_of(),
            "source": "coast",
            "path": STORY,
            "run_id": "run-2",
            "field": "related[0].quality",
            "value": "high",
            "expected": "a whole number",
            "line": None,
            "table_name": None,
        }
    ]


MISFITS = [
    ("_news/?.md", "heat: warm", "heat"),
    ("_news/?.md", "title: [Fog]", "title"),
    ("_news/?.md", "provider: Quay", "provider"),
    ("_news/?.md", "provider: [{name: Quay}]", "provider"),
    ("_news/?.md", "provider: {name: {first: Quay}}", "provider.name"),
    ("_news/?.md", "provider: {images: [{height: tall}]}", "provider.images[0].height"),
    ("_news/?.md", "affiliation: {images: [{url: a}, {width: wide}]}", "affiliation.images[1].width"),
    ("_news/?.md", "provider: {authors: [[Ivo]]}", "provider.authors[0]"),
    ("_news/?.md", "provider: {publishers: [{name: [Quay]}]}", "provider.publishers[0].name"),
    ("_news/?.md", "provider: {publishers: [{}, {images: [{width: wide}]}]}", "provider.publishers[1].images[0].width"),
    ("_news/?.md", "images: [{width: wide}]", "images[0].width"),
    ("_news/?.md", "images: [[a.jpg]]", "images[0]"),
    ("_news/?.md", "topics: [AI, {name: Fog}, Tide]", "topics[1]"),
    ("_news/?.md", "related: [{}, {}, {}, {quality: high}]", "related[3].quality"),
    ("_news/?.md", "related: [{title: Fog}, Tide]", "related[1]"),
    ("_news/?.md", "related: [{provider: Quay}]", "related[0].provider"),
    ("_news/?.md", "related: [{}, {images: [null, {isCached: perhaps}]}]", "related[1].images[1].isCached"),
    ("_learning/?.md", "length: [1]", "length"),
    ("_learning/?.md", "ratings: {count: many}", "ratings.count"),
    ("_learning/?.md", "ratings: 5", "ratings"),
    ("_events/?.md", "startDateTime: soon", "startDateTime"),
    ("_people/?.md", "twitter: '@nell'", "twitter"),
    ("_people/?.md", "affiliation: Quay", "affiliation"),
    ("_communities/?.md", "members: dozens", "members"),
    ("_data/organizations/?.md", "otherNames: [Quay, {short: Q}]", "otherNames[1]"),
    ("_data/topics/?.yaml", "hashtags: [fog, [mist]]", "hashtags[1]"),
    ("_data/topics/?.yaml", "services: /news.json", "services"),
    ("_data/topics/?.yaml", "services: {games: a, news: {url: b}}", "services.news"),
]
CASES = [
    (path.replace("?", str(number)), front_matter, field) for number, (path, front_matter, field) in enumerate(MISFITS)
]


@pytest.fixture(scope="module")
def misfits():
    """The fields that are reported of each document of ``CASES``, by its path."""
    of = tables({path: front_matter for path, front_matter, _ in CASES})
    found = {path: [] for path in column(of["records"], "path")}
    for path, field in rows(of["meta.field_errors"], "path", "field"):
        found[path].append(field)
    return found


@pytest.mark.parametrize("path, front_matter, field", CASES)
def test_a_value_that_does_not_fit_is_reported_once_with_its_place(path, front_matter, field, misfits):
    assert misfits[path] == [field]


@pytest.mark.parametrize(
    ("path", "front_matter", "table"),
    [
        (STORY, "topics: {name: Fog}", "record_topics"),
        (STORY, "actions: [view]", "record_actions"),
        (STORY, "related: Tide", "related_links"),
        (STORY, "related: [Tide, Fog]", "related_links"),
        ("_data/topics/a.yaml", "keywords: [{a: b}]", "topic_keywords"),
    ],
)
def test_a_list_of_another_shape_is_not_this_table_s(path, front_matter, table):
    of = tables({path: front_matter})
    assert (len(of[table]), errors(of)) == (0, [])


def test_a_record_with_a_misfit_is_not_lost(misfits):
    assert list(misfits) == [path for path, _, _ in CASES]


def test_an_error_in_a_shared_entry_is_reported_wherever_the_entry_is_listed():
    entry = "related:\n  - title: Fog\n    quality: high\n"
    other = "related:\n  - title: Tide\n    quality: 1\n  - title: Fog\n    quality: high\n"
    of = tables({"_news/a.md": entry, "_news/b.md": other})
    assert rows(of["meta.field_errors"], "path", "field") == [
        ("_news/a.md", "related[0].quality"),
        ("_news/b.md", "related[1].quality"),
    ]


def test_every_one_of_many_errors_is_reported():
    entries = "\n".join(f"  - title: {number}\n    quality: bad {number}" for number in range(2_000))
    assert len(errors(story(f"related:\n{entries}"))) == 2_000


def test_a_misfit_shows_at_most_200_characters():
    assert errors(story(f"heat: {'warm ' * 50}x")) == [("heat", "warm " * 40)]


# The same tables, whatever the way


def contents(*batches: dict[str, pd.DataFrame]) -> dict[str, object]:
    """The rows of all batches, one after the other, by table; what several batches may name as a set."""
    together: dict[str, list[tuple]] = {}
    for of in batches:
        for name, frame in of.items():
            together.setdefault(name, []).extend(rows(frame))
    return together | {name: set(together[name]) for name in SHARED}


@some
@given(content.files.filter(len), st.integers(1, 3))
def test_batches_of_any_size_give_the_same_tables(files, size):
    whole = documents(files)
    batches = [whole.iloc[start : start + size].reset_index(drop=True) for start in range(0, len(whole), size)]
    assert contents(*(tidy(batch, COVERED) for batch in batches)) == contents(tidy(whole, COVERED))


@some
@given(content.files)
def test_shared_and_separate_objects_give_the_same_tables(files):
    fast, slow = documents(files), documents(files, Reader(fast=False))
    assert contents(tidy(fast, COVERED)) == contents(tidy(slow, COVERED))


@some
@given(content.files)
@example({"_news/0.md": "images:\n  - []"})
def test_no_record_item_or_input_is_lost_or_changed(files):
    batch = documents(files)
    before = typed(deepcopy(batch))
    of = tidy(batch, COVERED)
    assert typed(batch) == before
    records = {record_id: record for record_id, record in rows_of_objects(batch) if record is not None}
    assert column(of["records"], "record_id") == list(records)
    for name, (field, types) in LISTS.items():
        expected = [
            (key, position) for key, record in records.items() for position in range(length(record.get(field), types))
        ]
        frame = of[name]
        found = frame[frame["field"] == field] if "field" in frame else frame
        assert rows(found, "record_id", "position") == expected, name
    for name, frame in of.items():
        table = DECLARED[name]
        assert set(Counter(map(str, rows(frame, *table.key))).values()) <= {1}, f"{name} has a key twice"
        required = {declared.name for declared in table.columns if declared.not_null}
        assert not frame[list(required)].isna().to_numpy().any(), name


def rows_of_objects(batch: pd.DataFrame) -> list[tuple]:
    return list(zip(batch["record_id"], batch["record"]))


def length(value: object, types: type | tuple[type, ...]) -> int:
    """Rows of a list: an item a row, but none where nothing but items of other types is listed."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    return len(items) if any(item is None or isinstance(item, types) for item in items) else 0


def typed(value: object) -> object:
    """``value`` in a form that equals another only if the types of all scalars are equal too."""
    if isinstance(value, pd.DataFrame):
        return [(name, typed(column.tolist())) for name, column in value.items()]
    if isinstance(value, dict):
        return [(key, typed(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [typed(item) for item in value]
    return type(value), repr(value)


def test_frames_of_pandas_own_types_do_as_well():
    arrow = documents(ROUND)
    plain = pd.DataFrame({name: values.tolist() for name, values in arrow.items()})
    plain = plain.astype(dict.fromkeys(("record_id", "source", "path", "content_hash"), "str"))
    assert contents(tidy(plain, COVERED)) == contents(tidy(arrow, COVERED))


def test_the_order_of_the_index_is_of_no_account():
    batch = documents(ROUND)
    numbered = batch.set_axis(range(100, 100 - len(batch), -1))
    assert contents(tidy(numbered, COVERED)) == contents(tidy(batch, COVERED))


# Pure functions


_listening = []
sys.addaudithook(lambda event, _: _listening and _listening[-1].append(event))


def test_nothing_is_read_written_or_started():
    batch = documents(ROUND)
    tidy(batch, COVERED)
    _listening.append([])
    try:
        tidy(batch, COVERED)
    finally:
        events = _listening.pop()
    touching = ("open", "os.", "socket.", "subprocess.", "shutil.", "import", "sqlite3.", "time.")
    assert [event for event in events if event.startswith(touching)] == []


def test_no_module_knows_the_time_or_chance_or_another_part_of_the_project():
    modules = sorted(Path(transforms.__file__).parent.glob("*.py"))
    used = {node for path in modules for tree in [ast.parse(path.read_text())] for node in _used(tree)}
    assert used.isdisjoint({"now", "utcnow", "today", "open", "random", "time_ns", "perf_counter", "environ"})
    imported = {name.removeprefix("import ") for name in used if name.startswith("import ")}
    imported.discard("matterhouse.reading.sheets")  # what a record may list
    rooms = {".".join(name.split(".")[:2]) for name in imported if name.startswith("matterhouse")}
    assert rooms <= {"matterhouse", "matterhouse.transforms", "matterhouse.sql"}
    packages = {name.split(".")[0] for name in imported}
    assert packages <= {"matterhouse", "numpy", "orjson", "pandas", "pyarrow"} | set(sys.stdlib_module_names)
    assert packages.isdisjoint({"os", "io", "time", "random", "secrets", "socket", "subprocess", "tempfile", "uuid"})


def _used(tree: ast.AST):
    """Every name and attribute of a module, and the modules that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Import):
            yield from (f"import {alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield f"import {node.module}"


def test_times_are_those_of_the_documents(every_table):
    assert set(column(every_table["records"], "last_changed_at")) == {LAST_CHANGED}
