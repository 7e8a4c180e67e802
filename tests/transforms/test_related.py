"""matterhouse.transforms.related: the related articles of records, and their images."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from matterhouse.transforms import keys
from matterhouse.transforms.entries import Entries
from matterhouse.transforms.tidy import tidy
from tests.transforms.batch import COVERED, column, documents, errors, id_of, listed, rows, story, tables

ENTRY = """
  - title: Fog
    excerpt: It hums.
    publishedDateTime: 2024-03-04T08:15:00+01:00
    webUrl: http://www.Coast.example/fog/?utm_source=x#top
    ampWebUrl: https://coast.example/amp
    cdnAmpWebUrl: https://cdn.example/fog
    type: article
    provider:
      name: Quay
      domain: quay.example
    quality: 84
    images:
      - url: fog.jpg
        width: 1200
        height: 675
        isCached: true
      - url: bow.jpg
"""
OTHER = "\n  - title: 12:30\n    images: [tide.jpg]\n"


def test_an_entry_with_everything():
    of = story("related:" + ENTRY)
    (entry,) = listed(of, "related_entries").to_dict("records")
    assert entry == {
        "record_id": id_of(),
        "position": 0,
        "title": "Fog",
        "excerpt": "It hums.",
        "type": "article",
        "quality": 84,
        "published_at": datetime(2024, 3, 4, 7, 15, tzinfo=UTC),
        "web_url": "http://www.Coast.example/fog/?utm_source=x#top",
        "amp_url": "https://coast.example/amp",
        "cdn_amp_url": "https://cdn.example/fog",
        "url_key": "coast.example/fog",
        "provider_id": keys.provider_id("Quay", "quay.example"),
    }
    assert rows(listed(of, "related_entry_images")) == [
        (id_of(), 0, 0, "fog.jpg", 1200, 675, None, None, True),
        (id_of(), 0, 1, "bow.jpg", None, None, None, None, None),
    ]


def test_entries_stand_wherever_they_are_listed():
    files = {
        "_news/a.md": "related:" + ENTRY + OTHER,
        "_news/b.md": "title: none",
        "_news/c.md": "related:" + OTHER + ENTRY + ENTRY,
    }
    a, c = id_of("_news/a.md"), id_of("_news/c.md")
    of = tables(files)
    assert rows(listed(of, "related_entries"), "record_id", "position", "title") == [
        (a, 0, "Fog"), (a, 1, "12:30"), (c, 0, "12:30"), (c, 1, "Fog"), (c, 2, "Fog"),
    ]  # fmt: skip
    assert rows(listed(of, "related_entry_images"), "record_id", "position", "image_position", "url") == [
        (a, 0, 0, "fog.jpg"), (a, 0, 1, "bow.jpg"), (a, 1, 0, "tide.jpg"),
        (c, 0, 0, "tide.jpg"), (c, 1, 0, "fog.jpg"), (c, 1, 1, "bow.jpg"), (c, 2, 0, "fog.jpg"), (c, 2, 1, "bow.jpg"),
    ]  # fmt: skip


def test_a_repeated_text_is_held_once():
    of = tables({f"_news/{number}.md": "related:" + ENTRY for number in range(50)})
    texts = column(of["related_entries"], "excerpt")
    assert (len(of["related_links"]), texts) == (50, ["It hums."])
    assert pa.array(of["related_links"]["entry_id"]).dictionary.to_pylist() == column(of["related_entries"], "entry_id")


ALIKE = [
    ("{title: A}", "{title: 'A'}", True),
    ("{title: A, type: b}", "{type: b, title: A}", False),
    ("{quality: 0123}", "{quality: '0123'}", False),
    ("{quality: 12}", "{quality: '12'}", False),
    ("{title: '!int\"12\"'}", "{title: 12}", False),
    ("{title: null}", "{title: 'null'}", False),
    ("{title: [a, b]}", "{title: [a b]}", False),
    ("{title: A, secured: x;y}", "{title: A}", True),
    ("{title: A, x: {secured: y}}", "{title: A, x: {}}", True),
]


@pytest.mark.parametrize("one, other, same", ALIKE)
def test_entries_are_told_apart_by_keys_values_and_types(one, other, same):
    of = tables({"_news/a.md": f"related: [{one}, {other}]", "_news/b.md": f"related: [{other}, {one}]"})
    a, b, c, d = column(of["related_links"], "entry_id")
    assert (a, b) == (d, c)
    assert (a == b) == same
    assert len(of["related_entries"]) == (1 if same else 2)


def test_with_secured_values_they_count():
    batch = documents({"_news/a.md": "related: [{title: A, secured: x;y}, {title: A}]"})
    of = tidy(batch, COVERED, entries=Entries(with_secured=True))
    assert len(of["related_entries"]) == 2


def test_later_batches_of_a_source_bring_only_new_entries_and_all_misfits():
    entries = Entries()
    shared, own = "related:\n  - quality: high\n    provider:\n      name: Quay\n", "  - title: Own\n"
    first, second = (
        tidy(documents({f"_news/{name}.md": text}), COVERED, entries=entries)
        for name, text in (("a", shared), ("b", shared + own))
    )
    assert (len(first["related_entries"]), column(second["related_entries"], "title")) == (1, ["Own"])
    assert column(second["related_links"], "entry_id")[:1] == column(first["related_entries"], "entry_id")
    assert (column(first["providers"], "name"), len(second["providers"])) == (["Quay"], 0)
    for of in (first, second):
        assert errors(of) == [("related[0].quality", "high")]


@pytest.mark.parametrize(
    "related, titles",
    [
        ("", []),
        ("[]", []),
        ("[{title: A}, null, {title: C}]", ["A", None, "C"]),
        ("[{title: A}, B, [C], {}]", ["A", None, None, None]),
        ("{title: A}", ["A"]),
        ("A", []),
        ("[A, B]", []),
    ],
)
def test_entries_keep_their_places(related, titles):
    of = listed(story(f"related: {related}"), "related_entries")
    assert column(of, "title") == titles
    assert column(of, "position") == list(range(len(titles)))


def test_images_of_entries_keep_their_places():
    of = story("related: [{images: []}, {images: [a, null, {url: b}]}, {images: {url: c}}, {images: }]")
    assert rows(listed(of, "related_entry_images"), "position", "image_position", "url") == [
        (1, 0, "a"), (1, 1, None), (1, 2, "b"), (2, 0, "c"),
    ]  # fmt: skip
