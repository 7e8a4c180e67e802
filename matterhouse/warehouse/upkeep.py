"""What a warehouse needs from time to time: its files proved whole, its tables looked at, its layout judged."""

from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq

from matterhouse.sql import schema
from matterhouse.warehouse import query, recovery, snapshots
from matterhouse.warehouse.checks import Check, run_checks
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import Snapshot

# A database that takes this many times the bytes per document that a fresh one took is laid out anew ...
GROWTH = 1.5
# ... if it is so large that it matters.
SMALL_BYTES = 20_000_000


def damaged(layout: Layout) -> dict[str, list[str]]:
    """Every kept snapshot that is not as it was published -> its files that differ; reads all of them."""
    found = {}
    for snapshot in snapshots.snapshots(layout):
        files = snapshot.damaged_files()
        if files and snapshot.path.is_dir():  # a run may have retired it meanwhile
            found[snapshot.id] = files
    return found


def set_aside(layout: Layout, damaged: Mapping[str, list[str]], notes: list[str]) -> None:
    """Move damaged snapshots out of the way, but the one that readers have. Raises
    ``matterhouse.warehouse.lock.Locked``.
    """
    with exclusive(layout):
        pointed = snapshots.current(layout).id
        for snapshot in snapshots.snapshots(layout):
            if snapshot.id in damaged and snapshot.id != pointed:
                recovery.set_aside(layout, snapshot, Damaged(", ".join(damaged[snapshot.id])), notes)


def retire(layout: Layout, keep: int, grace_hours: float, notes: list[str]) -> list[str]:
    """Remove the snapshots that nothing keeps; their ids. Raises ``matterhouse.warehouse.lock.Locked``."""
    with exclusive(layout):
        snapshots.tidy_up(layout, notes)
        return snapshots.retire(layout, keep, grace_hours, notes)


def deep_checks(snapshot: Snapshot) -> list[Check]:
    """All the checks of ``sql/checks``, on a snapshot as readers have it."""
    with query.locked_in(snapshot.database) as connection:
        return run_checks(connection)


def miscounted(snapshot: Snapshot) -> list[str]:
    """A sentence per table of which DuckDB file, Parquet files and manifest do not have equally many rows."""
    in_database_only = {name for name, table in schema.relations().items() if not table.in_parquet}
    described = snapshot.manifest()["tables"]
    told = []
    with query.locked_in(snapshot.database) as connection:
        for name in sorted(described):
            [in_database] = connection.execute(f"SELECT count(*) FROM {schema.sql_name(name)}").fetchall()[0]
            in_manifest = described[name]["rows"]
            in_parquet = sum(_rows(snapshot.path / file["path"]) for file in described[name]["files"])
            in_parquet = in_database if name in in_database_only else in_parquet
            if not in_database == in_parquet == in_manifest:
                told.append(
                    f"{name}: {in_database:,} rows in DuckDB, {in_parquet:,} in Parquet, {in_manifest:,} by manifest"
                )
    return told


def reason_to_compact(snapshot: Snapshot) -> str | None:
    """Why a snapshot's tables should be made anew from the sources, in words; None while they need not."""
    manifest = snapshot.manifest()
    fresh = manifest.get("compacted")
    documents, size = manifest["tables"]["raw.documents"]["rows"], manifest["database"]["bytes"]
    if not fresh or not fresh["documents"] or not documents or size < SMALL_BYTES:
        return None
    growth = (size / documents) / (fresh["bytes"] / fresh["documents"])
    if growth < GROWTH:
        return None
    return f"the database takes {growth:.1f} times the bytes per document that it took in {fresh['snapshot']}"


def _rows(file: Path) -> int:
    return pq.read_metadata(file).num_rows
