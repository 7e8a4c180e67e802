"""Mutation fuzz: damaged documents are read the same both ways, or rejected; nothing else happens."""

import os
from collections.abc import Callable

import pytest

from matterhouse.reading import blocks
from matterhouse.reading.envelope import Envelope, open_envelope
from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from tests.reading.mutants import mutants, seeds
from tests.reading.oracle import difference, disagreement, fenced, identical, line_by_line, outcome

QUICK, MANY = 2_000, 200_000


@pytest.fixture(autouse=True)
def few_are_read_by_columns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(blocks, "FEW_ALIKE", 1)


def test_all_seeds_are_read_before_they_are_changed():
    for head in seeds():
        assert isinstance(outcome(Reader(), "x.md", fenced(head)), Document), head


def test_mutants(record_property):
    survey(QUICK, 1, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])  # two processes may share them
def test_many_mutants(record_property, half):
    """MATTERHOUSE_MUTANTS says how many, MATTERHOUSE_SEED which ones."""
    survey(
        int(os.environ.get("MATTERHOUSE_MUTANTS") or MANY) // 2,
        int(os.environ.get("MATTERHOUSE_SEED") or 2) + half,
        record_property,
    )


def survey(count: int, seed: int, record_property: Callable[[str, object], None]) -> None:
    """One reader sees all mutants, so that what it remembers of one may spoil another; one reads their lists by
    columns.
    """
    fast, slow, ahead = Reader(), Reader(fast=False), Reader()
    ahead.prepare(list(mutants(seed, count)))
    accepted = rejected = 0
    for number, content in enumerate(mutants(seed, count)):
        mutant = f"mutant {number} of seed {seed}: {content!r}"
        envelope = line_by_line(content)
        assert enveloped(content) == envelope, mutant
        assert difference(fast, slow, "x.md", content) is None, mutant
        if envelope and number % 4 == 0:
            assert disagreement(slow, envelope.head) is None, mutant
            assert difference(fast, slow, "x.yaml", envelope.head.rstrip(b"\n")) is None, mutant
        read = outcome(fast, "x.md", content)
        prepared = outcome(ahead, "x.md", content)
        assert type(prepared) is type(read), mutant
        if isinstance(read, Document):
            # What is read by columns may do without PyYAML where one by one does not: with a comment that begins an entry.
            assert identical(prepared.record, read.record) and prepared.declined <= read.declined, mutant
            assert prepared._replace(record=None, declined=None) == read._replace(record=None, declined=None), mutant
        accepted += isinstance(read, Document) and not read.declined
        rejected += isinstance(read, Unreadable)
    record_property("accepted", accepted)
    record_property("rejected", rejected)
    print(f"{count:,} mutants, {accepted:,} read the fast way, {rejected:,} rejected")
    assert count / 5 < accepted < count


def enveloped(content: bytes) -> Envelope | None:
    try:
        return open_envelope("x.md", content)
    except Unreadable as error:
        assert error.reason == "unclosed" or content.startswith((b"\xff\xfe", b"\xfe\xff"))
        return None
