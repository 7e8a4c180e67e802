"""``matterhouse check``."""

from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli.options import Config, SnapshotId, Warehouse, layout_of
from matterhouse.cli.terminal import counted, safe, say, table

if TYPE_CHECKING:
    import duckdb

    from matterhouse.sql.schema import Table
    from matterhouse.warehouse.checks import Check
    from matterhouse.warehouse.snapshots import Snapshot

_SHOWN = 5


def check(
    snapshot_id: SnapshotId = None,
    config: Config = None,
    warehouse: Warehouse = None,
    files: Annotated[bool, typer.Option("--files", help="Compare every file with its checksum instead.")] = False,
) -> None:
    """Run the checks on a snapshot.

    Without an ID it is the current one. Exits with 1 when a check of severity error finds rows, or a file is damaged.
    """
    from matterhouse.warehouse import snapshots

    layout = layout_of(config, warehouse)
    snapshot = snapshots.find(layout, snapshot_id) if snapshot_id else snapshots.current(layout)
    fine = _files_are_whole(snapshot) if files else _checks_hold(snapshot)
    if not fine:
        raise typer.Exit(1)


def _files_are_whole(snapshot: "Snapshot") -> bool:
    damaged = snapshot.damaged_files()
    for path in damaged:
        say(f"damaged: {path}")
    count = 1 + sum(1 for _ in snapshot.parquet.rglob("*.parquet"))
    say(f"{counted(count, 'file')} of {snapshot.id}: {len(damaged):,} damaged.")
    return not damaged


def _checks_hold(snapshot: "Snapshot") -> bool:
    from matterhouse.warehouse.checks import run_checks
    from matterhouse.warehouse.query import locked_in

    with locked_in(snapshot.database) as connection:
        own = _declared_by_the_user(snapshot)
        found = run_checks(connection, own)
        rows = [(each.name, each.severity, each.offending, f"{each.seconds:.3f}", each.description) for each in found]
        table(("check", "severity", "rows", "seconds", "demands"), rows, ("rows", "seconds"))
        for each in found:
            if each.offending:
                _tell_rows(connection, each, own)
    failed = [each for each in found if each.stops]
    say()
    say(f"{counted(len(found), 'check')} of {snapshot.id}: {len(failed):,} failed.")
    return not failed


def _declared_by_the_user(snapshot: "Snapshot") -> "list[Table]":
    """The tables of the user's own in a snapshot, as its manifest describes them."""
    from matterhouse.warehouse.content_tables import known

    tables = snapshot.manifest()["tables"]
    return [known(name, described) for name, described in tables.items() if "declared_in" in described]


def _tell_rows(connection: "duckdb.DuckDBPyConnection", found: "Check", own: "list[Table]") -> None:
    from matterhouse.warehouse.checks import offending_rows

    say()
    more = f", the first {_SHOWN}" if found.offending > _SHOWN else ""
    say(f"{found.name} ({found.severity}): {counted(found.offending, 'row')}{more}")
    names, rows = offending_rows(connection, found.name, _SHOWN, own)
    table(names, ([safe(value) for value in row] for row in rows))
