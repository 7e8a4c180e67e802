"""Drafts of DDL from the files of sources, without a warehouse: what ``matterhouse infer`` writes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matterhouse.engine import declared
from matterhouse.engine.validation import Validation
from matterhouse.settings.models import Settings

if TYPE_CHECKING:
    import duckdb

    from matterhouse.warehouse.drafts import Draft

_TABLES = ("records", "raw.scalars")  # which tables of content are made of


@dataclass
class Inference:
    """The tables that content would make of sources, in memory. ``clones`` is a folder for copies of repositories.

    ``files`` and ``records`` count what was read, ``unwritable`` are collections that no DDL can name.
    """

    settings: Settings
    clones: Path
    files: int = 0
    records: int = 0
    unwritable: list[str] = field(default_factory=list)

    def drafts(self) -> "list[Draft]":
        """A draft per table. Raises ``SourceUnavailable``."""
        import duckdb

        from matterhouse.warehouse.content import Content
        from matterhouse.warehouse.drafts import drafts, is_writable
        from matterhouse.warehouse.schema import create_all

        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            create_all(connection)
            self._load(connection)
            lists = declared.lists_taken(self.settings)
            content = Content(connection, True, {}, (), lists)
            content.make("", datetime.now(UTC))
            found = list(drafts(connection, content, lists))
        self.unwritable = sorted({str(each.collection) for each in found if not is_writable(each.collection)})
        return [each for each in found if is_writable(each.collection)]

    def _load(self, connection: "duckdb.DuckDBPyConnection") -> None:
        """Read the sources into the tables that content makes tables of."""
        import pyarrow as pa

        validation = Validation(self.settings, self.clones)
        for tables in validation.tables():
            for name in _TABLES:
                rows = {str(column): pa.array(values.array) for column, values in tables[name].items()}
                connection.register("batch", pa.table(rows))
                connection.execute(f"INSERT INTO {name} BY NAME FROM batch").fetchall()
                connection.unregister("batch")
        self.files, self.records = validation.files, validation.records


def of_collection(found: "list[Draft]", collection: str) -> "Iterator[Draft]":
    """The drafts of one collection; ``(none)`` is that of files in no folder."""
    from matterhouse.sql.user_tables import NO_FOLDER

    return (each for each in found if (NO_FOLDER if each.collection is None else each.collection) == collection)
