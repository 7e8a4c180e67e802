"""Snapshots: whole sets of tables that are published at once and never change afterwards.

A reader resolves ``current`` once and reads inside of the snapshot it leads to; it keeps a
consistent set for as long as the snapshot is kept, whatever is published meanwhile.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from matterhouse.warehouse.layout import DATABASE, MANIFEST, PARQUET, Layout

_NEXT = ".next-"


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

    def manifest(self) -> dict:
        return json.loads((self.path / MANIFEST).read_text())

    def is_whole(self) -> bool:
        """Whether the database has the size that the manifest says, a quick look for damage."""
        try:
            return self.database.stat().st_size == self.manifest()["database"]["bytes"]
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def damaged_files(self) -> list[str]:
        """The files whose bytes are not those of the manifest's checksums; reads everything."""
        manifest = self.manifest()
        files = [manifest["database"], *(file for table in manifest["tables"].values() for file in table["files"])]
        return [file["path"] for file in files if not _is_intact(self.path / file["path"], file)]


def _is_intact(file: Path, described: dict) -> bool:
    try:
        return _sha256(file) == described["sha256"]
    except OSError:
        return False


def snapshots(layout: Layout) -> list[Snapshot]:
    """Every published snapshot, the oldest first."""
    found = layout.snapshots.iterdir() if layout.snapshots.is_dir() else ()
    return sorted((Snapshot(path) for path in found if not path.name.startswith(".")), key=lambda each: each.id)


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
    """A fresh folder for the next snapshot; what a run before left unfinished is removed."""
    layout.snapshots.mkdir(parents=True, exist_ok=True)
    discard_unfinished(layout)
    found = newest(layout)
    number = int(found.id.split("-")[0]) + 1 if found else 1
    path = layout.snapshots / f"{_NEXT}{number:06d}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    path.mkdir()
    return path


def discard_unfinished(layout: Layout) -> None:
    for path in layout.snapshots.glob(f"{_NEXT}*"):
        shutil.rmtree(path)


def write_manifest(path: Path, facts: dict, described: Mapping[str, dict], before: Snapshot | None) -> dict:
    """Describe the unfinished snapshot at ``path``: ``facts``, and every file with size and SHA-256.

    ``described`` has what is known of each published table or view. Files that are shared with the
    snapshot ``before`` keep the checksum they have there.
    """
    known = _known_checksums(before)
    tables = {}
    for name in sorted(described):
        files = sorted((path / PARQUET / name).glob("*.parquet"))
        tables[name] = described[name] | {"files": [_describe(file, path, known) for file in files]}
    manifest = facts | {"id": final_name(path), "database": _describe(path / DATABASE, path, {}), "tables": tables}
    (path / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def _known_checksums(before: Snapshot | None) -> dict[tuple[int, int], str]:
    """Checksums by device and inode of the files that a snapshot describes."""
    known = {}
    for table in before.manifest()["tables"].values() if before else ():
        for file in table["files"]:
            stat = (before.path / file["path"]).stat()
            known[stat.st_dev, stat.st_ino] = file["sha256"]
    return known


def _describe(file: Path, root: Path, known: Mapping[tuple[int, int], str]) -> dict:
    stat = file.stat()
    checksum = known.get((stat.st_dev, stat.st_ino)) or _sha256(file)
    return {"path": file.relative_to(root).as_posix(), "bytes": stat.st_size, "sha256": checksum}


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def publish(layout: Layout, path: Path) -> Snapshot:
    """Flush the finished snapshot at ``path`` to disk, give it its name and point ``current`` to it."""
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
        at = [snapshot.id for snapshot in found].index(current(layout).id)
        if at == 0:
            raise NoSnapshot(f"no snapshot is kept from before {found[0].id}")
        return found[at - 1]
    matching = [snapshot for snapshot in found if snapshot.id.startswith(snapshot_id)]
    if len(matching) != 1:
        kept = ", ".join(snapshot.id for snapshot in found) or "none"
        what = "several snapshots begin" if matching else "no snapshot begins"
        raise NoSnapshot(f"{what} with {snapshot_id!r}; kept are: {kept}")
    return matching[0]


def retire(layout: Layout, keep: int, grace_hours: float) -> list[str]:
    """Remove old snapshots but the newest ``keep``, those superseded within the grace period and the current one.

    A reader may have opened a snapshot until the next one was published, so its grace counts from then.
    Gives the ids of those removed.
    """
    found = snapshots(layout)
    pointed = current(layout).id
    horizon = time.time() - grace_hours * 3600
    removed = []
    superseded = {old.id: new.path.stat().st_ctime for old, new in zip(found, found[1:])}
    for snapshot in found[: max(0, len(found) - max(1, keep))]:
        if snapshot.id != pointed and superseded[snapshot.id] < horizon:
            doomed = snapshot.path.rename(layout.snapshots / f"{_NEXT}{snapshot.id}")
            shutil.rmtree(doomed)
            removed.append(snapshot.id)
    return removed


def final_name(path: Path) -> str:
    """The id that the unfinished snapshot at ``path`` will have."""
    return path.name.removeprefix(_NEXT)


def _flush(path: Path) -> None:
    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            with open(os.path.join(folder, name), "rb") as opened:
                os.fsync(opened.fileno())
        _flush_folder(folder)


def _flush_folder(folder: str | Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
