"""Getting back to work after a kill or damage: the newest whole snapshot is the truth."""

from pathlib import Path

from matterhouse import sql
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Entry, Ledger, LedgerDamaged


def open_ledger(layout: Layout, notes: list[str]) -> Ledger:
    """Open the ledger; a damaged one is moved aside, and ``notes`` say so."""
    try:
        return Ledger(layout.ledger)
    except LedgerDamaged as damage:
        notes.append(f"the ledger was damaged and is made anew ({damage}); the old one lies in {layout.damaged}")
        for file in layout.state.glob(f"{layout.ledger.name}*"):
            _set_aside(layout, file)
        return Ledger(layout.ledger)


def newest_whole(layout: Layout, notes: list[str]) -> snapshots.Snapshot | None:
    """The newest snapshot with an undamaged database; damaged ones are moved aside."""
    while (snapshot := snapshots.newest(layout)) is not None and not snapshot.is_whole():
        set_aside(layout, snapshot, notes)
    return snapshot


def set_aside(layout: Layout, snapshot: snapshots.Snapshot, notes: list[str]) -> None:
    """Move a damaged snapshot out of the way and let readers have the one before it."""
    notes.append(
        f"snapshot {snapshot.id} was damaged and lies in {layout.damaged} now; the tables are made anew from the sources"
    )
    before = [other for other in snapshots.snapshots(layout) if other.id < snapshot.id and other.is_whole()]
    if before and (not layout.current.exists() or snapshots.current(layout).id == snapshot.id):
        snapshots.point(layout, before[-1])
    _set_aside(layout, snapshot.path)


def _set_aside(layout: Layout, path: Path) -> None:
    layout.damaged.mkdir(parents=True, exist_ok=True)
    number = 1
    while (target := layout.damaged / f"{path.name}.{number}").exists():
        number += 1
    path.rename(target)


def point_to_newest(layout: Layout, notes: list[str]) -> None:
    """Finish what a killed run began: ``current`` leads to the newest snapshot unless it was rolled back."""
    snapshot = snapshots.newest(layout)
    if snapshot is None:
        return
    if layout.current.exists() and (layout.rolled_back.exists() or snapshots.current(layout).id == snapshot.id):
        return
    snapshots.point(layout, snapshot)
    notes.append(f"current did not lead to the newest snapshot, it leads to {snapshot.id} now")


def mirror(layout: Layout, ledger: Ledger, snapshot: snapshots.Snapshot, notes: list[str]) -> snapshots.Snapshot | None:
    """Make the ledger's files and sources anew from a snapshot that it does not mirror, and give the snapshot.

    One whose database cannot be read is moved aside: None.
    """
    from matterhouse.warehouse.database import can_be_opened
    from matterhouse.warehouse.opening import connect

    if not can_be_opened(snapshot.database):
        set_aside(layout, snapshot, notes)
        return None
    notes.append(f"the ledger is made anew from snapshot {snapshot.id}")
    manifest = snapshot.manifest()
    with connect(snapshot.database) as connection, ledger.transaction():
        rows = connection.execute(sql.read("ledger/files")).fetchall()
        ledger.clear_files()
        ledger.put_files(Entry(*row, listed_ns=0) for row in rows)
        for name, facts in manifest["sources"].items():
            ledger.put_source(name, facts)
        for run in [*manifest["runs"], manifest["run"]]:
            ledger.put_run(run)
        ledger.mirrors(snapshot.id, manifest["code"])
    return snapshot
