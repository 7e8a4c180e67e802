"""Marts that the user declares: in DuckDB, Parquet and manifest, made anew with what they read, left out where they fail."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from matterhouse.settings.file import ConfigError
from matterhouse.warehouse import user_marts
from matterhouse.warehouse.declarations import DeclarationError
from tests.commands import matterhouse
from tests.user_tables.kitchen import RECIPES, SOUP, Kitchen

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "your-marts.md").read_text("utf-8")


def mart(name: str, query: str, *columns: str, key: str = "") -> str:
    """A file with a mart that is commented as it has to be."""
    lines = [
        f"CREATE VIEW marts.{name} AS\n{query};",
        f"COMMENT ON VIEW marts.{name} IS 'One row per thing. Key: {key or columns[0]}.';",
    ]
    return "\n".join(lines + [f"COMMENT ON COLUMN marts.{name}.{column} IS 'It.';" for column in columns])


def kitchen_with(folder: Path, **marts: str) -> Kitchen:
    kitchen = Kitchen(folder, {"recipes.sql": RECIPES})
    (folder / "marts").mkdir()
    for name, text in marts.items():
        (folder / "marts" / f"{name}.sql").write_text(text, encoding="utf-8")
    return kitchen


def newest(kitchen: Kitchen) -> Path:
    return (kitchen.warehouse / "current").resolve()


BY_SERVINGS = mart(
    "by_servings",
    "SELECT servings, count(*) AS recipe_count FROM main.recipes GROUP BY ALL",
    "servings",
    "recipe_count",
)
LARGE = mart("a_large", "SELECT servings FROM marts.by_servings WHERE servings > 2", "servings")
INGREDIENTS = mart(
    "salty", "SELECT record_id, name FROM content.recipes_ingredients WHERE name = 'salt'", "record_id", "name"
)


def test_the_example_of_the_page_does_what_it_says(tmp_path):
    [text] = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    kitchen = kitchen_with(tmp_path, long_reads=text)
    kitchen.load({"recipes/soup.md": SOUP + "\nmore: x"})
    assert kitchen.rows("FROM marts.long_reads") == []
    (tmp_path / "site" / "recipes" / "long.md").write_text(f"---\ntitle: ' Long '\n---\n{'x' * 30}\n")
    kitchen.load()
    assert kitchen.rows("SELECT collection, title, body_length FROM marts.long_reads") == [("recipes", "Long", 31)]
    told = matterhouse("describe", "marts.long_reads", cwd=tmp_path).stdout
    assert "View. One row per record that is among the three longest" in told and "Rows: 1." in told


def test_marts_read_own_tables_tables_of_content_and_each_other(tmp_path):
    kitchen = kitchen_with(tmp_path, by_servings=BY_SERVINGS, a_large=LARGE, salty=INGREDIENTS)
    assert kitchen.load({"recipes/soup.md": SOUP, "recipes/tea.md": "title: Tea\nservings: 1"}).notes == []
    assert kitchen.rows("FROM marts.by_servings ORDER BY servings") == [(1, 1), (4, 1)]
    assert kitchen.rows("FROM marts.a_large") == [(4,)]
    assert kitchen.rows("SELECT name FROM marts.salty") == [("salt",)]
    file = newest(kitchen) / "parquet" / "marts.by_servings" / "by_servings.parquet"
    assert pq.read_table(file).num_rows == 2
    assert pq.read_schema(file).field("servings").metadata[b"comment"] == b"It."


def test_a_mart_is_written_anew_only_with_what_it_reads(tmp_path):
    kitchen = kitchen_with(tmp_path, by_servings=BY_SERVINGS, salty=INGREDIENTS)
    kitchen.load({"recipes/soup.md": SOUP})
    before = {
        name: (newest(kitchen) / "parquet" / f"marts.{name}" / f"{name}.parquet").stat().st_ino
        for name in ("by_servings", "salty")
    }
    kitchen.load({"notes/one.md": "title: One"})
    after = {name: (newest(kitchen) / "parquet" / f"marts.{name}" / f"{name}.parquet").stat().st_ino for name in before}
    assert before == after
    kitchen.load({"recipes/tea.md": "title: Tea\nservings: 1"})
    assert kitchen.rows("SELECT count(*) FROM marts.by_servings") == [(2,)]
    file = newest(kitchen) / "parquet" / "marts.by_servings" / "by_servings.parquet"
    assert pq.read_table(file).num_rows == 2


def test_a_mart_that_cannot_be_made_is_left_out_and_told(tmp_path):
    broken = {
        "away": mart("away", "SELECT record_id FROM content.nothing", "record_id"),
        "huge": mart("huge", "SELECT sum(servings) AS servings FROM main.recipes", "servings"),
        "odd": mart("odd", "SELECT title::BIGINT AS title FROM main.recipes", "title"),
        "silent": "CREATE VIEW marts.silent AS SELECT title FROM main.recipes;",
        "upon": mart("upon", "SELECT title FROM marts.odd", "title"),
    }
    kitchen = kitchen_with(tmp_path, by_servings=BY_SERVINGS, **broken)
    report = kitchen.load({"recipes/soup.md": SOUP})
    told = {note.partition(":")[0]: note for note in report.notes}
    assert told.keys() == {f"marts/{name}.sql" for name in broken}
    assert "there is no table content.nothing; the mart is left out" in told["marts/away.sql"]
    assert "HUGEINT" in told["marts/huge.sql"] and "Could not convert" in told["marts/odd.sql"]
    assert "the comment must read" in told["marts/silent.sql"]
    assert (
        kitchen.rows(
            "SELECT view_name FROM duckdb_views() WHERE view_name IN ('away', 'huge', 'odd', 'silent', 'upon')"
        )
        == []
    )
    assert kitchen.rows("FROM marts.by_servings") == [(4, 1)]
    assert not (newest(kitchen) / "parquet" / "marts.odd").exists()
    assert matterhouse("describe", "marts.odd", cwd=tmp_path).returncode == 1


def test_a_mart_comes_back_with_its_table_and_goes_with_its_file(tmp_path):
    kitchen = kitchen_with(tmp_path, salty=INGREDIENTS)
    assert "content.recipes_ingredients" in kitchen.load({"recipes/tea.md": "title: Tea\nservings: 1"}).notes[0]
    assert kitchen.load({"recipes/soup.md": SOUP}).notes == []
    assert kitchen.rows("SELECT count(*) FROM marts.salty") == [(1,)]
    (tmp_path / "marts" / "salty.sql").unlink()
    assert any("marts/salty.sql changed since the last run" in note for note in kitchen.load().notes)
    assert kitchen.rows("SELECT count(*) FROM duckdb_views() WHERE view_name = 'salty'") == [(0,)]


@pytest.mark.parametrize(
    "text, told",
    [
        ("CREATE TABLE marts.a AS SELECT 1 AS x;", "expected one CREATE VIEW marts.<name>"),
        ("CREATE VIEW a AS SELECT 1 AS x;", "expected one CREATE VIEW marts.<name>"),
        ("CREATE VIEW marts.a AS SELECT 1 AS x; DROP TABLE records;", "expected one CREATE VIEW marts.<name>"),
        ("", "expected one CREATE VIEW marts.<name>"),
        ("CREATE VIEW marts.a AS SELEC 1;", "syntax error"),
        ("CREATE VIEW marts.posts_monthly AS SELECT 1 AS x;", "marts.posts_monthly is there already"),
        ("CREATE VIEW marts.a AS FROM read_csv('/etc/passwd');", "not read_csv()"),
        ("CREATE VIEW marts.a AS SELECT (SELECT count(*) FROM glob('*')) AS x;", "not glob()"),
    ],
)
def test_a_file_of_another_form_stops_the_run_before_it_reads(tmp_path, text: str, told: str):
    kitchen = kitchen_with(tmp_path, a=text)
    with pytest.raises(ConfigError, match=re.escape("marts/a.sql: ")) as refused:
        kitchen.load({"recipes/soup.md": SOUP})
    assert told in str(refused.value) and not (kitchen.warehouse / "current").exists()


def test_a_file_of_the_same_mart_and_a_name_of_a_file_are_refused(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.sql").write_text("CREATE VIEW marts.a AS SELECT 1 AS x;")
    with pytest.raises(DeclarationError, match="two.sql: marts.a is there already"):
        user_marts.read(tmp_path)
    kitchen = kitchen_with(tmp_path / "k", a=mart("a", "SELECT * FROM '/etc/passwd'", "x"))
    assert "there is no table /etc/passwd" in kitchen.load({"recipes/soup.md": SOUP}).notes[0]
