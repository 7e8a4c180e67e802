"""What a file of DDL may say, and how mistakes in it are told."""

import re
from pathlib import Path

import pytest

import matterhouse as matterhouse_package
from matterhouse.settings.file import ConfigError
from tests.commands import matterhouse
from tests.user_tables.kitchen import INGREDIENTS, RECIPES, SOUP, Kitchen
from tests.warehouses import parquet_differences

ONLY = "only CREATE TABLE and COMMENT ON TABLE or COLUMN may stand here, not"


@pytest.mark.parametrize(
    "text, line, told",
    [
        ("", 1, "no CREATE TABLE stands here"),
        (RECIPES + "ATTACH 'other.duckdb';", 13, f"{ONLY} ATTACH"),
        (RECIPES + "\nCOPY recipes TO 'out.csv';", 14, f"{ONLY} COPY"),
        ("INSTALL httpfs;\n" + RECIPES, 1, f"{ONLY} LOAD"),
        (RECIPES + "SELECT 1;", 13, f"{ONLY} SELECT"),
        (RECIPES + "DROP TABLE recipes;", 13, f"{ONLY} DROP"),
        (RECIPES + "ALTER TABLE recipes ADD COLUMN x INTEGER;", 13, f"{ONLY} ALTER TABLE"),
        (RECIPES + "CREATE TABLE more (x INTEGER);", 13, "a file declares one table"),
        ("CREATE VIEW v AS SELECT 1", 1, "only CREATE TABLE with a list of columns"),
        ("\nCREATE TABLE t AS FROM range(1000000000000)", 2, "only CREATE TABLE with a list of columns"),
        (RECIPES.replace("servings > 0", "(SELECT 1) > 0"), 1, "subqueries prohibited in CHECK"),
        (RECIPES.replace("servings > 0", "random() > 0"), 3, "volatile"),
        (RECIPES.replace("servings > 0", "servings >"), 6, "syntax error"),
        (RECIPES.replace("servings > 0", "read_text('/etc/passwd') > ''"), 6, "table function"),
        (RECIPES.replace("CREATE TABLE", "CREATE TEMP TABLE"), 3, "not a temporary one"),
        (RECIPES.replace("BIGINT", "BIGINTEGER"), 6, "Type with name BIGINTEGER does not exist"),
        (RECIPES.replace("BIGINT", "HUGEINT"), 6, "servings: front matter has no values of type HUGEINT"),
        (RECIPES.replace("BIGINT", "BIGINT UNIQUE"), 6, "a contract has NOT NULL and CHECK, not UNIQUE"),
        (RECIPES.replace("BIGINT", "BIGINT DEFAULT 3"), 6, "not from DEFAULT"),
        (RECIPES.replace(" From: title.", ""), 5, "title: which front-matter path does it come from?"),
        (RECIPES.replace("From: title", "From: secured"), 5, "values of secured are in no table"),
        (RECIPES.replace("From: title", "From: ingredients[].name"), 5, "leads to many values for a row"),
        (RECIPES.replace("From: title.", "From: title. By: magic."), 5, "there is no function magic"),
        (RECIPES.replace("-- rows: documents\n", ""), 1, "expected `-- rows: documents`"),
        (RECIPES.replace("rows: documents", "rows: code x"), 1, "expected `-- rows: documents`"),
        (RECIPES.replace("Key: record_id.", ""), 3, "expected COMMENT ON TABLE"),
        (RECIPES.replace("Key: record_id.", "Key: title."), 3, "expected a key of record_id of type VARCHAR; found title"),
        (INGREDIENTS.replace("position INTEGER", "position BIGINT"), 3, "then a position of type INTEGER"),
        (RECIPES.replace("recipes", "meta.files"), 3, "the schema meta is Matterhouse's own"),
        (RECIPES.replace("recipes", "META.dishes"), 3, "the schema META is Matterhouse's own"),
        (RECIPES.replace("recipes", "build.dishes"), 3, "the schema build would have the name of a database"),
        (RECIPES.replace("recipes", "warehouse.dishes"), 3, "the schema warehouse would have the name of a database"),
        (RECIPES.replace(" recipes", " Records").replace("-- collection: Records", ""), 3, "Matterhouse's own"),
        (RECIPES.replace(" recipes", ' "a/b"').replace('-- collection: "a/b"', ""), 3, "a name of letters, digits and _"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_file_and_line_before_anything_is_read(tmp_path, text, line, told):
    kitchen = Kitchen(tmp_path, {"one.sql": text})
    with pytest.raises(ConfigError) as raised:
        kitchen.run()
    [problem] = raised.value.problems
    assert problem.startswith(f"tables/one.sql:{line}: ")
    assert told in problem
    assert not (kitchen.warehouse / "snapshots").exists() or not list((kitchen.warehouse / "snapshots").iterdir())


def test_names_of_tables_that_a_run_makes_for_itself_are_taken(tmp_path):
    root = Path(matterhouse_package.__file__).resolve().parent
    texts = [
        file.read_text() for kind in ("*.py", "*.sql") for file in (root, root / "sql") for file in file.rglob(kind)
    ]
    found = {name for text in texts for name in re.findall(r"TEMP (?:TABLE|VIEW) (\w+)|register\(\s*\"(\w+)\"", text)}
    names = sorted({"".join(pair) for pair in found})
    assert len(names) > 15
    text = RECIPES.replace("-- collection: recipes\n", "")
    kitchen = Kitchen(tmp_path, {f"{name}.sql": text.replace("recipes", name) for name in names})
    with pytest.raises(ConfigError) as raised:
        kitchen.run()
    assert len(raised.value.problems) == len(names)
    assert all("is a table that a run makes for itself" in problem for problem in raised.value.problems)
    kitchen.declare({f"{name}.sql": text.replace("recipes", f"kitchen.{name}") for name in names})
    kitchen.load({"recipes/soup.md": SOUP})
    assert {kitchen.rows(f"SELECT title FROM kitchen.{name}")[0] for name in names} == {("Soup",)}


def test_a_column_may_have_any_name(tmp_path):
    column = '"a""b (c) -- d"'
    text = RECIPES.replace("    minutes", column).replace(".minutes", f".{column}")
    kitchen = Kitchen(tmp_path, {"recipes.sql": text})
    kitchen.load({"recipes/soup.md": SOUP + '\n"Prep Time, in minutes": 5'})
    assert kitchen.rows(f"SELECT title, {column} FROM recipes") == [("Soup", 5.0)]
    assert parquet_differences(kitchen.warehouse) == {}


def test_all_files_are_told_and_two_of_one_name_are_a_mistake(tmp_path):
    kitchen = Kitchen(tmp_path, {"a.sql": RECIPES, "b.sql": RECIPES.replace("TABLE recipes (", "TABLE Recipes (")})
    kitchen.declare({"c.sql": "SELECT 1"})
    with pytest.raises(ConfigError) as raised:
        kitchen.run()
    assert [problem.partition(":")[0] for problem in raised.value.problems] == ["tables/b.sql", "tables/c.sql"]


def test_the_command_line_tells_it_as_a_mistake_in_the_configuration(tmp_path):
    kitchen = Kitchen(tmp_path, {"one.sql": "SELECT 1", "notes.txt": "no SQL", ".hidden.sql": "no SQL"})
    for command in ("run", "validate"):
        done = matterhouse(command, cwd=kitchen.folder)
        assert (done.returncode, done.stderr) == (2, f"matterhouse: tables/one.sql:1: {ONLY} SELECT\n")


def test_validate_tells_misfits_and_breaches_without_a_warehouse(tmp_path):
    kitchen = Kitchen(tmp_path, {"recipes.sql": RECIPES})
    kitchen.write({"recipes/none.md": "servings: 0"})
    done = matterhouse("validate", cwd=kitchen.folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "site/recipes/none.md:2:1: error: title: expected a value, as recipes.title is NOT NULL, found nothing"
        " [field_error]",
        "site/recipes/none.md:2:11: error: servings: expected what recipes demands: CHECK (servings > 0), found 0"
        " [field_error]",
    ]


def test_tables_are_those_beside_a_configuration_file_or_of_a_folder_that_is_named(tmp_path):
    kitchen = Kitchen(tmp_path / "with", {"recipes.sql": RECIPES})
    kitchen.write({"recipes/soup.md": SOUP})
    (kitchen.folder / "matterhouse.yml").unlink()
    source = ("--source", f"site=folder:{kitchen.folder / 'site'}")
    for flags, there in (((), []), (("--tables", "tables"), [("Soup",)])):
        done = matterhouse("run", *source, *flags, cwd=kitchen.folder)
        assert (done.returncode, done.stderr) == (0, "")
        names = "FROM duckdb_tables() SELECT table_name WHERE table_name = 'recipes' AND schema_name = 'main'"
        assert kitchen.rows("SELECT title FROM recipes" if kitchen.rows(names) else "FROM records WHERE false") == there
    done = matterhouse("run", *source, "--tables", "elsewhere", cwd=kitchen.folder)
    assert done.returncode == 2
    told = f"tables: found {kitchen.folder / 'elsewhere'}; expected a folder that is there"
    assert done.stderr == f"matterhouse: {told}\n"


def test_describe_check_and_rejects_know_them(tmp_path):
    kitchen = Kitchen(tmp_path, {"recipes.sql": RECIPES})
    kitchen.load({"recipes/soup.md": SOUP, "recipes/none.md": "title: None\nservings: 0"})
    assert "| servings | BIGINT | For how many people. From: servings, serves. |" in (
        matterhouse("describe", "recipes", cwd=kitchen.folder).stdout
    )
    assert matterhouse("check", cwd=kitchen.folder).returncode == 0
    told = matterhouse("rejects", "--all", cwd=kitchen.folder).stdout
    assert "site: recipes/none.md:3  servings\n    expected what recipes demands: CHECK (servings > 0), found 0" in told
