"""Snapshots: whole sets of tables that are published at once and never change afterwards.

A reader resolves ``current`` once and reads inside of the snapshot it leads to; it keeps a
consistent set for as long as the snapshot is kept, whatever is published meanwhile.
"""

import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from matterhouse.warehouse import manifest
from matterhouse.warehouse.layout import DATABASE, MANIFEST, PARQUET, Layout

_ID = re.compile(r"[0-9]{6,}-[0-9]{8}T[0-9]{6}Z")
_NEXT = ".next-"
_RETIRED = ".retired-"
_READ_ONLY = 0o444


class NoSnapshot(Exception):
    """There is no such snapshot; the message says what there is."""


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot; ids sort by age."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def database(self) -> Path:
        return self.path / DATABASE

    @property
    def parquet(self) -> Path:
        return self.path / PARQUET

    @property
    def number(self) -> int:
        """Snapshots are counted from 1."""
        return int(self.id.partition("-")[0])

    def manifest(self) -> dict:
        """See ``matterhouse.warehouse.manifest``. Raises ``manifest.Damaged`` unless it is as it was written."""
        return manifest.read(self.path)

    def is_whole(self) -> bool:
        """Whether the files have the sizes that the manifest says, a quick look for damage."""
        return not self._damaged(manifest.check_size)

    def damaged_files(self) -> list[str]:
        """The files whose bytes are not those of the manifest's checksums; reads everything."""
        return self._damaged(manifest.check)

    def _damaged(self, check: Callable[[Path, dict], None]) -> list[str]:
        try:
            files = list(manifest.files(self.manifest()))
        except manifest.Damaged:
            return [MANIFEST]
        found = []
        for file in files:
            try:
                check(self.path, file)
            except manifest.Damaged:
                found.append(file["path"])
        return found


def snapshots(layout: Layout) -> list[Snapshot]:
    """Every published snapshot, the oldest first; other things in the folder are none of ours."""
    found = layout.snapshots.iterdir() if layout.snapshots.is_dir() else ()
    ours = (Snapshot(path) for path in found if _ID.fullmatch(path.name) and path.is_dir())
    return sorted(ours, key=lambda each: (each.number, each.id))


def newest(layout: Layout) -> Snapshot | None:
    """The snapshot that holds the truth: the next run builds on it, wherever ``current`` leads."""
    found = snapshots(layout)
    return found[-1] if found else None


def current(layout: Layout) -> Snapshot:
    """The snapshot that readers are to open, resolved once. Raises ``NoSnapshot``."""
    try:
        return Snapshot(layout.current.resolve(strict=True))
    except OSError:
        raise NoSnapshot(f"{layout.root} has no snapshot yet: `matterhouse run` makes the first one") from None


def begin(layout: Layout) -> Path:
    """A fresh folder for the next snapshot."""
    layout.snapshots.mkdir(parents=True, exist_ok=True)
    found = newest(layout)
    number = found.number + 1 if found else 1
    path = layout.snapshots / f"{_NEXT}{number:06d}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    path.mkdir()
    return path


def tidy_up(layout: Layout, notes: list[str]) -> None:
    """Remove what runs left unfinished, and retired snapshots that could not be removed; ``notes`` tell what stays."""
    for pattern in (_NEXT, _RETIRED):
        for path in layout.snapshots.glob(f"{pattern}*"):
            _remove(path, notes)


def _remove(path: Path, notes: list[str]) -> None:
    try:
        shutil.rmtree(path)
    except OSError as error:
        notes.append(f"{path} could not be removed and takes room; the next run tries again: {error}")


def publish(layout: Layout, path: Path) -> Snapshot:
    """Flush the finished snapshot at ``path`` to disk, give it its name and point ``current`` to it.

    From then on nobody may write to its files, so that no other program changes them by mistake.
    """
    _flush(path)
    final = layout.snapshots / final_name(path)
    os.rename(path, final)
    _flush_folder(layout.snapshots)
    snapshot = Snapshot(final)
    point(layout, snapshot)
    layout.rolled_back.unlink(missing_ok=True)
    return snapshot


def point(layout: Layout, snapshot: Snapshot) -> None:
    """Let ``current`` lead to ``snapshot``, in one step."""
    fresh = layout.root / f".current-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(layout.snapshots.name) / snapshot.id)
    os.replace(fresh, layout.current)
    _flush_folder(layout.root)


def roll_back(layout: Layout, snapshot: Snapshot) -> None:
    """Let ``current`` lead to an older snapshot until a run publishes the next one."""
    if snapshot == newest(layout):
        layout.rolled_back.unlink(missing_ok=True)
    else:
        layout.rolled_back.write_text(snapshot.id)
    point(layout, snapshot)


def find(layout: Layout, snapshot_id: str | None) -> Snapshot:
    """The snapshot of that id (or its beginning), or the one before the current one.

    Raises ``NoSnapshot``.
    """
    found = snapshots(layout)
    if snapshot_id is None:
        pointed = current(layout)
        before = [snapshot for snapshot in found if snapshot.number < pointed.number]
        if not before:
            raise NoSnapshot(f"no snapshot is kept from before {pointed.id}")
        return before[-1]
    matching = [snapshot for snapshot in found if snapshot.id.startswith(snapshot_id)]
    if len(matching) != 1:
        kept = ", ".join(snapshot.id for snapshot in found) or "none"
        what = "several snapshots begin" if matching else "no snapshot begins"
        raise NoSnapshot(f"{what} with {snapshot_id!r}; kept are: {kept}")
    return matching[0]


def retire(layout: Layout, keep: int, grace_hours: float, notes: list[str]) -> list[str]:
    """Remove old snapshots but the newest ``keep``, those superseded within the grace period and the current one.

    A reader may have opened a snapshot until the next one was published, so its grace counts from then.
    Gives the ids of those removed; ``notes`` tell of those that could not be.
    """
    found = snapshots(layout)
    pointed = current(layout).id
    horizon = time.time() - grace_hours * 3600
    removed = []
    superseded = {old.id: new.path.stat().st_ctime for old, new in pairwise(found)}
    for snapshot in found[: max(0, len(found) - max(1, keep))]:
        if snapshot.id != pointed and superseded[snapshot.id] < horizon:
            try:
                doomed = snapshot.path.rename(layout.snapshots / f"{_RETIRED}{snapshot.id}")
            except OSError as error:
                notes.append(f"snapshot {snapshot.id} could not be retired; the next run tries again: {error}")
                continue
            _remove(doomed, notes)
            removed.append(snapshot.id)
    return removed


def final_name(path: Path) -> str:
    """The id that the unfinished snapshot at ``path`` will have."""
    return path.name.removeprefix(_NEXT)


def _flush(path: Path) -> None:
    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            with open(os.path.join(folder, name), "rb") as opened:
                os.fchmod(opened.fileno(), _READ_ONLY)
                os.fsync(opened.fileno())
        _flush_folder(folder)


def _flush_folder(folder: str | Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
