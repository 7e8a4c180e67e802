"""matterhouse.transforms.raw: the whole record as JSON, every scalar as written, nothing secured."""

import json

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from matterhouse.sources.files import blob_id
from matterhouse.transforms import raw
from tests.transforms import content
from tests.transforms.batch import column, read, readings, rows, story, tables

WRITTEN = {
    "NO": '"NO"', "yes": '"yes"', "true": "true", "True": '"True"', "false": "false", "39": "39", "-7": "-7", "+7": '"+7"',
    "0": "0", "0123": '"0123"', "1_000": '"1_000"', "0x1F": '"0x1F"', "12:30": '"12:30"', "1.10": "1.10", "4.": '"4."',
    ".5": '".5"', "1.5e+3": "1.5e+3", "1e3": '"1e3"', ".inf": '".inf"', ".nan": '".nan"', "2024-01-02": '"2024-01-02"',
    "123456789012345678901234567890": "123456789012345678901234567890", '"39"': '"39"', "'true'": '"true"', "~": "null", "": "null",
    '""': '""', '"a\\"b\\\\c"': '"a\\"b\\\\c"', '"a\\nb\\tc\\0"': '"a\\nb\\tc\\u0000"', "あ 🦋": '"あ 🦋"', "[]": "[]", "{}": "{}",
    "[a, [1, {b: NO}], null]": '["a",[1,{"b":"NO"}],null]', "{a: {b: [c]}}": '{"a":{"b":["c"]}}', "{1: a, NO: b, ~: c}": '{"1":"a","NO":"b","~":"c"}',
}  # fmt: skip


@pytest.fixture(scope="module")
def texts():
    return readings("raw.documents", "front_matter", "extra: ?", WRITTEN)


@pytest.mark.parametrize("written, text", WRITTEN.items())
def test_a_value_as_json(written, text, texts):
    assert texts[written].value == f'{{"extra":{text}}}'


def test_every_field_stays_in_its_order_whether_a_table_takes_it_or_not():
    (front_matter,) = column(
        story("title: Fog\nmood: {b: 1, a: 2}\nheat: warm\nrelated: [{mood: NO}]")["raw.documents"], "front_matter"
    )
    assert front_matter == '{"title":"Fog","mood":{"b":1,"a":2},"heat":"warm","related":[{"mood":"NO"}]}'


SECURED = """
    secured: c2VjcmV0
    title: Fog
    provider: {name: Quay, secured: c2VjcmV0}
    related:
      - title: Tide
        secured: [c2VjcmV0]
        images: [{url: a, secured: {b: c2VjcmV0}}]
      - [{secured: c2VjcmV0}]
    mood: {deep: {deeper: [{secured: c2VjcmV0, kept: secured}]}}
    """


def test_what_is_secured_is_left_out_at_any_depth():
    (front_matter,) = column(story(SECURED)["raw.documents"], "front_matter")
    assert json.loads(front_matter) == {
        "title": "Fog",
        "provider": {"name": "Quay"},
        "related": [{"title": "Tide", "images": [{"url": "a"}]}, [{}]],
        "mood": {"deep": {"deeper": [{"kept": "secured"}]}},
    }


def test_what_is_secured_is_in_no_table():
    assert [name for name, frame in story(SECURED).items() if "c2VjcmV0" in str(rows(frame))] == []


def test_what_is_secured_is_published_where_the_source_says_so():
    of = tables({"_news/a.md": SECURED}, publish_secured=True)
    (front_matter,) = column(of["raw.documents"], "front_matter")
    assert front_matter.count("c2VjcmV0") == 6


def test_a_document_with_its_bytes_and_its_body():
    file = b"\xef\xbb\xbf---\r\ntitle: Fog\r\n---\r\nIt hums.\r\n\xff\n"
    of = tables({"_news/a.md": file, "_data/topics/b.yaml": "name: Fog"})["raw.documents"]
    assert rows(of, "path", "format", "content_hash", "size_bytes", "front_matter", "body") == [
        ("_news/a.md", "yaml", blob_id(file), len(file), '{"title":"Fog"}', "It hums.\r\n\ufffd\n"),
        ("_data/topics/b.yaml", "yaml", blob_id(b"name: Fog\n"), 10, '{"name":"Fog"}', None),
    ]


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(content.files)
def test_the_json_says_what_the_file_says(files):
    found = read(files)
    texts = column(raw.Documents(with_secured=True).frame(found), "front_matter")
    for record, text in zip((document["record"] for document in found), texts):
        assert text is None if record is None else as_text(json.loads(text, **AS_WRITTEN)) == as_text(record)


AS_WRITTEN = {"parse_int": str, "parse_float": str}


def as_text(value: object) -> object:
    """``value`` with plain texts at its leaves."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else (value and str(value)) or value


def test_duckdb_takes_every_value_for_json(texts):
    with duckdb.connect() as connection:
        for written, reading in texts.items():
            assert connection.execute("SELECT json_valid(?)", [reading.value]).fetchall() == [(True,)], written


def test_pieces_of_a_batch_say_what_the_whole_says():
    found = read({"_news/a.md": SECURED, "_news/b.md": 'title: "never closed', "_news/c.md": SECURED})
    documents = raw.Documents(with_secured=False)
    assert [row for document in found for row in rows(documents.frame([document]))] == rows(
        raw.Documents(False).frame(found)
    )
