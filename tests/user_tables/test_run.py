"""Tables that the user declares, in a run: their rows, misfits, contracts, and what a change of them does."""

import json

import pytest

from tests.user_tables.kitchen import INGREDIENTS, RECIPES, SOUP, Kitchen
from tests.warehouses import TIMES, differences, parquet_differences

BOTH = {"recipes.sql": RECIPES, "ingredients.sql": INGREDIENTS}


@pytest.fixture
def kitchen(tmp_path):
    return Kitchen(tmp_path / "der Küche", BOTH)


def described(kitchen: Kitchen, name: str) -> dict:
    return json.loads((kitchen.warehouse / "current" / "manifest.json").read_text())["tables"][name]


def test_they_are_in_the_database_parquet_and_the_manifest(kitchen):
    kitchen.load({"recipes/soup.md": SOUP, "recipes/air.md": 'title: Air\n"Prep Time, in minutes": 0.5'})
    assert kitchen.rows("FROM recipes SELECT title, servings, minutes ORDER BY title") == [
        ("Air", None, 0.5),
        ("Soup", 4, None),
    ]
    assert kitchen.rows("FROM kitchen.ingredients SELECT position, name, amount, recipe ORDER BY ALL") == [
        (0, "salt", 1.0, "Soup"),
        (1, "water", 2.5, "Soup"),
    ]
    assert parquet_differences(kitchen.warehouse) == {}
    assert list((kitchen.warehouse / "current" / "parquet" / "kitchen.ingredients").glob("*.parquet"))
    table = described(kitchen, "recipes")
    assert (table["rows"], table["declared_in"]) == (2, "tables/recipes.sql")
    assert table["columns"][1] == {
        "name": "title",
        "type": "VARCHAR",
        "not_null": True,
        "comment": "Its name. From: title.",
    }
    comments = "FROM duckdb_columns() SELECT comment WHERE table_name = 'recipes' AND column_name = 'servings'"
    assert kitchen.rows(comments) == [("For how many people. From: servings, serves.",)]


def test_what_they_cover_is_no_drift_and_in_no_table_of_content(kitchen):
    report = kitchen.load({"recipes/soup.md": f"{SOUP}\nextra: 1", "posts/a.md": "servings: 4"})
    assert report.drift == {"posts": ["servings"], "recipes": ["extra"]}
    assert kitchen.rows("FROM meta.drift SELECT field, documents ORDER BY field") == [("extra", 1), ("servings", 1)]
    assert kitchen.rows("FROM content.recipes SELECT * EXCLUDE record_id") == [(1,)]
    assert kitchen.rows("FROM content.posts SELECT servings") == [(4,)]
    assert kitchen.rows("FROM duckdb_tables() SELECT table_name WHERE table_name LIKE 'recipes_%'") == []


def test_misfits_and_breaches_are_told_with_their_line_and_cost_no_record(kitchen):
    kitchen.load(
        {
            "recipes/many.md": "title: Many\nservings: many",
            "recipes/none.md": "title: None\n\nservings: 0",
            "recipes/untitled.md": "servings: 1",
            "recipes/odd.md": "title: [a, b]\ningredients:\n- {name: x, amount: much}\n- salt",
        }
    )
    assert kitchen.errors() == [
        ("recipes/many.md", 3, "servings", "many", None),
        ("recipes/none.md", 4, "servings", "0", "recipes"),
        ("recipes/odd.md", 2, "title", "(a list)", "recipes"),
        ("recipes/odd.md", 4, "ingredients[0].amount", "much", None),
        ("recipes/odd.md", 5, "ingredients[1]", "salt", None),
        ("recipes/untitled.md", 2, "title", None, "recipes"),
    ]
    assert kitchen.rows("FROM recipes SELECT title, servings") == [("Many", None)]
    assert kitchen.rows("FROM kitchen.ingredients SELECT position, name, amount ORDER BY ALL") == [
        (0, "x", None),
        (1, None, None),
    ]
    assert kitchen.rows("SELECT count(*) FROM records") == [(4,)]


def test_a_word_in_the_comment_makes_breaches_stop_the_run(kitchen):
    strict = RECIPES.replace("One row per recipe.", "One row per recipe. Breaches stop the run.")
    kitchen.declare({"recipes.sql": strict})
    kitchen.load({"recipes/soup.md": SOUP})
    kitchen.write({"recipes/none.md": "title: None\nservings: 0", "recipes/many.md": "title: Many\nservings: many"})
    report = kitchen.run()
    assert report.state == "failed"
    assert report.error == (
        "nothing was published, the contract of a table is broken: site: recipes/none.md:3: servings:"
        " expected what recipes demands: CHECK (servings > 0), found 0"
    )
    assert kitchen.rows("SELECT count(*) FROM records") == [(1,)]
    kitchen.load({"recipes/none.md": "title: None\nservings: 1"})
    assert kitchen.rows("SELECT title FROM recipes ORDER BY title") == [("Many",), ("None",), ("Soup",)]


