"""``matterhouse path``, ``snapshots`` and ``rollback``."""

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matterhouse.cli.options import AsJson, Config, SnapshotId, Warehouse, layout_of
from matterhouse.cli.terminal import complain, moment, say, say_json, size, table

if TYPE_CHECKING:
    from matterhouse.warehouse.snapshots import Snapshot


def path(
    config: Config = None,
    warehouse: Warehouse = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Print the folder of the Parquet files.")] = False,
    database: Annotated[bool, typer.Option("--database", help="Print the DuckDB file.")] = False,
) -> None:
    """Print where the current snapshot is, for scripts.

    A snapshot never changes: resolve it once and read everything from it.
    """
    from matterhouse.warehouse.snapshots import current

    if parquet and database:
        raise typer.BadParameter("name --parquet or --database, not both")
    snapshot = current(layout_of(config, warehouse))
    place = snapshot.parquet if parquet else snapshot.database if database else snapshot.path
    if sys.stdout.isatty():
        say(place)
    else:
        sys.stdout.buffer.write(os.fsencode(place) + b"\n")


def snapshots(config: Config = None, warehouse: Warehouse = None, as_json: AsJson = False) -> None:
    """List the snapshots that are kept, the newest first."""
    from matterhouse.warehouse import snapshots as kept

    layout = layout_of(config, warehouse)
    current = kept.current(layout)
    found = [described(snapshot, snapshot == current) for snapshot in reversed(kept.snapshots(layout))]
    if as_json:
        say_json(found)
        return
    columns = ("snapshot", "published", "records", "size", "run", "")
    rows = [
        (
            each["id"],
            moment(each["published_at"]),
            each["records"],
            size(each["bytes"] or 0),
            each["run_id"],
            _mark(each),
        )
        for each in found
    ]
    table(columns, rows, ("records", "size"))


def rollback(snapshot_id: SnapshotId = None, config: Config = None, warehouse: Warehouse = None) -> None:
    """Let readers have another snapshot, at once.

    Without an ID it is the one before the current one; a newer one leads forward again. The
    next run that finds changes publishes from the newest data, not from the snapshot that was rolled back to.
    """
    from matterhouse.warehouse import snapshots as kept
    from matterhouse.warehouse.lock import exclusive

    layout = layout_of(config, warehouse)
    before = kept.current(layout)
    with exclusive(layout):
        snapshot = kept.find(layout, snapshot_id)
        if snapshot == before:
            say(f"Readers have {snapshot.id} already.")
            return
        if not snapshot.is_whole():
            complain(f"snapshot {snapshot.id} is damaged; readers keep {before.id}")
            raise typer.Exit(1)
        kept.roll_back(layout, snapshot)
    say(f"Readers have {snapshot.id} now, and had {before.id} before.")
    newest = kept.newest(layout)
    if newest is not None and snapshot != newest:
        say(
            f"The next run that finds changes builds on the newest data ({newest.id}) and publishes past this rollback."
        )


def described(snapshot: "Snapshot", is_current: bool) -> dict[str, Any]:
    """A snapshot in a few facts. ``bytes`` are all of its files, also those that it shares with others.

    What a damaged manifest cannot tell is None.
    """
    facts: dict[str, Any] = {"id": snapshot.id, "path": str(snapshot.path), "is_current": is_current}
    facts |= dict.fromkeys(("published_at", "run_id", "records", "bytes"))
    try:
        manifest = snapshot.manifest()
        written = (snapshot.path / "manifest.json").stat().st_mtime
        files = [manifest["database"], *(file for each in manifest["tables"].values() for file in each["files"])]
        return facts | {
            "published_at": datetime.fromtimestamp(written, UTC).isoformat(timespec="seconds"),
            "run_id": manifest["run"]["run_id"],
            "records": manifest["tables"]["records"]["rows"],
            "bytes": sum(file["bytes"] for file in files),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return facts


def _mark(facts: dict[str, Any]) -> str:
    damage = "damaged" if facts["run_id"] is None else ""
    return ", ".join(filter(None, ["current" if facts["is_current"] else "", damage]))
