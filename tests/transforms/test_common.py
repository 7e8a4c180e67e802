"""The columns and tables that documents of every generator fill: dates, language, drafts, tags, authors, aliases."""

from datetime import UTC, datetime

import pytest

from tests.transforms.batch import column, errors, rows, story, tables


def record(front_matter: str, *names: str, path: str = "content/posts/hello.md") -> tuple:
    """Some columns of the record of one document."""
    return rows(tables({path: front_matter})["records"], *names)[0]


@pytest.mark.parametrize(
    ("front_matter", "day"),
    [
        ("date: 2014-03-12", (2014, 3, 12)),
        ("date: 2014-03-12 10:00:00 -0500", (2014, 3, 12, 15)),
        ("pubDate: Jul 08 2022", (2022, 7, 8)),
        ("publishDate: 2022-07-08T10:00:00+02:00", (2022, 7, 8, 8)),
        ("date: Tue, 09 Jun 2020 10:00:00 +0200", (2020, 6, 9, 8)),
        ("created: '[[2024-05-06]]'", (2024, 5, 6)),
        ("published: 2021-04-17", (2021, 4, 17)),
        ("date: 9 June 2020 9:30 pm", (2020, 6, 9, 21, 30)),
        ("date: 01/31/2020", (2020, 1, 31)),
        ("date: 31/01/2020", (2020, 1, 31)),
        ("path: 2015/05/15/Rust-1.0", (2015, 5, 15)),
        ("permalink: /2015/05/15/hello/\nurl: /hello/", (2015, 5, 15)),
        ("publishedDateTime: 2020-01-01\ndate: 2021-01-01", (2020, 1, 1)),
    ],
)
def test_published_at_is_the_first_usual_name_that_holds_a_date(front_matter: str, day: tuple):
    assert record(front_matter, "published_at") == (datetime(*day, tzinfo=UTC),)
    assert errors(story(front_matter)) == []


def test_published_at_is_the_date_of_the_name_where_the_front_matter_has_none():
    assert record("title: A", "published_at", path="_posts/2018-04-11-a.md") == (datetime(2018, 4, 11, tzinfo=UTC),)


def test_a_date_that_is_none_is_an_error_and_the_next_name_counts():
    of = story("date: 2020-16-04\ncreated: 2020-04-16")
    assert column(of["records"], "published_at") == [datetime(2020, 4, 16, tzinfo=UTC)]
    assert rows(of["meta.field_errors"], "field", "value", "expected") == [("date", "2020-16-04", "a date and time")]


def test_published_is_a_flag_or_a_date():
    assert record("published: true", "is_published", "published_at") == (True, None)
    assert record("published: 2021-04-17", "is_published", "published_at") == (None, datetime(2021, 4, 17, tzinfo=UTC))


@pytest.mark.parametrize("name", ["lastmod", "updated", "last_modified_at", '"ms.date"'])
def test_updated_at_comes_from_the_usual_names(name: str):
    assert record(f"{name}: 01/31/2020", "updated_at") == (datetime(2020, 1, 31, tzinfo=UTC),)


def test_updated_at_of_a_nested_name():
    assert record("ms: {date: 2020-01-31}", "updated_at") == (datetime(2020, 1, 31, tzinfo=UTC),)


def test_what_the_front_matter_says_goes_before_what_the_path_says():
    path = "content/fr/posts/2020-01-02-bonjour.md"
    names = ("slug", "language", "is_draft", "url", "weight", "description")
    assert record("title: A", *names, path=path) == ("bonjour", "fr", None, None, None, None)
    said = "slug: Web/API/Window\nlang: en\ndraft: true\npermalink: /hello/\nweight: 3\ndescription: Why."
    assert record(said, *names, path=path) == ("Web/API/Window", "en", True, "/hello/", 3.0, "Why.")


