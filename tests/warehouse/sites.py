"""Small sites for tests: a folder of files, loaded into a warehouse."""

import os
from collections.abc import Mapping
from pathlib import Path

from matterhouse.engine.run import Report, refresh
from matterhouse.settings import loading as config
from tests.warehouses import rows


class Site:
    """A folder of documents, and the warehouse that it is loaded into."""

    def __init__(self, folder: Path):
        self.content, self.warehouse = folder / "content", folder / "warehouse"
        self.content.mkdir(parents=True)

    def load(self, files: Mapping[str, str | None], **options) -> Report:
        """Write files (front matters as text, whole files of TOML; None removes one) and run."""
        for path, front_matter in files.items():
            file = self.content / path
            if front_matter is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            before = file.stat().st_mtime_ns if file.exists() else 0
            whole = front_matter if front_matter.startswith("+++") else f"---\n{front_matter}\n---\nbody\n"
            file.write_text(whole, encoding="utf-8")
            os.utime(file, ns=(before + 1, before + 1))
        settings = config.load(None, [f"site=folder:{self.content}"], self.warehouse)
        report = refresh(settings, accept_drop=True, **options)
        assert report.error is None, report.error
        return report

    def rows(self, query: str) -> list[tuple]:
        """What a query gives."""
        return rows(self.warehouse, query)

    def types(self, table: str) -> dict[str, str]:
        """The columns of a table of schema ``content`` with their types, but those of its key."""
        columns = "FROM duckdb_columns() SELECT column_name, data_type WHERE schema_name = 'content' AND is_nullable"
        return dict(self.rows(f"{columns} AND table_name = '{table}' ORDER BY column_index"))

    def names(self) -> list[str]:
        """The tables of schema ``content``."""
        return [
            name
            for (name,) in self.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'content' ORDER BY 1")
        ]