def test_small_loads_of_two_sources_give_what_a_full_one_gives(tmp_path):
    steps, whole = (Kitchen(tmp_path / name, BOTH, ("home", "pub")) for name in ("steps", "whole"))
    steps.load({"recipes/soup.md": SOUP, "recipes/pie.md": "title: Pie\nservings: 2"})
    steps.load({"recipes/soup.md": SOUP}, source="pub")
    steps.load({"recipes/pie.md": "title: Pie\nservings: two"})
    assert [error[2] for error in steps.errors()] == ["servings"]
    steps.load({"recipes/pie.md": "title: Pie\nservings: -2"})
    assert [error[4] for error in steps.errors()] == ["recipes"]
    steps.load({"recipes/pie.md": "title: Pie\nservings: 3", "recipes/soup.md": f"{SOUP}\n- pepper\nextra: 1"})
    steps.load({"recipes/soup.md": None}, source="pub", accept_drop=True)
    whole.load({"recipes/pie.md": "title: Pie\nservings: 3", "recipes/soup.md": f"{SOUP}\n- pepper\nextra: 1"})
    assert differences(steps.warehouse, whole.warehouse, without=TIMES | {"modified_ns"}) == {}
    for name in ("recipes", "kitchen.ingredients"):
        found = [each.rows(f"FROM {name} ORDER BY ALL") for each in (steps, whole)]
        assert found[0] == found[1] != []
    assert parquet_differences(steps.warehouse) == {}


def test_a_file_that_came_changed_or_went_makes_the_tables_anew_and_is_told_in_a_line(kitchen):
    files = {f"recipes/{number}.md": f"title: Soup {number}\nservings: 4" for number in range(30)}
    kitchen.load(files)
    assert kitchen.run().state == "unchanged"
    kitchen.declare({"recipes.sql": RECIPES.replace("minutes   DOUBLE", "minutes   BIGINT"), "ingredients.sql": None})
    report = kitchen.load()
    told = "tables/ingredients.sql, tables/recipes.sql changed since the last run, so all tables are made anew"
    assert report.notes == [told]
    assert "kitchen.ingredients" not in report.rows
    kitchen.declare({"recipes.sql": None})  # 30 rows less, which is no loss of content
    assert kitchen.load().notes == ["tables/recipes.sql changed since the last run, so all tables are made anew"]
    assert kitchen.rows("FROM content.recipes SELECT DISTINCT servings") == [(4,)]
    assert kitchen.run().state == "unchanged"


def test_a_table_loses_its_rows_no_more_suddenly_than_those_of_matterhouse(kitchen):
    kitchen.load({f"recipes/{number}.md": f"title: Soup {number}" for number in range(30)})
    kitchen.write({f"recipes/{number}.md": "servings: 1" for number in range(30)})
    assert "recipes of site would go from 30 to 0 rows" in str(kitchen.run().error)
    kitchen.load(accept_drop=True)


