"""The example of docs/your-tables.md, as it stands there."""

import re
from pathlib import Path

from tests.commands import matterhouse
from tests.user_tables.kitchen import Kitchen

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "your-tables.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_does_what_the_page_says(tmp_path):
    soup, air = (text for language, text in BLOCKS if language == "yaml")
    recipes, ingredients = (text for language, text in BLOCKS if language == "sql")
    [told] = [text for language, text in BLOCKS if language == "text"]
    kitchen = Kitchen(tmp_path, {"recipes.sql": recipes, "ingredients.sql": ingredients})
    kitchen.load({"recipes/soup.md": soup.strip(), "recipes/air.md": air.strip()})
    assert kitchen.rows("FROM recipes SELECT title, servings") == [("Soup", 4)]
    assert kitchen.rows("FROM kitchen.ingredients SELECT name, amount ORDER BY position") == [
        ("salt", 1.0),
        ("water", 2.5),
    ]
    assert told in matterhouse("rejects", "--all", cwd=tmp_path).stdout


def test_the_commands_of_the_page_are_there(tmp_path):
    kitchen = Kitchen(tmp_path, {}, ("news",))
    kitchen.write({"recipes/soup.md": BLOCKS[0][1].strip()})
    [commands] = [text for language, text in BLOCKS if language == "console"]
    for line in commands.strip().splitlines():
        command = line.removeprefix("$ matterhouse ").partition("#")[0].split()
        assert matterhouse(*command, cwd=tmp_path).returncode == 0
    drafted = sorted(file.name for file in (tmp_path / "tables").iterdir())
    assert drafted == ["recipes.sql", "recipes_ingredients.sql"]
