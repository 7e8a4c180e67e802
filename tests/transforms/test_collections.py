"""matterhouse.transforms.collections: tables of single collections."""

from datetime import UTC, datetime

import pytest

from matterhouse.transforms import keys
from tests.transforms.batch import errors, id_of, rows, tables


def one(table: str, path: str, front_matter: str) -> dict:
    """The one row of a table that a document gives, without its key."""
    (row,) = tables({path: front_matter, "_news/other.md": front_matter})[table].to_dict("records")
    assert row.pop("record_id") == id_of(path)
    return row


def test_learning():
    assert one("learning", "_learning/courses/a.md", "price: 0123\nlength: 12 hours\nratings: {count: 7, average: 4}") == {
        "price": "0123", "length": "12 hours", "length_seconds": 43_200, "rating_count": 7, "rating_average": 4.0,
    }  # fmt: skip


def test_events():
    assert one("events", "_events/a.md", "startDateTime: 2024-05-01T10:00:00+02:00\nendDateTime: 2024-05-02\nwebsite: /a") == {
        "starts_at": datetime(2024, 5, 1, 8, tzinfo=UTC), "ends_at": datetime(2024, 5, 2, tzinfo=UTC), "website": "/a",
    }  # fmt: skip


def test_people():
    front_matter = """
        location: Osterwyck
        website: https://nell.example
        affiliation: {name: Forge, domain: forge.example}
        twitter: {username: NO, url: /t, followers: 1_200}
        linkedin: {url: /l}
        twitch: {url: /tw, followers: 3}
        youtube: {url: /y, subscribers: 4}
        """
    assert one("people", "_people/nell.md", front_matter) == {
        "location": "Osterwyck",
        "website": "https://nell.example",
        "affiliation_provider_id": keys.provider_id("Forge", "forge.example"),
        "twitter_username": "NO",
        "twitter_url": "/t",
        "twitter_followers": 1200,
        "linkedin_url": "/l",
        "twitch_url": "/tw",
        "twitch_followers": 3,
        "youtube_url": "/y",
        "youtube_subscribers": 4,
    }


def test_communities():
    assert one("communities", "_communities/a.md", "members: 12") == {"member_count": 12}


def test_organizations():
    path = "_data/organizations/quay.md"
    front_matter = "_id: quay\nname: Quay\ndomain: quay.example\ndescription: Boats.\notherNames: [The Quay, null, Q]"
    assert one("organizations", path, front_matter) == {
        "organization_id": "quay", "name": "Quay", "domain": "quay.example", "description": "Boats.",
    }  # fmt: skip
    of = tables({path: front_matter})
    assert rows(of["organization_names"]) == [
        (id_of(path), 0, "The Quay"),
        (id_of(path), 1, None),
        (id_of(path), 2, "Q"),
    ]
    assert rows(of["records"], "title", "excerpt") == [("Quay", "Boats.")]


TOPIC = """
    _id: fog
    name: Fog
    shortname: F
    parent: Weather
    keywords: [mist, NO]
    hashtags: [fog]
    services:
      news: /news.json
      games:
      0123: 12:30
    """


def test_topics():
    path = "_data/topics/fog.yaml"
    assert one("topics", path, TOPIC) == {"topic_id": "fog", "name": "Fog", "short_name": "F", "parent": "Weather"}
    of = tables({path: TOPIC})
    assert rows(of["topic_keywords"]) == [(id_of(path), 0, "mist"), (id_of(path), 1, "NO")]
    assert rows(of["topic_hashtags"]) == [(id_of(path), 0, "fog")]
    assert rows(of["topic_services"]) == [
        (id_of(path), "news", "/news.json"), (id_of(path), "games", None), (id_of(path), "0123", "12:30"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "services, expected, misfits",
    [
        ("", [], []),
        ("{}", [], []),
        ("/news.json", [], [("services", "/news.json")]),
        ("[news, games]", [], [("services", "(a list)")]),
        ("{news: [a], games: b}", [("news", None), ("games", "b")], [("services.news", "(a list)")]),
        ('{"": a, a.b: {c: d}}', [("", "a"), ("a.b", None)], [('services."a.b"', "(a mapping)")]),
    ],
)
def test_services_that_do_not_fit_are_reported(services, expected, misfits):
    of = tables({"_data/topics/a.yaml": "services: {x: y}", "_data/topics/b.yaml": f"_id: b\nservices: {services}"})
    assert rows(of["topic_services"], "service", "url") == [("x", "y"), *expected]
    assert errors(of) == misfits


@pytest.mark.parametrize("folder", ["_news", "_games", "_brand_new"])
def test_other_collections_have_no_table_of_their_own(folder):
    of = tables({f"{folder}/a.md": "price: 1\nmembers: 2\n_id: a\nservices: {a: b}\ntwitter: text"})
    of_one_collection = ["learning", "events", "people", "communities", "organizations", "topics", "topic_services"]
    assert not of.keys() & of_one_collection
    assert len(of["records"]) == 1 and errors(of) == []
