"""Any table can be browsed: filters, order, pages, its dictionary, the SQL to copy, and CSV."""

import csv
import io
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.dashboards.html import Html
from tests.warehouses import open_snapshot, rows


def page(client, query: str) -> Html:
    answer = client.get(f"/table?{query}")
    assert answer.status_code == 200, answer.text
    return Html(answer.text)


def copied(made: Html) -> str:
    """The SQL that a page shows to copy."""
    return "".join(made.texts).partition("The same in SQL")[2].partition("For matterhouse query")[0]


def csv_rows(client, query: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(f"/csv/table.csv?{query}").text)))


@pytest.fixture(scope="module")
def snapshot(family):
    with open_snapshot(family) as opened:
        yield opened


CASES = {
    "table=records": "true",
    "table=records&title~contains=ROBOT": "title ILIKE '%robot%'",
    "table=records&collection~is=news": "collection = 'news'",
    "table=records&collection~is-not=news": "collection IS DISTINCT FROM 'news'",
    "table=records&path~starts=_news/2026": "path LIKE '\\_news/2026%' ESCAPE '\\'",
    "table=records&heat~min=10": "heat >= 10",
    "table=records&heat~max=10&collection~is=news": "heat <= 10 AND collection = 'news'",
    "table=records&published_at~min=2026-01-01": "published_at >= '2026-01-01 00:00+00'",
    "table=records&is_published~is=true": "is_published",
    "table=records&provider_id~empty=1": "provider_id IS NULL",
    "table=records&provider_id~filled=1": "provider_id IS NOT NULL",
    "table=records&column=title&how=contains&value=robot": "title ILIKE '%robot%'",
    "table=records&title~contains=%27+OR+1%3D1+--": "false",
}


@pytest.mark.parametrize("query, condition", CASES.items())
def test_filters_find_the_rows_and_the_sql_to_copy_gives_the_same(of_family, snapshot, query, condition):
    expected = snapshot.execute(f"SELECT record_id FROM records WHERE {condition} ORDER BY 1").fetchall()
    assert sorted(line[0] for line in csv_rows(of_family, query)[1:]) == [record_id for (record_id,) in expected]
    made = page(of_family, query)
    assert f"{len(expected):,} row" in made.text
    assert sorted(row[0] for row in snapshot.execute(copied(made)).fetchall()) == [one for (one,) in expected]


def test_every_table_shows_its_rows_and_its_dictionary(of_family, family):
    links = Html(of_family.get("/tables").text).linked("table?table=")
    names = {dict(parse_qsl(urlsplit(link).query))["table"] for link in links}
    assert {"records", "marts.topic_daily", "raw.documents", "content.news", "meta.rejects"} <= names
    with open_snapshot(family) as snapshot:
        for name in sorted(names):
            made = page(of_family, f"table={name}")
            query = copied(made)
            found = snapshot.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
            columns = [column[0] for column in snapshot.execute(f"{query} LIMIT 0").description]
            assert f"{found:,} row" in made.text, name
            assert all(column in made.text for column in columns), name


def test_rows_are_put_in_the_order_of_a_column_and_back(of_family, family):
    by_title = "table=records&order=title&collection~is=news"
    expected = [
        title for (title,) in rows(family, "SELECT title FROM records WHERE collection = 'news' ORDER BY title")
    ]
    place = csv_rows(of_family, by_title)[0].index("title")
    assert [line[place] for line in csv_rows(of_family, by_title)[1:]] == expected
    [link] = [
        link
        for link in page(of_family, by_title).linked("order=title")
        if "descending=1" in link and "page" not in link and "csv" not in link
    ]
    turned = csv_rows(of_family, urlsplit(link).query)
    assert [line[place] for line in turned[1:]] == expected[::-1]
    [sorted_column] = [each for each in page(of_family, by_title).all("th") if "aria-sort" in each]
    assert sorted_column["aria-sort"] == "ascending"


def test_pages_are_turned_and_filters_taken_away(of_family, family):
    [(total,)] = rows(family, "SELECT count(*) FROM records")
    seen, address = [], "table=records&order=record_id&title~filled=1"
    while address:
        made = page(of_family, address)
        seen += [link for link in made.texts if len(link) == 16 and set(link) <= set("0123456789abcdef")]
        following = [each for each in made.all("a") if each.get("rel") == "next"]
        address = urlsplit(following[0]["href"]).query if following else ""
    with_title = [one for (one,) in rows(family, "SELECT record_id FROM records WHERE title IS NOT NULL ORDER BY 1")]
    assert [one for one in dict.fromkeys(seen) if one in with_title] == with_title
    [without] = [
        link for link in page(of_family, "table=records&title~filled=1").links if link == "./table?table=records"
    ]
    assert f"{total} rows" in page(of_family, urlsplit(without).query).text


def test_odd_names_of_columns_can_be_filtered(of_family, family):
    [(column,)] = rows(
        family, "SELECT column_name FROM meta.content_columns WHERE table_name = 'news' AND path LIKE '%odd%'"
    )
    found = csv_rows(of_family, f"table=content.news&{column}~contains=ODD")
    assert len(found) == 2 and "<q>odd</q>" in found[1]


def test_a_column_that_has_the_name_of_a_word_of_sql_is_one_as_any_other(of_family, family):
    query = "table=content.news&order~min=5&order~is=5&order=order"
    assert len(csv_rows(of_family, query)) == 2
    copied_rows = rows(family, copied(page(of_family, query)))
    assert copied_rows == rows(family, 'SELECT * FROM content.news WHERE "order" = 5') != []


def test_csv_holds_values_as_they_are(of_family, family):
    answer = of_family.get("/csv/table.csv?table=records&path~contains=hostile")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="records.csv"'
    [names, line] = csv.reader(io.StringIO(answer.text))
    values = dict(zip(names, line))
    assert "\u202egnp" in values["title"] and values["web_url"] == "javascript:alert(3)"
    assert int(answer.headers.get("content-length", 0) or len(answer.content)) > 0


def test_csv_of_a_list_has_all_rows_and_no_counts_of_pages(of_family, family):
    expected = rows(family, "SELECT topic FROM marts.topics_canonical GROUP BY topic")
    lines = list(csv.reader(io.StringIO(of_family.get("/csv/topics.csv").text)))
    assert lines[0] == ["topic", "documents", "first_day", "last_day"] and len(lines) - 1 == len(expected)
    empty = of_family.get("/csv/topics.csv?source=none").text
    assert empty.splitlines() == ["topic,documents,first_day,last_day"]


def test_long_values_are_shortened_on_pages_and_whole_in_files(of_family):
    made = page(of_family, "table=raw.documents")
    assert "…" in made.text and max(map(len, made.texts)) < 500
    assert max(len(value) for line in csv_rows(of_family, "table=raw.documents") for value in line) > 500
