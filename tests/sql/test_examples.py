"""The worked examples of sql/queries: their form, and their rows on the samples."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from matterhouse import sql
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.sql import examples
from matterhouse.warehouse import query
from tests.history.lines import make
from tests.warehouses import open_snapshot

REPOSITORY = Path(__file__).parents[2]
EXAMPLES = examples.examples()
HEATS = ((90, 1), (100, 2), (60, 2), (40, 3))  # of a story in the commits of a day each, and entries that it lists


def _story(heat: int, entries: int) -> str:
    related = [f"  - webUrl: https://example.org/{number}\n    title: x" for number in range(entries)]
    return "\n".join(["---", "title: Moving", f"heat: {heat}", "topics: [Tides]", "related:", *related, "---", ""])


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A snapshot of both samples, and of a blog with a title that is there twice and a value that does not fit."""
    blog = tmp_path_factory.mktemp("blog")
    for name, tag in (("one", "JavaScript"), ("two", "Javascript")):
        front = f"title: 'Same  Title'\ndate: 2001-02-03\nquality: much\nauthor: Anna\ntags: [{tag}]"
        (blog / f"{name}.md").write_text(f"---\n{front}\n---\n")
    folders = [("sample", REPOSITORY / "data" / "sample"), ("blog", REPOSITORY / "data" / "blog"), ("own", blog)]
    lines = [f"  {name}: {{uri: 'folder:{folder}'}}" for name, folder in folders]
    moving = tmp_path_factory.mktemp("moving") / "repository"
    trees = [{"_news/a.md": _story(*figures)} for figures in HEATS] + [{}] + [{"_news/a.md": _story(10, 3)}]
    # The other story is moved, which withdraws nothing.
    paths = ["_news/before.md"] * 2 + ["_news/after.md"] * len(trees)
    make(moving, [tree | {path: "---\ntitle: Moved\n---\n"} for tree, path in zip(trees, paths)])
    file = tmp_path_factory.mktemp("project") / "matterhouse.yml"
    file.write_text("\n".join(["sources:", *lines, f"  moving: {{uri: '{moving}', history: true}}", ""]))
    warehouse = tmp_path_factory.mktemp("warehouse")
    assert refresh(loading.load(file, warehouse=warehouse)).state == "loaded"
    with open_snapshot(warehouse) as opened:
        yield opened


def asked(connection: duckdb.DuckDBPyConnection, name: str, **given: str) -> list[tuple]:
    return list(query.of_example(connection, EXAMPLES[name], given).rows()[1])


def test_there_are_twenty_and_more():
    assert len(EXAMPLES) > 20 and EXAMPLES.keys() == set(sql.names("queries"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_gives_rows_with_the_columns_that_it_names(name: str, connection):
    columns, rows = query.of_example(connection, EXAMPLES[name], {}).rows()
    assert tuple(columns) == EXAMPLES[name].columns
    assert list(rows)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_parameter_is_used_and_every_one_used_is_declared(name: str, connection):
    example = EXAMPLES[name]
    statement = connection.extract_statements(example.text)[0]
    assert statement.named_parameters == {parameter.name for parameter in example.parameters}


def test_parameters_choose(connection):
    assert len(asked(connection, "latest_stories", limit="3")) == 3
    assert [row[0] for row in asked(connection, "title_search", word="SAME")] == ["own", "own"]
    assert asked(connection, "same_titles")[0] == ("Same Title", 2, ["one.md", "two.md"])
    assert asked(connection, "events_from_a_day", **{"from": "2999-01-01"}) == []
    assert ("own", "JavaScript", "Javascript", 1) in asked(connection, "near_duplicate_tags")
    months = asked(connection, "topic_by_month")
    [(topic, count, *_)] = asked(connection, "top_topics", days="100000", limit="1")
    of_topic = asked(connection, "topic_by_month", topic=f" {topic.upper()} ")
    assert sum(row[1] for row in of_topic) == count < sum(row[1] for row in months)


def test_what_moved_is_told(connection):
    assert asked(connection, "heat_half_life_by_topic") == [("Tides", 1, 1, 2.0, 100.0)]
    [(withdrawn, how, source, path, title, came_back)] = asked(connection, "stories_withdrawn")
    assert (how, source, path, title, (came_back - withdrawn).days) == ("deleted", "moving", "_news/a.md", "Moving", 1)
    [(title, count, listed, _, _, days, _)] = asked(connection, "coverage_growth")
    assert (title, count, listed, days) == ("Moving", 3, 3, 5.0)
    assert [row[2] for row in asked(connection, "heat_of_a_story")] == [90, 100, 60, 40, None, 10]
    assert asked(connection, "hottest_at_a_moment", moment="2020-09-15 00:00:00+00")[0][0] == 100
    between = {"earlier": "2020-09-14 00:00:00+00", "later": "2020-09-15 00:00:00+00"}
    assert [row[4:] for row in asked(connection, "changed_between", **between)] == [
        ("heat", "90", "100"),
        ("related_count", "1", "2"),
    ]


def test_a_parameter_that_is_not_there_or_does_not_fit_is_refused(connection):
    with pytest.raises(query.QueryRefused, match=r"latest_stories has no parameter 'limits'; known: limit"):
        asked(connection, "latest_stories", limits="3")
    with pytest.raises(query.QueryRefused, match="limit: expected BIGINT, got 'three'"):
        asked(connection, "latest_stories", limit="three")


def test_a_value_is_never_read_as_sql(connection):
    assert asked(connection, "title_search", word="' OR true --") == []


@pytest.mark.parametrize(
    "text", ["SELECT 1", "-- No question.\n-- columns: a\nSELECT 1 AS a", "-- Why?\n-- $a INT: x.\n-- columns: a"]
)
def test_a_file_that_begins_otherwise_is_refused(text: str):
    with pytest.raises(ValueError, match="sql/queries/odd.sql has to begin with a question"):
        examples._example("odd", text)


def test_the_committed_list_is_current():
    told = "run: python -m matterhouse.sql.examples > docs/queries.md"
    assert (REPOSITORY / "docs" / "queries.md").read_text("utf-8") == examples.text(), told
