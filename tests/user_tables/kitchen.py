"""A small site of recipes for tests of tables that the user declares: content, configuration, tables, warehouse."""

import os
from collections.abc import Mapping
from pathlib import Path

from matterhouse.engine.run import Report, refresh
from matterhouse.settings import loading as config
from tests.warehouses import rows

RECIPES = """\
-- rows: documents
-- collection: recipes
CREATE TABLE recipes (
    record_id VARCHAR NOT NULL,
    title     VARCHAR NOT NULL,
    servings  BIGINT CHECK (servings > 0),
    minutes   DOUBLE
);
COMMENT ON TABLE recipes IS 'One row per recipe. Key: record_id.';
COMMENT ON COLUMN recipes.title IS 'Its name. From: title.';
COMMENT ON COLUMN recipes.servings IS 'For how many people. From: servings, serves.';
COMMENT ON COLUMN recipes.minutes IS 'Minutes that it takes. From: "Prep Time, in minutes".';
"""
INGREDIENTS = """\
-- rows: items of ingredients
-- collection: recipes
CREATE TABLE kitchen.ingredients (record_id VARCHAR, position INTEGER, name VARCHAR, amount DOUBLE, recipe VARCHAR);
COMMENT ON TABLE kitchen.ingredients IS 'One row per ingredient of a recipe. Key: record_id, position.';
COMMENT ON COLUMN kitchen.ingredients.name IS 'From: ingredients[].name.';
COMMENT ON COLUMN kitchen.ingredients.amount IS 'From: ingredients[].amount.';
COMMENT ON COLUMN kitchen.ingredients.recipe IS 'From: title.';
"""
SOUP = "title: Soup\nservings: 4\ningredients:\n- {name: salt, amount: 1}\n- {name: water, amount: 2.5}"


class Kitchen:
    """A folder with a configuration, ``tables`` beside it, and one source per name in ``sources``."""

    def __init__(self, folder: Path, tables: Mapping[str, str], sources: tuple[str, ...] = ("site",)):
        self.folder, self.warehouse, self._sources = folder, folder / "warehouse", sources
        for name in sources:
            (folder / name).mkdir(parents=True)
        given = "".join(f'  {name}: {{uri: "folder:{name}"}}\n' for name in sources)
        (folder / "matterhouse.yml").write_text(f"sources:\n{given}", encoding="utf-8")
        self.declare(tables)

    def declare(self, tables: Mapping[str, str | None]) -> None:
        """Write files of the folder ``tables``; None removes one."""
        (self.folder / "tables").mkdir(exist_ok=True)
        for name, text in tables.items():
            file = self.folder / "tables" / name
            if text is None:
                file.unlink()
            else:
                file.write_text(text, encoding="utf-8")

    def write(self, files: Mapping[str, str | None], source: str = "") -> None:
        """Write files of a source, front matters as text; None removes one."""
        for path, front_matter in files.items():
            file = self.folder / (source or self._sources[0]) / path
            if front_matter is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.stat().st_mtime_ns if file.exists() else 0
            file.write_text(f"---\n{front_matter}\n---\nbody\n", encoding="utf-8")
            os.utime(file, ns=(before + 1, before + 1))

    def run(self, **options) -> Report:
        """Run, whatever comes of it."""
        return refresh(config.load(self.folder / "matterhouse.yml"), **options)

    def load(self, files: Mapping[str, str | None] | None = None, source: str = "", **options) -> Report:
        """Write files and run; the run has to publish or to find nothing changed."""
        self.write(files or {}, source)
        report = self.run(**options)
        assert report.error is None, report.error
        return report

    def rows(self, query: str) -> list[tuple]:
        """What a query gives."""
        return rows(self.warehouse, query)

    def errors(self) -> list[tuple]:
        """Path, line, field, value and table of each row of ``meta.field_errors``."""
        return self.rows("FROM meta.field_errors SELECT path, line, field, value, table_name ORDER BY ALL")
