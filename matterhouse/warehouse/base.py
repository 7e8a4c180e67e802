"""The snapshot that a run builds on. Nothing of it is read before it has proved to be as it was published."""

from pathlib import Path

from matterhouse.warehouse import manifest
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import Snapshot


class Base:
    """A snapshot whose manifest is whole and whose files have the right sizes: what a run that changes nothing looks
    at.

    A run that builds on it compares checksums first: ``copy_database`` on the way, ``check_database`` and
    ``check_parquet`` by reading. That reads what the copy reads anyway, and the Parquet files, which are of about the
    same size. All of them raise ``Damaged``, as making a ``Base`` does.
    """

    def __init__(self, snapshot: Snapshot, only_database: bool = False):
        self.snapshot = snapshot
        self.manifest = snapshot.manifest()
        for described in [self.manifest["database"]] if only_database else manifest.files(self.manifest):
            manifest.check_size(self.path, described)

    @property
    def id(self) -> str:
        return self.snapshot.id

    @property
    def path(self) -> Path:
        return self.snapshot.path

    @property
    def database(self) -> Path:
        return self.snapshot.database

    @property
    def parquet(self) -> Path:
        return self.snapshot.parquet

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each published table and view."""
        return {name: table["rows"] for name, table in self.manifest["tables"].items()}

    @property
    def rows_by_source(self) -> dict[str, dict[str, int]]:
        """Rows of each table by source (``rowcounts.by_source``); none of a version that did not note them."""
        tables = self.manifest["tables"]
        return {name: table["rows_by_source"] for name, table in tables.items() if "rows_by_source" in table}

    def copy_database(self, target: Path) -> None:
        """Copy the database, and compare its checksum on the way."""
        manifest.check(self.path, self.manifest["database"], target)

    def check_database(self) -> None:
        """Compare the database with its checksum."""
        manifest.check(self.path, self.manifest["database"])

    def check_parquet(self) -> None:
        """Compare every Parquet file with its checksum."""
        for described in manifest.files(self.manifest):
            if described is not self.manifest["database"]:
                manifest.check(self.path, described)

    def checksums(self) -> dict[tuple[int, int], str]:
        """The checksums of its Parquet files by device and inode, for a snapshot that links them."""
        stats = {file["sha256"]: (self.path / file["path"]).stat() for file in manifest.files(self.manifest)}
        return {(stat.st_dev, stat.st_ino): checksum for checksum, stat in stats.items()}


__all__ = ["Base", "Damaged"]
