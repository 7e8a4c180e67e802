"""matterhouse.transforms.records: what every document has, whatever its collection."""

from datetime import UTC, datetime

import pytest

from matterhouse.sources.files import blob_id
from tests.transforms.batch import FIRST_SEEN, LAST_CHANGED, column, errors, id_of, numbered, rows, story, tables

FULL = b"""---
title: Fog at sea
excerpt: It hums.
type: article
category: news
layout: story
taxonomy: topic
publishedDateTime: 2024-03-04T07:15:00Z
webUrl: https://www.coast.example/fog/?utm_source=mail
originalUrl: https://quay.example/fog
ampWebUrl: https://coast.example/fog/amp
cdnAmpWebUrl: https://cdn.example/fog
quality: 84
heat: -3
published: true
removed: no
secured: c2VjcmV0
featuredContent: <b>Fog</b>
---
Two lines \xe2\x80\x94
here.
"""


EVERYTHING = {
    "record_id": id_of("_news/2024-03-04-fog.md"),
    "source": "coast",
    "collection": "news",
    "path": "_news/2024-03-04-fog.md",
    "item_position": None,
    "slug": "fog",
    "title": "Fog at sea",
    "excerpt": "It hums.",
    "description": None,
    "type": "article",
    "category": "news",
    "layout": "story",
    "taxonomy": "topic",
    "length": None,
    "length_seconds": None,
    "published_at": datetime(2024, 3, 4, 7, 15, tzinfo=UTC),
    "updated_at": None,
    "language": None,
    "is_draft": None,
    "weight": None,
    "url": None,
    "web_url": "https://www.coast.example/fog/?utm_source=mail",
    "original_url": "https://quay.example/fog",
    "amp_url": "https://coast.example/fog/amp",
    "cdn_amp_url": "https://cdn.example/fog",
    "url_key": "coast.example/fog",
    "quality": 84,
    "heat": -3,
    "is_published": True,
    "is_removed": False,
    "is_secured": True,
    "is_secured_valid": False,
    "featured_content": "<b>Fog</b>",
    "provider_id": None,
    "body_length": len("Two lines — here.\n"),
    "content_hash": blob_id(FULL),
    "first_seen_at": FIRST_SEEN,
    "last_changed_at": LAST_CHANGED,
}


def test_a_record_with_everything():
    records = tables({"_news/2024-03-04-fog.md": FULL})["records"]
    assert dict(zip(records.columns, *rows(records))) == EVERYTHING


def test_an_empty_front_matter_is_a_record_all_the_same():
    of = tables({"_news/a.md": "", "_news/b.md": "{}"})
    assert rows(of["records"], "slug", "title", "is_secured", "body_length") == [
        ("a", None, False, 0),
        ("b", None, False, 0),
    ]


ORIGINS = [
    ("title", "title: Fog\nname: Nell", "Fog"),
    ("title", "name: Nell", "Nell"),
    ("title", "title:\nname: Nell", "Nell"),
    ("title", 'title: ""\nname: Nell', ""),
    ("title", "title: [Fog]\nname: Nell", "Nell"),
    ("excerpt", "excerpt: A\nbio: B\ndescription: C", "A"),
    ("excerpt", "bio: B\ndescription: C", "B"),
    ("excerpt", "description: C", "C"),
    ("is_secured", "secured: c2VjcmV0", True),
    ("is_secured", 'secured: ""', True),
    ("is_secured", "secured: {a: b}", True),
    ("is_secured", "secured:", False),
    ("is_secured_valid", "secured: c2VjcmV0;AAAAAAAAAAAAAAAAAAAAAA==", True),
    ("is_secured_valid", "secured: c2VjcmV0;AAAA", False),
    ("is_secured_valid", "secured: ;AAAAAAAAAAAAAAAAAAAAAA==", False),
    ("is_secured_valid", "secured: c2Vjc*V0;AAAAAAAAAAAAAAAAAAAAAA==", False),
    ("is_secured_valid", "secured: geheim€;AAAAAAAAAAAAAAAAAAAAAA==", False),
    ("is_secured_valid", "secured: {a: b}", False),
    ("is_secured_valid", "secured:", None),
    ("url_key", "webUrl: https://a.example/x\noriginalUrl: https://b.example/y", "a.example/x"),
    ("url_key", "originalUrl: https://b.example/y", "b.example/y"),
    ("url_key", "webUrl: /x\noriginalUrl: https://b.example/y", "b.example/y"),
    ("url_key", 'webUrl: ""', None),
    ("web_url", 'webUrl: ""', ""),
]


@pytest.fixture(scope="module")
def origins():
    return tables(numbered(front_matter for _, front_matter, _ in ORIGINS))["records"]


@pytest.mark.parametrize(
    "number, name, front_matter, expected", [(number, *case) for number, case in enumerate(ORIGINS)]
)
def test_where_a_value_comes_from(number, name, front_matter, expected, origins):
    assert column(origins, name)[number] == expected


def test_a_data_file_has_no_body():
    assert column(tables({"_data/topics/a.yaml": "name: Fog"})["records"], "body_length") == [None]


def test_a_body_is_counted_in_characters():
    assert column(tables({"_news/a.md": "---\ntitle: Fog\n---\n霧 🦋".encode()})["records"], "body_length") == [3]


def test_images():
    of = story("""
        images:
          - url: fog.jpg
            width: 1200
            height: "675"
            title: Fog
            attribution: Nell
            isCached: yes
          - plain.jpg
          -
          - width: 50
        """)
    assert rows(of["record_images"]) == [
        (id_of(), 0, "fog.jpg", 1200, 675, "Fog", "Nell", True),
        (id_of(), 1, "plain.jpg", None, None, None, None, None),
        (id_of(), 2, None, None, None, None, None, None),
        (id_of(), 3, None, 50, None, None, None, None),
    ]


def test_a_single_image_is_a_list_of_one():
    of = tables({"_news/a.md": "images:\n  url: fog.jpg", "_news/b.md": "images: fog.jpg"})
    assert rows(of["record_images"], "position", "url") == [(0, "fog.jpg"), (0, "fog.jpg")]


def test_actions():
    of = story("actions:\n  - type: view\n    title: Open\n    attribution: Forge\n    url: /hat\n  - {}\n")
    assert rows(of["record_actions"]) == [
        (id_of(), 0, "view", "Open", "Forge", "/hat"),
        (id_of(), 1, None, None, None, None),
    ]


@pytest.mark.parametrize(
    "table, name, field",
    [
        ("record_topics", "topic", "topics"),
        ("learning_levels", "level", "levels"),
        ("learning_items", "item_path", "items"),
    ],
)
def test_lists_of_texts_belong_to_records_of_any_collection(table, name, field):
    of = tables({"_news/a.md": f"{field}: [b, NO, b]", "_learning/b.md": f"{field}: [x]"})
    assert rows(of[table], "record_id", "position", name) == [
        (id_of("_news/a.md"), 0, "b"),
        (id_of("_news/a.md"), 1, "NO"),
        (id_of("_news/a.md"), 2, "b"),
        (id_of("_learning/b.md"), 0, "x"),
    ]


def test_a_list_that_is_no_list_of_texts_keeps_the_places_of_its_items():
    of = story("topics: [AI, {a: b}, [c], X]")
    assert errors(of) == [("topics[1]", "(a mapping)"), ("topics[2]", "(a list)")]
    assert rows(of["record_topics"], "position", "topic") == [(0, "AI"), (1, None), (2, None), (3, "X")]
