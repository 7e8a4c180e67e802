"""What a warehouse needs from time to time: its files proved whole, its tables looked at, its layout judged."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from matterhouse.sql import schema
from matterhouse.warehouse import opening, parquet, parts, query, recovery, rewriting, snapshots, versions
from matterhouse.warehouse.checks import Check, run_checks
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive
from matterhouse.warehouse.manifest import Damaged
from matterhouse.warehouse.snapshots import Snapshot

# Tables are made anew when their files take so many times what the same rows take when they are written anew ...
GROWTH = 1.5
# ... and so many bytes more.
BYTES_THAT_MATTER = 1_000_000
# Bytes of rows that are written together when it is tried what they take.
_BYTES_AT_A_TIME = 16_000_000


def damaged(layout: Layout) -> dict[str, list[str]]:
    """Every kept snapshot that is not as it was published -> its files that differ; reads all of them."""
    found = {}
    for snapshot in snapshots.snapshots(layout):
        files = snapshot.damaged_files()
        if files and snapshot.path.is_dir():  # a run may have retired it meanwhile
            found[snapshot.id] = files
    return found


def newer(snapshot: Snapshot) -> str | None:
    """Why a snapshot cannot be looked into, in words: a newer DuckDB wrote it; None where it can."""
    try:
        opening.connect(snapshot.database).close()
    except versions.Newer as found:
        return f"snapshot {snapshot.id} is newer: {found}"
    except duckdb.Error:  # that is for the checks to tell
        pass
    return None


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


def reason_to_compact(snapshot: Snapshot, folder: Path) -> str | None:
    """Why a snapshot's tables should be made anew from the sources, in words; None while they need not.

    Database and bulk tables are written anew in ``folder``, which is made and removed again, to see what they take
    then. That costs about as much CPU time as reading them for the checks.
    """
    for what, (taken, fresh) in sizes(snapshot, folder).items():
        if taken > GROWTH * fresh and taken > fresh + BYTES_THAT_MATTER:
            return f"{what} {taken / 1e6:,.1f} MB, and {fresh / 1e6:,.1f} MB when they are written anew"
    return None


def sizes(snapshot: Snapshot, folder: Path) -> dict[str, tuple[int, int]]:
    """Bytes that the database and the Parquet files of the bulk tables take, and those that they take when written
    anew.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        described = snapshot.manifest()["tables"].items()
        filled = [name for name, table in described if table["kind"] == "table" and table["rows"]]
        database = rewriting.bytes_when_copied(snapshot.path, filled, folder)
        files = [file for name in parquet.PARTED for file in (snapshot.parquet / name).glob("*.parquet")]
        fresh = sum(_bytes_when_joined(snapshot.parquet / name, folder) for name in parquet.PARTED)
    finally:
        shutil.rmtree(folder)
    return {
        "the database takes": (snapshot.database.stat().st_size, database),
        "the Parquet files take": (sum(file.stat().st_size for file in files), fresh),
    }


def _bytes_when_joined(table: Path, folder: Path) -> int:
    """What the parts of a bulk table take when their rows are written to one file, in groups of one size."""
    declared, file = schema.relations()[table.name], folder / "joined.parquet"
    with parquet.row_writer(declared, file) as write_rows:
        held: list[pa.Table] = []
        for rows in parts.rows_of(sorted(table.glob("*.parquet")), declared):
            held.append(rows)
            if sum(each.nbytes for each in held) > _BYTES_AT_A_TIME:
                write_rows(_joined(held))
                held = []
        if held:
            write_rows(_joined(held))
    size = file.stat().st_size
    file.unlink()
    return size


def _joined(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries()


def _rows(file: Path) -> int:
    return pq.read_metadata(file).num_rows
