"""TOML and JSON heads: read as tomllib and json read them, with the text of every scalar as written."""

import json
import math
import tomllib
from datetime import date, datetime, time

import pytest

from matterhouse.reading.reader import Document, Reader
from matterhouse.reading.scalars import Bool, Float, Int, Timestamp
from matterhouse.sources.errors import Skipped, Unreadable
from matterhouse.sources.limits import Limits
from tests.reading.oracle import outcome, strictly_text
from tests.reading.torture.json_heads import JSON, JSON_BROKEN
from tests.reading.torture.toml_heads import TOML, TOML_BROKEN


def same(ours: object, theirs: object) -> bool:
    """Whether both are one value; a timestamp of ours has to be written as one that TOML reads as theirs."""
    if isinstance(theirs, dict):
        return isinstance(ours, dict) and list(ours) == list(theirs) and all(same(ours[k], theirs[k]) for k in theirs)
    if isinstance(theirs, list):
        return isinstance(ours, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(theirs, (date, datetime)):
        return isinstance(ours, Timestamp) and tomllib.loads(f"x = {ours}")["x"] == theirs
    if isinstance(theirs, time):
        return type(ours) is str and tomllib.loads(f"x = {ours}")["x"] == theirs
    if isinstance(theirs, bool):
        return isinstance(ours, Bool) and ours == str(theirs).lower()
    if isinstance(theirs, int):
        return isinstance(ours, Int) and int(ours.replace("_", ""), 0) == theirs
    if isinstance(theirs, float):
        written = isinstance(ours, Float) and float(ours.replace("_", ""))
        return written == theirs or (math.isnan(written) and math.isnan(theirs))
    return type(ours) is type(theirs) and ours == theirs


def toml_file(head: str) -> bytes:
    return f"+++\n{head}\n+++\nBody\n".encode()


@pytest.mark.parametrize("head", [pytest.param(head, id=name) for name, head in TOML.items()])
def test_toml_is_what_tomllib_reads(head):
    theirs = tomllib.loads(head)
    for ends in ("\n", "\r\n"):
        document = Reader().read("x.md", toml_file(head).replace(b"\n", ends.encode()))
        assert (document.format, document.body.strip()) == ("toml", "Body")
        assert same(document.record, tomllib.loads(head.replace("\n", ends))), document.record
        assert strictly_text(document.record)
    data = Reader().read("data/x.toml", head.encode())
    assert (data is None) == (not theirs) and (data is None or same(data.record, theirs))


@pytest.mark.parametrize("head, reason, line, column", [pytest.param(*case, id=n) for n, case in TOML_BROKEN.items()])
def test_broken_toml_is_rejected_with_its_place(head, reason, line, column):
    with pytest.raises(ValueError):
        tomllib.loads(head)
    error = outcome(Reader(), "x.md", toml_file(head))
    assert isinstance(error, Unreadable) and error.message
    assert (error.reason, error.line, error.column) == (reason, line, column)


@pytest.mark.parametrize("head", [pytest.param(head, id=name) for name, head in JSON.items()])
def test_json_is_what_json_reads(head):
    theirs = json.loads(head)
    for content in (f"---json\n{head}\n---\nBody", f";;;\n{head}\n;;;\nBody", f"{head}\nBody"):
        for ends in ("\n", "\r\n"):
            document = Reader().read("x.md", content.replace("\n", ends).encode())
            assert (document.format, document.body) == ("json", "Body")
            assert same(document.record, theirs), document.record
            assert strictly_text(document.record)


@pytest.mark.parametrize("head, reason, line, column", [pytest.param(*case, id=n) for n, case in JSON_BROKEN.items()])
def test_broken_json_is_rejected_with_its_place(head, reason, line, column):
    error = outcome(Reader(), "x.md", f"---json\n{head}\n---\n".encode())
    assert isinstance(error, Unreadable) and error.message
    assert (error.reason, error.line, error.column) == (reason, line, column)


def test_scalars_are_text_as_written():
    head = "a = 1.10\nb = 0x10\nc = 1_000\nd = 2020-01-02\ne = 1979-05-27T07:32:00\nf = 07:32:00\ng = true\nh = '1'"
    record = Reader().read("x.md", toml_file(head)).record
    assert list(record.values()) == [
        "1.10",
        "0x10",
        "1_000",
        "2020-01-02",
        "1979-05-27T07:32:00",
        "07:32:00",
        "true",
        "1",
    ]
    assert [type(value) for value in record.values()] == [Float, Int, Int, Timestamp, Timestamp, str, Bool, str]
    record = Reader().read("x.md", b'{"a": 12345678901234567890, "b": 1.10, "c": false, "d": null, "e": 1E5}\n').record
    assert list(record.values()) == ["12345678901234567890", "1.10", "false", None, "1E5"]
    assert [type(value) for value in record.values()] == [Int, Float, Bool, type(None), Float]


@pytest.mark.parametrize(
    "content, format, record, body",
    [
        (b"+++\na = 1\n+++\nText", "toml", {"a": "1"}, "Text"),
        (b"+++  \r\na = 1\r\n+++\t\r\nText", "toml", {"a": "1"}, "Text"),
        (b"\xef\xbb\xbf+++\na = 1\n+++", "toml", {"a": "1"}, ""),
        (b"---toml\na = 1\n---\nText", "toml", {"a": "1"}, "Text"),
        (b"---yaml\na: 1\n---\nText", "yaml", {"a": "1"}, "Text"),
        (b"--- JSON \n{}\n---\nText", "json", {}, "Text"),
        (b"---json\n---\nText", "json", {}, "Text"),
        (b';;;\n"a": 1,\n"b": [2]\n;;;\nText', "json", {"a": "1", "b": ["2"]}, "Text"),
        (b'{"a": {"b": "}"}}\n\nText', "json", {"a": {"b": "}"}}, "\nText"),
        (b'{\n  "a": "\\"}"\n}Text', "json", {"a": '"}'}, "Text"),
        (b'\xef\xbb\xbf\n {"a": 1}\r\nText', "json", {"a": "1"}, "Text"),
        (b"\n---\na: b\n---\nText", "yaml", {"a": "b"}, "Text"),
        (b"title: a\n---\nText", "yaml", {"title": "a"}, "Text"),
        (
            b"\xef\xbb\xbftags: [x]\r\ndate: 2013/7/13\r\n--- \r\nText",
            "yaml",
            {"tags": ["x"], "date": "2013/7/13"},
            "Text",
        ),
        (b" \t\r\n  +++\na = 1\n+++\nText", "toml", {"a": "1"}, "Text"),
        (b"<!--\n---\na: b\n---\n-->\nText", "yaml", {"a": "b"}, "\nText"),
        (b"<!-- hidden\n+++\na = 1\n+++\nnot shown\n-->Text", "toml", {"a": "1"}, "Text"),
    ],
)
def test_every_generators_head_is_read(content, format, record, body):
    document = Reader().read("x.md", content)
    assert (document.format, document.record, document.body) == (format, record, body)


@pytest.mark.parametrize(
    "content",
    [
        b"{{ title }}\n", b"{% if a %}\n", b"{: .no_toc}\n", b"{#\n", b"{ a }\n", b"+++ x\n+++\n", b"+++", b"---js\n{}\n---\n",
        b"+++toml\na = 1\n+++\n", b"\n---\n\na rule and no end\n", b"<!--\n---\na: b\n---\nno end\n", b"++\na\n++\n", b";;\n;;\n",
    ],
)  # fmt: skip
def test_what_is_no_front_matter(content):
    assert Reader().read("x.md", content) is None


@pytest.mark.parametrize(
    "content",
    [
        b"title: a\ntext that goes on\n---\n", b"title: a\n\nNote: text\n\n---\n", b"date: today\n---\n", b"title: @\n---\n",
        b"title: a\r\n\r\nb: c\r\n---\r\n", b"title: a\n---- b\nc: d\n---\n",
    ],
)  # fmt: skip
def test_what_may_be_text_is_skipped_with_a_reason(content):
    with pytest.raises(Skipped) as caught:
        Reader().read("x.md", content)
    assert caught.value.reason == "no_opening_fence"


@pytest.mark.parametrize(
    "path, content",
    [
        ("x.md", b"Title\n---\n"), ("x.md", b"Note: this is a heading\n---\nText\n"), ("x.md", b"Title: a\nDate: b\n---\n"),
        ("x.md", b"title:a\ndate: b\n---\n"), ("x.md", b" title: a\ndate: b\n---\n"), ("x.md", b"title: a\n----\nText\n"),
        ("x.md", b"title: a\ndate: b\n"), ("x.rst", b"title: a\ndate: b\n---\n"),
    ],
)  # fmt: skip
def test_a_heading_is_never_front_matter(path, content):
    assert Reader().read(path, content) is None


def test_a_comment_before_the_fence_is_skipped_with_a_reason():
    with pytest.raises(Skipped) as caught:
        Reader().read("x.md", b"<!-- this page is included by others -->\n---\na: b\n---\n")
    assert caught.value.reason == "comment_first"


@pytest.mark.parametrize("content, line", [
    (b"+++\na = 1\n", 1), (b"---toml\na = 1\n...\n", 1), (b'\n\n{"a": {}\n', 3), (b";;;\n{}\n", 1),
])  # fmt: skip
def test_never_closed(content, line):
    error = outcome(Reader(), "x.md", content)
    assert (error.reason, error.line, error.column) == ("unclosed", line, 1)


@pytest.mark.parametrize("content, line, column", [
    (b"\n\n+++\na = 1\nb = @\n+++\n", 5, 5), (b'\xef\xbb\xbf\n {"a": 1,\n  "b": @}\nx', 3, 8),
    (b';;;\n"a": 1,\n"b": @\n;;;\n', 3, 6), (b"\n---\na: @\n---\n", 3, 4), (b"<!--\n---\na: @\n---\n-->", 3, 4),
])  # fmt: skip
def test_lines_and_columns_are_those_of_the_file(content, line, column):
    error = outcome(Reader(), "x.md", content)
    assert isinstance(error, Unreadable) and (error.line, error.column) == (line, column)


@pytest.mark.parametrize("content", [
    b"\xef\xbb\xbf\xef\xbb\xbf---\na: b\n---\n", "---\na: b\n---\n".encode("utf-16-le"), "---\na: b\n---\n".encode("utf-16-be"),
])  # fmt: skip
def test_encodings_that_hide_the_fence_are_rejected(content):
    error = outcome(Reader(), "x.md", content)
    assert isinstance(error, Unreadable) and error.reason in ("doubled_mark", "not_utf8")


BOMBS = {
    "toml arrays": (toml_file("a = " + "[" * 50_000 + "]" * 50_000), "too_deep"),
    "toml tables": (toml_file("a = " + "{a = " * 50_000), "too_deep"),
    "toml dotted key": (toml_file("a." * 300_000 + "a = 1"), "too_deep"),
    "toml quoted dotted key": (toml_file('"a".' * 200_000 + "a = 1"), "too_deep"),
    "toml header": (toml_file("[" + "a." * 300_000 + "a]"), "too_deep"),
    "toml values": (toml_file("a = [" + "1," * 250_000 + "]"), "too_many_values"),
    "toml digits": (toml_file("a = " + "9" * 900_000), "toml_value"),
    "toml quotes": (toml_file('a = "' + '\\"' * 400_000), "toml_syntax"),
    "toml open text": (toml_file('a = """' + '""a' * 300_000), "toml_syntax"),
    "toml keys": (toml_file("\n".join(f"k{n} = {n}" for n in range(20_000))), "read"),
    "json arrays": (b"---json\n" + b'{"a": ' + b"[" * 400_000 + b"\n---\n", "too_deep"),
    "json objects": (b"---json\n" + b'{"a": ' * 100_000 + b"\n---\n", "too_deep"),
    "json values": (b'{"a": [' + b"1," * 250_000 + b"1]}\n", "too_many_values"),
    "json digits": (b'{"a": ' + b"9" * 900_000 + b"}\n", "read"),
    "json braces": (b'{"' + b"{" * 9_000_000, "unclosed"),
    "json quotes": (b'{"' + b'\\"' * 4_000_000, "unclosed"),
    "blanks": (b" " * 9_000_000 + b"x", None),
    "lines": (b"\n" * 9_000_000 + b"---", None),
    "large": (toml_file("a = '" + "x" * 1_000_000 + "'"), "front_matter_too_large"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name):
    content, expected = BOMBS[name]
    found = outcome(Reader(), "x.md", content)
    came = "read" if isinstance(found, Document) else found.reason if found else None
    assert came == expected


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_the_limit_of_depth_holds_in_every_language(depth):
    contents = [b"---\na:\n  b:\n    c: [1]\n---\n", toml_file("[a.b]\nc = [1]"), b'{"a": {"b": {"c": [1]}}}\n']
    for content in contents:
        found = outcome(Reader(Limits(depth=depth)), "x.md", content)
        assert isinstance(found, Document) == (depth >= 4), (content, found)


def test_repeated_keys_are_reported_with_their_lines():
    content = b"---\ndate: 1\na:\n  b: 2\n  b: [3]\n  b: 4\ndate: 5\n---\n"
    document = Reader().read("x.md", content)
    assert document.record == {"date": "5", "a": {"b": "4"}}
    assert sorted((p.field, p.value, p.line) for p in document.problems) == [
        ("a.b", "(a list or mapping)", 5), ("a.b", "2", 4), ("date", "1", 2),
    ]  # fmt: skip
    document = Reader().read("x.md", b'{"a": 1, "b": {"c": 2, "c": 3}, "a": 4}\n')
    assert document.record == {"a": "4", "b": {"c": "3"}}
    assert sorted((p.field, p.value) for p in document.problems) == [("a", "1"), ("b.c", "2")]
    merged = Reader().read("x.md", b"---\nbase: &b {x: 1}\nown:\n  <<: *b\n  x: 2\n---\n")
    assert merged.problems == () and merged.record["own"] == {"x": "2"}


def test_repeated_secured_keys_show_no_value():
    document = Reader().read("x.md", b"---\nsecured:\n  key: hush\n  key: hash\nsecured: hosh\n---\n")
    assert document.problems and not any("h" in p.value.split(",")[0] and "hush" in p.value for p in document.problems)
    assert {p.value for p in document.problems} <= {"(a secured value, not shown)", "(a list or mapping)"}


def test_a_body_that_is_no_text_is_told():
    document = Reader().read("x.md", b"---\na: b\n---\ncaf\xe9\n")
    assert document.body == "caf\ufffd\n"
    assert [(p.field, p.expected) for p in document.problems] == [("body", "UTF-8 text")]


@pytest.mark.parametrize("path, content, reason", [
    ("archetypes/default.md", b"---\ntitle: x\n---\n", "template"),
    ("notes/Templates/x.md", b"+++\na = 1\n+++\n", "template"),
    ("x.md", b"---\ndate: {{date}}\n---\n", "template"),
    ("x.md", b'---\ntitle: "{{ replace .Name "-" " " | title }}"\n---\n', "template"),
    ("x.md", b"+++\ndate = {{ .Date }}\n+++\n", "template"),
    ("x.md", b"---\na: <% b %>: c\n---\n", "template"),
])  # fmt: skip
def test_templates_are_skipped(path, content, reason):
    with pytest.raises(Skipped) as caught:
        Reader().read(path, content)
    assert caught.value.reason == reason


def test_a_mark_does_not_excuse_a_mistake_elsewhere():
    error = outcome(Reader(), "x.md", b'---\ntitle: "use {{ x }}"\nother: @\n---\n')
    assert (error.reason, error.line) == ("yaml_syntax", 3)
    assert Reader().read("Templates/x.md", b"no head\n") is None
