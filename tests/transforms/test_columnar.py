"""Tables are the same, cell by cell, whether the entries of ``related`` were read by columns or one by one."""

import pyarrow as pa
import pytest

from matterhouse.reading import blocks
from matterhouse.reading.reader import Document, Reader
from matterhouse.reading.sheets import Block
from matterhouse.transforms import raw
from matterhouse.transforms.drift import tree_of
from matterhouse.transforms.entries import Entries
from matterhouse.transforms.tidy import Tables, documents_frame, tidy
from tests.reading.oracle import fenced, outcome
from tests.reading.test_columnar import WRITTEN
from tests.transforms.batch import COVERED, read

# A place of an entry for each type of column, and some that no table has or that are of another shape there.
PLACES = [
    *("title: ?", "quality: ?", "publishedDateTime: ?", "webUrl: ?", "unknown: ?", "title:\n      deep: ?"),
    *("provider:\n      name: ?", "provider: ?", "provider:\n      name: a\n      domain: ?", "secured: ?"),
    *("images: ?", "images:\n      - url: ?\n      - url: b", "images:\n      - width: ?\n        isCached: true"),
    *("images:\n      - isCached: ?", "images:\n      - other: ?", "images:\n      url: ?"),
    *("provider:\n      secured: ?\n      name: b", "images:\n      - secured: ?\n        url: c"),
]


@pytest.fixture(autouse=True)
def few_are_read_by_columns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(blocks, "FEW_ALIKE", 1)


def files(places: list[str]) -> dict[str, bytes]:
    """Two documents for each place, which list every written value there: those that the strict reader takes, and the
    others. The last entry of each is listed twice.
    """
    found = {}
    for number, place in enumerate(places):
        entries = [f"  - type: t\n    {place.replace('?', value)}\n" for value in WRITTEN if value.strip()]
        of_kind: dict[bool | None, list[str]] = {}
        for entry in entries:
            of_kind.setdefault(_is_usual(entry), []).append(entry)
        for is_usual in (True, False):
            listed = [*of_kind[is_usual], of_kind[is_usual][-1]]
            found[f"_news/{number}-{is_usual}.md"] = fenced(f"title: A\nrelated:\n{''.join(listed)}topics:\n  - T")
    return found


def _is_usual(entry: str) -> bool | None:
    """Whether the strict reader takes an entry; None for what nobody reads."""
    document = outcome(Reader(), "x.md", fenced(f"related:\n{entry}"))
    return not document.declined if isinstance(document, Document) else None


def tables(reader: Reader, contents: dict[str, bytes], publish_secured: bool) -> Tables:
    documents = read(contents, reader)
    entries = Entries(publish_secured)
    of_documents = raw.Documents(publish_secured).frame(documents)
    return {"raw.documents": of_documents} | tidy(documents_frame(documents), COVERED, entries=entries)


def content(of: Tables) -> dict[str, list]:
    """The rows of each table, in an order of their own: entries may lie in any."""
    return {name: sorted(map(repr, _arrow(frame).to_pylist())) for name, frame in of.items()}


def _arrow(frame) -> pa.Table:
    return pa.table({name: pa.array(frame[name]) for name in frame})


@pytest.mark.parametrize("publish_secured", [False, True])
def test_every_value_at_every_place(publish_secured: bool):
    contents = files(PLACES)
    ahead = Reader()
    ahead.prepare(list(contents.values()))
    by_columns = tables(ahead, contents, publish_secured)
    one_by_one = content(tables(Reader(), contents, publish_secured))
    assert content(by_columns) == one_by_one
    assert len(one_by_one["related_entries"]) > 1_000 and len(one_by_one["meta.field_errors"]) > 200
    assert {name for name, rows in one_by_one.items() if rows} >= {"related_entry_images", "meta.document_drift"}


def test_blocks_are_among_the_entries():
    contents = files(PLACES[:4])
    ahead = Reader()
    ahead.prepare(list(contents.values()))
    entries = [entry for document in read(contents, ahead) for entry in (document["record"] or {}).get("related", ())]
    types = [type(entry) for entry in entries]
    assert types.count(Block) > 200 and types.count(dict) > 50


def test_batches_share_blocks():
    """What a later batch gives is what the first left out, misfits at every place included."""
    contents = files(PLACES[:8])
    halves = [dict(list(contents.items())[begin::2]) for begin in (0, 1)]
    found = []
    for ahead in (True, False):
        reader, entries = Reader(), Entries()
        if ahead:
            reader.prepare(list(contents.values()))
        batches = [documents_frame(read(half, reader)) for half in (*halves, halves[0])]
        found.append([content(tidy(batch, tree_of([]), entries=entries)) for batch in batches])
    assert found[0] == found[1]
    assert found[0][2]["related_entries"] == [] and found[0][2]["meta.field_errors"]
