"""Drafts of DDL: loading with an unchanged draft gives the tables of content that are there without one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.commands import matterhouse
from tests.shared import REAL_SITES, real_site
from tests.user_tables.kitchen import SOUP, Kitchen
from tests.warehouse.test_content_of_any_site import DOCUMENTS, written
from tests.warehouses import TIMES, content_tables, differences, rows, rows_that_differ

ROOT = Path(__file__).resolve().parents[2]
# What tells of the runs, or that paths have a declared table now.
OTHERWISE = {"meta.drift", "meta.document_drift"}

MISFITS = "SELECT path, field, expected, value FROM meta.field_errors"


def same_with_and_without_drafts(site: Path, folder: Path) -> list[str]:
    """Load a site without and with drafts of it; the names of the tables that were drafted."""
    source = ("--source", f"site=folder:{site}")
    for command in (
        ("run", "--quiet", *source, "--warehouse", "without"),
        ("infer", f"site=folder:{site}", "--output", "tables"),
        ("run", "--quiet", *source, "--warehouse", "with", "--tables", "tables"),
    ):
        done = matterhouse(*command, cwd=folder)
        assert done.returncode == 0, done.stderr
    one, other = folder / "without", folder / "with"
    tables, drafted = content_tables(one), content_tables(other)
    assert columns(tables) == columns(drafted)
    found = differences(one, other, without=TIMES)
    described_otherwise = {name for name, table in drafted.items() if "declared_in" in table}
    assert found.keys() - OTHERWISE - {"meta.field_errors"} <= described_otherwise
    told, told_with_drafts = (set(rows(warehouse, MISFITS)) for warehouse in (one, other))
    assert told <= told_with_drafts
    assert {value for *_, value in told_with_drafts - told} <= {"(a mapping)"}, "where a draft says that texts stand"
    assert rows_apart(one, other, tables) == {}
    return sorted(described_otherwise)


def columns(tables: dict[str, dict]) -> dict[str, list[tuple]]:
    return {
        name: [(column["name"], column["type"], column["not_null"]) for column in table["columns"]]
        for name, table in tables.items()
    }


def rows_apart(one: Path, other: Path, tables: dict[str, dict]) -> dict[str, int]:
    return {name: count for name in tables if (count := rows_that_differ(one, other, f'content."{name[8:]}"'))}


@pytest.mark.parametrize("name", ["blog", "sample"])
def test_an_unchanged_draft_changes_no_table_of_a_site_in_data(tmp_path, name):
    assert same_with_and_without_drafts(ROOT / "data" / name, tmp_path) != []


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL_SITES)
def test_an_unchanged_draft_changes_no_table_of_a_real_site(tmp_path, name):
    assert same_with_and_without_drafts(real_site(name, tmp_path), tmp_path) != []


@pytest.mark.slow
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(documents=DOCUMENTS)
def test_an_unchanged_draft_changes_no_table_of_any_site(tmp_path_factory, documents):
    folder = tmp_path_factory.mktemp("any")
    kitchen = Kitchen(folder, {})
    kitchen.write(written(documents))
    same_with_and_without_drafts(folder / "site", folder)


def two_posts(site: Path, sorts: str, others: str) -> None:
    """A site whose two posts have ``sorts`` of different shapes."""
    (site / "posts").mkdir(parents=True)
    for name, value in (("a", sorts), ("b", others)):
        (site / "posts" / f"{name}.md").write_text(f"---\nsorts: {value}\n---\n")


@pytest.mark.parametrize("item", ["{'!!': 1}", "[{'!!': 1}, x]"])
def test_a_mapping_among_texts_that_has_no_column_has_no_row_with_a_draft_either(tmp_path, item):
    two_posts(tmp_path / "site", "[s, t]", item)
    assert "content.posts_sorts" in same_with_and_without_drafts(tmp_path / "site", tmp_path)


@pytest.mark.parametrize("item", ["s", "{k: s}", "[[[s]]]", "[s, {k: s}]"])
def test_what_stands_for_a_list_of_lists_is_in_its_table_alone(tmp_path, item):
    two_posts(tmp_path / "site", "[[s, {k: t}], [u]]", item)
    assert "content.posts_sorts" in same_with_and_without_drafts(tmp_path / "site", tmp_path)
    assert "content.posts_other" not in content_tables(tmp_path / "with")


def test_a_draft_holds_what_was_found(tmp_path):
    kitchen = Kitchen(tmp_path, {})
    kitchen.write({"recipes/soup.md": f'{SOUP}\n"Page Type, it\'s": x', "recipes/pie.md": "title: Pie\nservings: 2"})
    done = matterhouse("infer", "site", "--collection", "recipes", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr == "2 files with 2 records: 2 drafts.\n"
    assert "    servings       BIGINT,           -- in 2 of 2 documents (100.0%), such as 2\n" in done.stdout
    assert (
        """COMMENT ON COLUMN content.recipes.page_type_it_s IS 'As the front matter has it. From: "Page Type, it''s".';"""
        in (done.stdout)
    )


def test_drafts_are_written_over_nothing_unless_forced(tmp_path):
    kitchen = Kitchen(tmp_path, {})
    kitchen.write({"recipes/soup.md": SOUP})
    command = ("infer", "site", "--output", "tables")
    assert matterhouse(*command, cwd=tmp_path).returncode == 0
    draft = tmp_path / "tables" / "recipes.sql"
    text = draft.read_text()
    draft.write_text("-- mine")
    (tmp_path / "tables" / "recipes_ingredients.sql").unlink()
    done = matterhouse(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "matterhouse: tables/recipes.sql is there already, nothing was written; --force writes over such files\n"
    )
    assert draft.read_text() == "-- mine"
    assert not (tmp_path / "tables" / "recipes_ingredients.sql").exists()
    assert matterhouse(*command, "--force", cwd=tmp_path).returncode == 0
    assert draft.read_text() == text


def test_a_collection_that_is_not_there_is_told_with_those_that_are(tmp_path):
    kitchen = Kitchen(tmp_path, {})
    kitchen.write({"recipes/soup.md": SOUP, "a.md": "x: 1"})
    done = matterhouse("infer", "site", "--collection", "soups", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no collection 'soups'; there are: (none), recipes" in done.stderr


def test_a_draft_keeps_its_types_when_content_changes(tmp_path):
    kitchen = Kitchen(tmp_path, {})
    kitchen.write({"recipes/soup.md": SOUP, "a.md": "x: 1"})
    assert matterhouse("infer", "site", "--output", "tables", cwd=tmp_path).returncode == 0
    kitchen.load({"recipes/soup.md": f"{SOUP}\nnew: 1", "a.md": "x: one"})
    assert kitchen.rows("FROM content.root SELECT x") == [(None,)]
    assert kitchen.errors() == [("a.md", 2, "x", "one", None)]
    assert kitchen.rows("FROM content.recipes_other SELECT path, value") == [("new", "1")]
    assert kitchen.rows("FROM meta.drift SELECT field") == [("new",)]