def test_an_address_without_a_date_is_no_misfit():
    of = story("permalink: /about/\npath: about")
    assert (column(of["records"], "published_at"), column(of["records"], "url")) == (
        [datetime(2025, 1, 2, tzinfo=UTC)],
        ["/about/"],
    )
    assert errors(of) == []


def test_a_permalink_that_is_switched_off_is_no_address():
    assert record("permalink: false", "url") == (None,)


def test_of_a_list_of_types_the_first_is_kept_and_the_rest_reported():
    of = story("type: [talk, note, idea]")
    assert column(of["records"], "type") == ["talk"]
    assert errors(of) == [("type", "note, idea")]


def test_topics_say_which_list_they_stand_in():
    of = story("tags: [rust, web]\ncategories: Announcements\nkeywords: a, b,c")
    assert rows(of["record_topics"], "position", "field", "topic") == [
        (0, "tags", "rust"),
        (1, "tags", "web"),
        (2, "categories", "Announcements"),
        (3, "keywords", "a"),
        (4, "keywords", "b"),
        (5, "keywords", "c"),
    ]


def test_nested_categories_are_laid_open():
    of = story("categories: [[Sports, Baseball], [News]]")
    assert column(of["record_topics"], "topic") == ["Sports", "Baseball", "News"]


def test_a_topic_with_a_comma_stays_whole():
    assert column(story("topics: Arts, Crafts")["record_topics"], "topic") == ["Arts, Crafts"]


def test_keywords_of_a_taxonomy_of_topics_are_its_own():
    of = tables({"_data/topics/a.yaml": "keywords: [fog, tide]"})
    assert column(of["topic_keywords"], "keyword") == ["fog", "tide"]
    assert len(of["record_topics"]) == 0


@pytest.mark.parametrize(
    ("front_matter", "expected"),
    [
        ("author: Jane Doe", [(0, "author", "Jane Doe", None)]),
        ("authors: [jane, {name: Joe, url: https://joe.example}]", [
            (0, "authors", "jane", None), (1, "authors", "Joe", "https://joe.example"),
        ]),
        ("author: {name: Joe, website: joe.example, email: joe@example.org}", [(0, "author", "Joe", "joe.example")]),
        ("authors: [a]\nauthor: b", [(0, "authors", "a", None), (1, "author", "b", None)]),
    ],
)  # fmt: skip
def test_authors_are_texts_or_mappings(front_matter: str, expected: list[tuple]):
    assert rows(story(front_matter)["record_authors"], "position", "field", "name", "url") == expected


def test_aliases_and_redirects():
    of = story("aliases: /old/, /older/\nredirect_from:\n  - /oldest/")
    assert rows(of["record_aliases"], "field", "alias") == [
        ("aliases", "/old/"), ("aliases", "/older/"), ("redirect_from", "/oldest/"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        "Tue Jun 09 2020 10:00:00 GMT+0200 (CEST)",
        "Jun 9 2020 10:00 GMT+2",
        "9 June 2020 10:00 +02:00",
        "2020/06/09 10:00:00 +0200",
    ],
)
def test_a_zone_is_never_dropped(written: str):
    assert record(f"date: {written}", "published_at") == (datetime(2020, 6, 9, 8, tzinfo=UTC),)


@pytest.mark.parametrize("written", ["2020-06-09 10:00:00 Europe/Berlin", "2020/06/31", "soon"])
def test_a_date_that_cannot_be_read_is_an_error(written: str):
    assert errors(story(f"date: {written}")) == [("date", written)]


def test_zola_keeps_its_tags_under_taxonomies():
    of = story("taxonomies: {tags: [fog], categories: [sea]}")
    assert rows(of["record_topics"], "field", "topic") == [("tags", "fog"), ("categories", "sea")]


def test_updates_as_astro_and_docusaurus_write_them():
    assert record("updatedDate: Jul 08 2022", "updated_at") == (datetime(2022, 7, 8, tzinfo=UTC),)
    assert record("last_update: {date: 2022-07-08}", "updated_at") == (datetime(2022, 7, 8, tzinfo=UTC),)
