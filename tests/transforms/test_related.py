"""matterhouse.transforms.related: the related articles of records, and their images."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from matterhouse.transforms import keys
from tests.transforms.batch import column, id_of, rows, story, tables

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
    (entry,) = of["related_articles"].to_dict("records")
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
    assert rows(of["related_images"]) == [
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
    assert rows(of["related_articles"], "record_id", "position", "title") == [
        (a, 0, "Fog"), (a, 1, "12:30"), (c, 0, "12:30"), (c, 1, "Fog"), (c, 2, "Fog"),
    ]  # fmt: skip
    assert rows(of["related_images"], "record_id", "position", "image_position", "url") == [
        (a, 0, 0, "fog.jpg"), (a, 0, 1, "bow.jpg"), (a, 1, 0, "tide.jpg"),
        (c, 0, 0, "tide.jpg"), (c, 1, 0, "fog.jpg"), (c, 1, 1, "bow.jpg"), (c, 2, 0, "fog.jpg"), (c, 2, 1, "bow.jpg"),
    ]  # fmt: skip


def test_a_repeated_text_is_held_once():
    of = tables({f"_news/{number}.md": "related:" + ENTRY for number in range(50)})
    texts = pa.array(of["related_articles"]["excerpt"])
    assert (len(texts), texts.dictionary.to_pylist()) == (50, ["It hums."])


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
    of = story(f"related: {related}")["related_articles"]
    assert column(of, "title") == titles
    assert column(of, "position") == list(range(len(titles)))


def test_images_of_entries_keep_their_places():
    of = story("related: [{images: []}, {images: [a, null, {url: b}]}, {images: {url: c}}, {images: }]")
    assert rows(of["related_images"], "position", "image_position", "url") == [
        (1, 0, "a"), (1, 1, None), (1, 2, "b"), (2, 0, "c"),
    ]  # fmt: skip