def test_keys_of_mappings_lists_in_lists_and_several_lists(tmp_path):
    ports = """-- rows: keys of services
    CREATE TABLE ports (record_id VARCHAR, service VARCHAR, port INTEGER);
    COMMENT ON TABLE ports IS 'One row per service. Key: record_id, service.';
    COMMENT ON COLUMN ports.port IS 'From: services.*.port.';"""
    sizes = """-- rows: items of gallery[].sizes
    CREATE TABLE sizes (record_id VARCHAR, photo INTEGER, position INTEGER, size BIGINT, src VARCHAR);
    COMMENT ON TABLE sizes IS 'One row per size. Key: record_id, photo, position.';
    COMMENT ON COLUMN sizes.size IS 'From: gallery[].sizes[].';
    COMMENT ON COLUMN sizes.src IS 'From: gallery[].src.';"""
    people = """-- rows: items of cooks, guests
    -- split at commas: guests
    CREATE TABLE staff (record_id VARCHAR, position INTEGER, field VARCHAR, name VARCHAR);
    COMMENT ON TABLE staff IS 'One row per person. Key: record_id, position.';
    COMMENT ON COLUMN staff.name IS 'From: cooks[], guests[].';"""
    kitchen = Kitchen(tmp_path, {"ports.sql": ports, "sizes.sql": sizes, "people.sql": people})
    kitchen.load(
        {
            "a.md": "services: {www.example: {port: 80}, mail: {port: 9999999999}, none: }",
            "b.md": "gallery: [{src: x, sizes: [1, 2]}, {src: y, sizes: 3}]\ncooks: [A, B]\nguests: C, D",
        }
    )
    assert kitchen.rows("FROM ports SELECT service, port ORDER BY ALL") == [
        ("mail", None),
        ("none", None),
        ("www.example", 80),
    ]
    assert kitchen.rows("FROM sizes SELECT photo, position, size, src ORDER BY ALL") == [
        (0, 0, 1, "x"),
        (0, 1, 2, "x"),
        (1, 0, 3, "y"),
    ]
    assert kitchen.rows("FROM staff SELECT position, field, name ORDER BY ALL") == [
        (0, "cooks", "A"),
        (1, "cooks", "B"),
        (2, "guests", "C"),
        (3, "guests", "D"),
    ]
    assert kitchen.errors() == [("a.md", 2, "services.mail.port", "9999999999", None)]
    assert kitchen.rows("FROM meta.checks SELECT name WHERE offending_rows > 0") == []


def test_a_check_that_cannot_be_computed_is_broken(tmp_path):
    table = RECIPES.replace("(servings > 0)", "(CAST(title AS INTEGER) > 0)")
    kitchen = Kitchen(tmp_path, {"recipes.sql": table})
    kitchen.load({"recipes/a.md": "title: Soup", "recipes/b.md": 'title: "7"'})
    assert kitchen.rows("SELECT title FROM recipes") == [("7",)]


def test_a_table_of_documents_in_content_takes_its_collection_over(tmp_path):
    table = RECIPES.replace("recipes (", "content.recipes (").replace(" recipes", " content.recipes")
    table = table.replace("content.content", "content").replace(
        "-- collection: content.recipes", "-- collection: recipes"
    )
    kitchen = Kitchen(tmp_path, {"recipes.sql": table})
    kitchen.load({"recipes/soup.md": f"{SOUP}\nextra: 1\nauthors: [{{name: A, mood: good}}]", "posts/a.md": "title: A"})
    tables = "FROM duckdb_tables() SELECT table_name WHERE schema_name = 'content' ORDER BY ALL"
    names = [("posts",), ("recipes",), ("recipes_authors",), ("recipes_other",)]
    assert kitchen.rows(tables) == names
    assert kitchen.rows("FROM content.recipes_other SELECT path, positions, value ORDER BY ALL") == [
        ("extra", [], "1"),
        ("ingredients[].amount", [0], "1"),
        ("ingredients[].amount", [1], "2.5"),
        ("ingredients[].name", [0], "salt"),
        ("ingredients[].name", [1], "water"),
    ]
    kitchen.load({"recipes/soup.md": "title: Soup\nservings: 4", "posts/b.md": "title: B"})
    assert kitchen.rows(tables) == names[:2]
    assert kitchen.rows("FROM content.recipes SELECT title, servings") == [("Soup", 4)]


def test_a_name_in_content_that_is_taken_leaves_content_another_one(tmp_path):
    table = RECIPES.replace("recipes (", "content.posts (").replace(" recipes", " content.posts")
    table = table.replace("-- collection: content.posts", "-- collection: recipes")
    kitchen = Kitchen(tmp_path, {"recipes.sql": table})
    kitchen.load({"recipes/soup.md": SOUP, "posts/a.md": "title: A"})
    assert kitchen.rows("FROM content.posts SELECT title, servings") == [("Soup", 4)]
    assert kitchen.rows("FROM content.posts_2 SELECT title") == [("A",)]
    kitchen.load({"posts/a.md": "title: B"})
    assert kitchen.rows("FROM content.posts_2 SELECT title") == [("B",)]


def test_a_declared_type_stays_whatever_the_content_holds(tmp_path):
    kitchen = Kitchen(tmp_path, {"recipes.sql": RECIPES})
    kitchen.load({"recipes/soup.md": SOUP})
    kitchen.load({"recipes/pie.md": "title: Pie\nservings: two"})
    types = "FROM duckdb_columns() SELECT data_type WHERE table_name = 'recipes' AND column_name = 'servings'"
    assert kitchen.rows(types) == [("BIGINT",)]
    assert kitchen.rows("FROM meta.schema_changes") == []
