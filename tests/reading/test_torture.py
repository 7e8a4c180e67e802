"""Hundreds of heads, each a small trap: both ways of reading them, and PyYAML itself, have to agree."""

import pytest
import yaml

from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from tests.reading.oracle import as_bytes, difference, disagreement, expected, fenced, outcome
from tests.reading.torture.broken import BROKEN
from tests.reading.torture.plain import PLAIN
from tests.reading.torture.unusual import DATA_FILES, UNUSUAL

READABLE = {**PLAIN, **UNUSUAL, **DATA_FILES}
ALL = {**READABLE, **{name: head for name, (head, *_) in BROKEN.items()}}


def each(cases):
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), id=name) for name, case in cases.items()]


def test_there_are_many():
    assert len(ALL) == sum(map(len, (PLAIN, UNUSUAL, DATA_FILES, BROKEN))) >= 500


def test_plain_front_matter_is_read_the_fast_way():
    for name, head in PLAIN.items():
        document = outcome(Reader(), "x.md", fenced(head))
        assert isinstance(document, Document) and not document.declined, name


def test_unusual_front_matter_is_read():
    for name, head in UNUSUAL.items():
        assert isinstance(outcome(Reader(), "x.md", fenced(head)), Document), name


def test_data_files_may_have_document_markers_and_directives():
    for name, head in DATA_FILES.items():
        assert isinstance(outcome(Reader(), "x.yaml", as_bytes(head)), Document), name


@pytest.mark.parametrize("head, reason, line, column", each(BROKEN))
def test_broken_front_matter_is_rejected_with_its_place(head, reason, line, column):
    error = outcome(Reader(), "x.md", fenced(head))
    assert isinstance(error, Unreadable)
    assert (error.reason, error.line, error.column) == (reason, line, column)
    assert error.message


@pytest.mark.parametrize("head", each(ALL))
def test_fast_way_and_authority_and_pyyaml_agree(head):
    slow = Reader(fast=False)
    assert disagreement(slow, as_bytes(head)) is None
    for ends in (b"\n", b"\r\n", b"\r"):
        assert difference(Reader(), slow, "x.md", fenced(head).replace(b"\n", ends)) is None
        assert difference(Reader(), slow, "x.yaml", as_bytes(head).replace(b"\n", ends)) is None


def test_no_case_changes_the_reading_of_another():
    """One reader remembers the blocks of all cases, forwards and backwards."""
    fast, slow = Reader(), Reader(fast=False)
    for head in [*ALL.values(), *reversed(ALL.values())]:
        assert difference(fast, slow, "x.md", fenced(head)) is None
        assert difference(fast, slow, "x.yaml", as_bytes(head)) is None


def test_the_measure_is_pyyaml():
    """What we compare with is exactly PyYAML's plain result, where its keys are text and its values can be built."""
    compared = 0
    for name, head in READABLE.items():
        try:
            plain = yaml.load(as_bytes(head), Loader=yaml.CSafeLoader)
        except (ValueError, KeyError, AttributeError, IndexError):
            continue
        if _keys_are_text(plain):
            assert repr(expected(as_bytes(head))) == repr(plain), name
            compared += 1
    assert compared > len(READABLE) * 0.9


def _keys_are_text(value: object) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_keys_are_text, value.values()))
    if isinstance(value, list):
        return all(map(_keys_are_text, value))
    return not isinstance(value, bytes)  # base64, whose text we keep
