"""Pages show what the snapshot holds, for any site, and take nothing that content says for HTML."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from matterhouse.dashboards.app import application
from matterhouse.dashboards.links import external
from matterhouse.dashboards.site import PAGES
from tests.dashboards.conftest import HOSTILE_TITLE
from tests.dashboards.html import Html
from tests.warehouses import rows

MAIN = ["", "topics", "providers", "documents", "content", "quality", "tables"]
SHOWN_TITLE = HOSTILE_TITLE.replace("\u202e", "\ufffd")


def page(client, address: str) -> Html:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.text)
    return Html(answer.text)


def hostile(family) -> str:
    [(record_id,)] = rows(family, "SELECT record_id FROM records WHERE path LIKE '%hostile.md'")
    return record_id


@pytest.fixture(scope="module")
def crawled(of_family, of_blog) -> dict[str, Html]:
    """Every main page of both warehouses, and the first three of each kind that they lead to."""
    found: dict[str, Html] = {}
    for client, name in ((of_family, "family"), (of_blog, "blog")):
        kinds: dict[str, int] = {}
        waiting = [f"/{each}" for each in MAIN]
        while waiting:
            address = waiting.pop(0)
            if f"{name} {address}" in found:
                continue
            found[f"{name} {address}"] = made = page(client, address)
            for link in made.links:
                target = urljoin(f"http://localhost{address}", link)
                kind = urlsplit(target).path
                if target.startswith("http://localhost") and kind[1:] in PAGES and kinds.setdefault(kind, 0) < 3:
                    kinds[kind] += 1
                    waiting.append(target.removeprefix("http://localhost").partition("#")[0])
    return found


def test_every_kind_of_page_is_reached_by_links(crawled):
    assert {urlsplit(name.partition(" ")[2]).path[1:] for name in crawled} == set(PAGES)


def test_pages_say_which_snapshot_they_show(crawled, family):
    current = (family / "current").resolve().name
    for name, made in crawled.items():
        if name.startswith("family"):
            assert current in made.text and "published 20" in made.text, name


def test_nothing_is_inline_or_from_elsewhere(crawled):
    for name, made in crawled.items():
        assert not made.all("style") and not made.all("iframe") and not made.all("img"), name
        assert all(each.get("src", "").startswith(("./static/", "../static/")) for each in made.all("script")), name
        assert all(each["href"].startswith("./static/") for each in made.all("link")), name
        for tag, attributes in made.tags:
            assert not [key for key in attributes if key == "style" or key.startswith("on")], (name, tag, attributes)


def test_ids_are_there_once_and_what_refers_to_them_finds_them(crawled):
    for name, made in crawled.items():
        ids = [attributes["id"] for _, attributes in made.tags if "id" in attributes]
        assert len(ids) == len(set(ids)), name
        assert {link[1:] for link in made.links if link.startswith("#")} <= set(ids), name


def test_links_that_content_gives_are_http_and_say_nothing_of_us(crawled):
    outside = [link for made in crawled.values() for link in made.all("a") if not link["href"].startswith((".", "#"))]
    assert len(outside) > 5
    for link in outside:
        assert urlsplit(link["href"]).scheme in ("http", "https"), link
        assert {"noopener", "noreferrer"} <= set(link["rel"].split()), link


def test_every_chart_has_its_table_and_its_csv(crawled):
    charts = 0
    for name, made in crawled.items():
        figures = len(made.all("figure"))
        charts += figures
        points = [each for tag, each in made.tags if tag == "td" and "data-value" in each]
        assert figures == 0 or points, name
        assert len(made.linked("csv/published.csv") + made.linked("csv/document_related.csv")) >= figures, name
    assert charts > 5


def test_hostile_content_stays_text(of_family, family):
    made = page(of_family, f"/document?record={hostile(family)}")
    assert SHOWN_TITLE in made.text
    for words in ("<iframe src='https://evil.example'></iframe>", "<b>bold</b>", "<script>related</script>",
                  "<em>Provider</em>", "<s>picture</s>", "<u>hot</u>", "<i>Eve</i> 'x'", "<q>odd</q>"):  # fmt: skip
        assert words in made.text, words
    assert not [link for link in made.links if link.lower().startswith(("javascript", "vbscript", "data"))]
    assert "https://r.example/1" in made.links and not made.linked("evil.example")
    assert {"script", "b", "em", "i", "u", "s", "q"} & {tag for tag, _ in made.tags} == {"script"}
    assert len(made.all("script")) == 2
    assert all("<" not in each.get("lang", "") for _, each in made.tags)


def test_hostile_names_lead_to_their_pages(of_family, family):
    made = page(of_family, f"/document?record={hostile(family)}")
    for link in [*made.linked("topic?"), *made.linked("provider?"), *made.linked("author=")]:
        assert (
            SHOWN_TITLE in page(of_family, f"/{link.removeprefix('./')}").text
            or "r.example" in page(of_family, link).text
        )


@pytest.mark.parametrize(
    "address, expected",
    [
        ("https://a.example/x?y=1&z=<", None),
        (" https://a.example/x?y=1&z=2#f ", "https://a.example/x?y=1&z=2#f"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("https:alert(1)", None),
        ("https://", None),
        ("//a.example", None),
        ("/about/", None),
        ("data:text/html,x", None),
        ('https://a.example/" onclick="', None),
        ("https://[", None),
        (None, None),
        (7, None),
    ],
)
def test_only_web_addresses_become_links(address, expected):
    assert external(address) == expected


FILTERS = {
    "source=sample": "source = 'sample'",
    "source=other": "false",
    "collection=learning": "collection = 'learning'",
    "from=2026-01-01": "published_at >= '2026-01-01 00:00+00'",
    "to=2025-12-31": "published_at < '2026-01-01 00:00+00'",
    "from=2026-07-01&to=2026-07-07": "published_at >= '2026-07-01 00:00+00' AND published_at < '2026-07-08 00:00+00'",
    "topic=Workshops": "record_id IN (SELECT record_id FROM record_topics WHERE lower(trim(topic)) = 'workshops')",
    "topic=+WORKSHOPS": "record_id IN (SELECT record_id FROM record_topics WHERE lower(trim(topic)) = 'workshops')",
    "topic=Ferries&collection=news": "collection = 'news' AND record_id IN"
    " (SELECT record_id FROM record_topics WHERE lower(trim(topic)) = 'ferries')",
    "search=ROBOT&collection=news": "collection = 'news' AND title ILIKE '%robot%'",
}


@pytest.mark.parametrize("query, condition", FILTERS.items())
def test_filters_let_through_what_they_say(of_family, family, query, condition):
    [(expected,)] = rows(family, f"SELECT count(*) FROM records WHERE is_removed IS NOT TRUE AND {condition}")
    lines = of_family.get(f"/csv/documents.csv?{query}").text.splitlines()
    assert len(lines) - 1 == expected
    shown = page(of_family, f"/documents?{query}")
    assert len(shown.linked("document?record=")) == min(expected, 50)
    if "search" not in query:
        told = re.search(r"Documents ([\d,]+)", page(of_family, f"/content?{query}").text.partition(" Show ")[2])
        assert told and told[1] == f"{expected:,}"


def test_a_language_is_a_filter_where_there_are_several(of_blog, blog):
    [(french,)] = rows(blog, "SELECT count(*) FROM records WHERE language = 'fr'")
    assert len(page(of_blog, "/documents?language=fr").linked("document?record=")) == french > 0


def test_filters_stay_when_going_to_another_page(of_blog):
    made = page(of_blog, "/?language=fr&from=2024-01-01")
    for name in MAIN:
        assert f"./{name}?language=fr&from=2024-01-01" in made.links


@pytest.mark.parametrize(
    "address, status, words",
    [
        ("/?from=yesterday", 400, "from: expected a day"),
        ("/?from=2026-02-01&to=2026-01-01", 400, "lies after"),
        ("/documents?page=0", 400, "page: expected a whole number"),
        (f"/documents?page={'0' * 11}1{'9' * 20}", 400, "page: expected a whole number"),
        (f"/table?table=records&page={'0' * 11}1{'9' * 5000}", 400, "page: expected a whole number"),
        ("/documents?page=9999", 404, "There is no page 9,999"),
        ("/providers?sort=name", 400, "sort: expected documents or cited"),
        (f"/?topic={'x' * 501}", 400, "at most 500"),
        ("/topic?topic=Nobody", 404, "has the topic 'Nobody'"),
        ("/topic", 404, "has the topic None"),
        ("/provider?provider=%3Cb%3E", 404, "no provider '<b>'"),
        ("/document?record=0", 404, "no document '0'"),
        ("/table?table=secret", 404, "no table 'secret'"),
        ("/table?table=records&order=nothing", 400, "no column 'nothing'"),
        ("/table?table=records&weight~min=heavy", 400, "heavy"),
        ("/table?table=records&weight~like=1", 400, "expected one of"),
        ("/csv/nothing.csv", 404, "no list 'nothing'"),
        ("/csv/macros%2Fscope.csv", 404, "no such page"),
        ("/nothing/at/all", 404, "no such page"),
        ("/static/../app.py", 404, "no such page"),
        ("/static/%2e%2e/app.py", 404, "no such page"),
    ],
)
def test_what_makes_no_sense_is_said_in_words(of_family, address, status, words):
    answer = of_family.get(address)
    made = Html(answer.text)
    assert (answer.status_code, words in made.text) == (status, True), made.text
    home = urljoin(str(answer.url), made.links[-1])
    assert home == "http://localhost/"


def test_nothing_can_be_changed(of_family):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(of_family, method)("/").status_code == 405
    assert of_family.head("/").status_code == 200


def test_answers_forbid_everything_that_is_not_needed(of_family):
    for address in ("/", "/nothing", "/static/dashboard.css", "/csv/topics.csv", "/?from=x"):
        headers = of_family.get(address).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; ") and "unsafe" not in str(headers)
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_a_mistake_of_ours_has_the_same_headers_and_tells_nothing(blog, monkeypatch):
    monkeypatch.setitem(PAGES, "topics", lambda look: 1 / 0)
    with TestClient(application(blog), base_url="http://localhost", raise_server_exceptions=False) as client:
        answer = client.get("/topics")
        assert answer.status_code == 500 and "division" not in answer.text
        assert answer.headers["content-security-policy"] == client.get("/").headers["content-security-policy"]


def test_another_host_name_is_refused(of_family):
    """A page of strangers whose name leads to 127.0.0.1 must not read the dashboard."""
    assert of_family.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_a_blog_has_as_good_an_overview_as_the_news(of_blog):
    made = page(of_blog, "/")
    assert made.text.count("10 documents") and "Maren Vosk" in made.text and "Providers" in made.text
    assert len(made.all("figure")) == 1 and made.linked("author=Maren") and made.linked("topic?topic=ferry")
    assert made.linked("documents?") and "posts" in made.text


def test_what_is_new_is_told(of_family, of_blog, family):
    made = page(of_family, "/")
    assert "brought 1 new document" in made.text
    assert SHOWN_TITLE in made.text.partition("New in this snapshot")[2].partition("Published last")[0]
    assert "This is the first snapshot" in page(of_blog, "/").text


def test_rejects_are_shown_with_their_lines(of_family, family):
    made = page(of_family, "/quality")
    found = rows(family, "SELECT path, line FROM meta.rejects")
    assert found and all(f"{path}:{line}" in made.text for path, line in found)
    assert "heat a whole number" in made.text and "soundscape.url" in made.text
    for (name,) in rows(family, "SELECT DISTINCT name FROM meta.checks"):
        assert name in made.text
