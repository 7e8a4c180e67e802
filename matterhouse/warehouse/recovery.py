"""Getting back to work after a kill or damage: the newest whole snapshot is the truth."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matterhouse import sql
from matterhouse.warehouse import manifest, snapshots
from matterhouse.warehouse.base import Base, Damaged
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Entry, Ledger, LedgerDamaged, runs_kept


def open_ledger(layout: Layout, notes: list[str]) -> Ledger:
    """Open the ledger; a damaged one is moved aside but for its runs, and ``notes`` say so."""
    try:
        return Ledger(layout.ledger)
    except LedgerDamaged as damage:
        notes.append(f"the ledger was damaged and is made anew ({damage}); the old one lies in {layout.damaged}")
        runs = runs_kept(layout.ledger)
        for file in layout.state.glob(f"{layout.ledger.name}*"):
            _move_aside(layout, file)
        ledger = Ledger(layout.ledger)
        with ledger.transaction():
            ledger.put_runs(runs)
        return ledger


# The snapshots that this process found to be of a newer DuckDB, and those that it cannot use and has to leave to
# readers.
_NEWER: set[Path] = set()
_UNUSABLE: set[Path] = set()


def _usable(layout: Layout) -> list[snapshots.Snapshot]:
    return [snapshot for snapshot in snapshots.snapshots(layout) if snapshot.path not in _NEWER | _UNUSABLE]


def newest_whole(layout: Layout, notes: list[str], thorough: bool = False) -> Base | None:
    """The newest snapshot that a run can build on; damaged ones before it are moved aside, and ``notes`` say so.

    ``thorough`` reads every file, for when damage has been found: snapshots share files.
    """
    for snapshot in reversed(_usable(layout)):
        try:
            base = Base(snapshot)
            if thorough:
                base.check_database()
                base.check_parquet()
            return base
        except Damaged as damage:
            set_aside(layout, snapshot, damage, notes)
    return None


def set_aside(layout: Layout, snapshot: snapshots.Snapshot, damage: Damaged, notes: list[str]) -> None:
    """Move a damaged snapshot out of the way and let readers have the newest whole one; one of a newer DuckDB stays.

    Where there is no whole one, readers keep what there is, until a run publishes (``set_aside_replaced``).
    """
    from matterhouse.warehouse.versions import Newer

    if isinstance(damage, Newer):
        _NEWER.add(snapshot.path)
        notes.append(f"snapshot {snapshot.id} is newer ({damage}): it stays, and what it had is made anew")
        return
    told = f"snapshot {snapshot.id} was damaged ({damage}), what it had is made anew"
    if not layout.current.exists() or snapshots.current(layout).id == snapshot.id:
        whole = [other for other in snapshots.snapshots(layout) if other != snapshot and other.is_whole()]
        if not whole:
            _UNUSABLE.add(snapshot.path)
            notes.append(f"{told}; readers keep it until then")
            return
        snapshots.point(layout, whole[-1])
    _move_aside(layout, snapshot.path)
    notes.append(f"{told}; it lies in {layout.damaged} now")


def set_aside_replaced(layout: Layout, published: snapshots.Snapshot, notes: list[str]) -> None:
    """Move all other snapshots out of the way, when a run found none of them whole and published one that is."""
    for snapshot in snapshots.snapshots(layout):
        if snapshot != published and snapshot.path not in _NEWER:
            try:
                _move_aside(layout, snapshot.path)
            except OSError as error:
                notes.append(f"snapshot {snapshot.id} is damaged and could not be moved: {error}")


def newest_whole_database(layout: Layout) -> Base | None:
    """The newest snapshot whose database is as it was published, whatever became of its Parquet files."""
    for snapshot in reversed(_usable(layout)):
        with suppress(Damaged):
            base = Base(snapshot, only_database=True)
            base.check_database()
            return base
    return None


def _move_aside(layout: Layout, path: Path) -> None:
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


def base_and_ledger(layout: Layout, ledger: Ledger, notes: list[str], thorough: bool = False) -> Base | None:
    """The snapshot to build on (``newest_whole``), which the ledger mirrors from then on."""
    base = newest_whole(layout, notes, thorough)
    if base is None or ledger.snapshot == base.id:
        return base
    try:
        _mirror(ledger, base)
    except Damaged as damage:
        set_aside(layout, base.snapshot, damage, notes)
        return base_and_ledger(layout, ledger, notes, thorough=True)
    notes.append(f"the ledger is made anew from snapshot {base.id}")
    return base


def _as_known(value: object) -> object:
    """A value of ``meta.files`` as the ledger has it: moments are text there."""
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def _mirror(ledger: Ledger, base: Base) -> None:
    """Make the ledger's files and sources anew from a snapshot. Raises ``Damaged``."""
    from matterhouse.warehouse.database import reading_base
    from matterhouse.warehouse.opening import connect

    base.check_database()
    runs = manifest.runs(base.path, base.manifest)
    with reading_base(base.database), connect(base.database) as connection:
        cursor = connection.execute(sql.read("ledger/files"))
        names = [column[0] for column in cursor.description]
        rows: list[dict[str, Any]] = [dict(zip(names, row)) | {"listed_ns": 0} for row in cursor.fetchall()]
    with ledger.transaction():
        ledger.clear_files()
        ledger.put_files(Entry._make(_as_known(row.get(name)) for name in Entry._fields) for row in rows)
        for name, facts in base.manifest["sources"].items():
            ledger.put_source(name, facts)
        ledger.put_runs(runs)
        ledger.mirrors(base.id, base.manifest["code"])
