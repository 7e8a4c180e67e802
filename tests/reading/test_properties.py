"""Properties of any front matter: what PyYAML writes is read back, and no bytes do any other harm."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from matterhouse.reading.envelope import open_envelope
from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from tests.reading.oracle import (
    agrees,
    as_bytes,
    difference,
    disagreement,
    fenced,
    line_by_line,
    outcome,
    strictly_text,
)


class IndentedLists(yaml.SafeDumper):
    """Writes list items two blanks deeper than their key, as people do."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)


# Without surrogates, and the line ends of YAML 1.1 that PyYAML writes where it will not read them as text again.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\u0085\u2028\u2029")
TEXT = st.one_of(
    st.text(CHARACTERS, max_size=30),
    st.text("abc :#-'\"\\,[]{}&*!|>%@`~=<\n\t\r\u00a0", max_size=20),
    st.sampled_from(
        [
            "NO",
            "yes",
            "12:30",
            "0123",
            "1.10",
            "null",
            "~",
            "",
            " ",
            "2020-01-01",
            "=",
            "<<",
            "- a",
            "a: b",
            "---",
            "...",
        ]
    ),
)
ZONES = st.sampled_from([None, UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=5, minutes=30))])
LEAVES = st.one_of(
    TEXT, st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(min_value=datetime(2, 1, 1), timezones=ZONES)
)  # fmt: skip
KEYS = st.one_of(st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,15}", fullmatch=True), TEXT.filter(bool))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)  # fmt: skip
RECORDS = st.dictionaries(KEYS, VALUES, max_size=6)
STYLES = st.fixed_dictionaries(
    {
        "Dumper": st.sampled_from([yaml.SafeDumper, IndentedLists, IndentedLists]),
        "default_flow_style": st.sampled_from([False, False, None, True]),
        "default_style": st.sampled_from([None, None, None, '"', "'", "|", ">"]),
        "allow_unicode": st.booleans(),
        "width": st.sampled_from([20, 80, 10**9]),
        "indent": st.sampled_from([2, 2, 4]),
        "line_break": st.sampled_from(["\n", "\r\n", "\r"]),
    }
)

PIECES = [
    *"\n|\n\n|\n  |\n    |\n  - |\n- |\r\n|\r|\t| |  |: |:|-|- |a|b1|a: |key: |#| #|'|\"|\\|,".split("|"),
    *"[|]|{|}|&x |*x|!|!!str |>|%|@|?|? |~|<<: |=|1|0x1|1:2|.5|true|no|null|2020-01-01|---|\n---\n|...".split("|"),
    *"|;|\n;|-\n ;é;\u00a0;\u0085;\u2028;\ufeff;🌊;\0;\x1b".split(";"),
]  # fmt: skip


@settings(max_examples=300)
@given(record=RECORDS, style=STYLES)
def test_what_pyyaml_writes_is_read_back(record, style):
    head = yaml.dump(record, sort_keys=False, **style).encode()
    whole = line_by_line(b"---\n" + head + b"---\n")
    if whole is None or whole.head != head:  # a line in it looks like a fence
        return
    document = outcome(Reader(), "x.md", b"---\n" + head + b"---\n")
    assert isinstance(document, Document), document
    assert agrees(document.record, record)
    assert difference(Reader(), Reader(fast=False), "x.md", b"---\n" + head + b"---\n") is None


@settings(max_examples=300)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=25))
def test_pieces_of_yaml_in_any_order(pieces):
    head = as_bytes("".join(pieces))
    slow = Reader(fast=False)
    for before in (b"", b"a: b\n", b"k:\n  - "):
        assert difference(Reader(), slow, "x.yaml", before + head) is None
        assert disagreement(slow, before + head) is None


@settings(max_examples=300)
@given(
    content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(fenced)),
    path=st.sampled_from(["x.md", "x.yaml"]),
)
def test_any_bytes_give_a_record_or_a_reason(content, path):
    found = outcome(Reader(), path, content)
    if isinstance(found, Document):
        assert strictly_text(found.record)
    elif isinstance(found, Unreadable):
        assert found.reason and found.message and found.line >= 1
    assert difference(Reader(), Reader(fast=False), path, content) is None


@settings(max_examples=500)
@given(
    st.lists(
        st.sampled_from(
            [b"---", b"...", b"-", b".", b"\n", b"\r", b"\r\n", b" ", b"\t", b"a", b"\x0b", b"\xef\xbb\xbf"]
        ),
        max_size=20,
    )
)
def test_fences_are_where_reading_lines_finds_them(pieces):
    content = b"---\n" + b"".join(pieces)
    try:
        assert open_envelope("x.md", content) == line_by_line(content)
    except Unreadable as error:
        assert error.reason == "unclosed" and line_by_line(content) is None


@pytest.mark.parametrize("style", [yaml.SafeDumper, IndentedLists])
def test_both_list_styles_of_pyyaml_go_the_fast_way(style):
    record = {
        "title": "a",
        "provider": {"name": "b", "images": [{"url": "c", "width": 1}]},
        "related": [{"t": 1, "x": ["y"]}, {"t": 2}],
    }
    document = Reader().read("x.md", fenced(yaml.dump(record, Dumper=style, sort_keys=False)))
    assert agrees(document.record, record) and not document.declined


SIGNS = "abyn01.-_ ,[]{}:#?&*!|>'\"%@`\\/=~<é\u00a0+"


@settings(max_examples=300)
@given(st.lists(st.text(SIGNS, max_size=6), max_size=4), st.sampled_from(["a: [%]", "a:\n  - [b,%]", "a: [%] # b"]))
def test_what_stands_in_brackets_is_read_alike(items: list[str], head: str):
    content = fenced(head.replace("%", ", ".join(items)))
    assert difference(Reader(), Reader(fast=False), "x.md", content) is None
