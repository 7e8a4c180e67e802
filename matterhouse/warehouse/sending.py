"""A snapshot of this warehouse sent to an object store; old ones there retired."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from typing import Any

from matterhouse.warehouse import manifest
from matterhouse.warehouse.layout import MANIFEST, REPORT
from matterhouse.warehouse.remote import Conflict, Object, Pointer, Remote, StoreFailed, key
from matterhouse.warehouse.snapshots import Snapshot

_AT_ONCE = 8  # objects that are written or removed side by side
# Nobody sends for so long: what is not whole by then never will be.
_UNFINISHED_HOURS = 24.0


def send(remote: Remote, snapshot: Snapshot) -> None:
    """Let the readers of a store have ``snapshot``; what they have already is not sent again.

    A kill at any moment leaves what they had. Raises StoreFailed, and ``manifest.Damaged`` for a snapshot that is not
    as it was published.
    """
    content = _whole(snapshot)
    wanted = Pointer(snapshot.id, hashlib.sha256(content).hexdigest())
    before = remote.pointer()
    if before is not None and (before.snapshot, before.manifest_sha256) == (wanted.snapshot, wanted.manifest_sha256):
        return
    there = remote.manifest(snapshot.id)
    if there is None:
        _send_files(remote, snapshot, manifest.parse(content), before)
        _create_manifest(remote, snapshot.id, content)
    elif there != content:
        raise _of_another_warehouse(f"its snapshot {snapshot.id} is another one")
    try:
        remote.point(wanted, before)
    except Conflict:
        _refuse_other(remote.pointer(), wanted)


def _whole(snapshot: Snapshot) -> bytes:
    """The bytes of the manifest of a snapshot. Raises ``manifest.Damaged``."""
    snapshot.manifest()
    return (snapshot.path / MANIFEST).read_bytes()


def _send_files(remote: Remote, snapshot: Snapshot, facts: dict[str, Any], before: Pointer | None) -> None:
    """Copy what the current snapshot there has, within the store, and send the rest."""
    copies = _known(remote, before)

    def bring(file: Mapping[str, Any]) -> None:
        if not _copied(remote, copies.get(file["sha256"]), key(snapshot.id, file["path"])):
            manifest.check(snapshot.path, dict(file))
            _put(remote, snapshot, file["path"])

    _side_by_side(bring, list(manifest.files(facts)))
    if (snapshot.path / REPORT).is_file():  # none is in snapshots of version 0.1
        _put(remote, snapshot, REPORT)


def _known(remote: Remote, before: Pointer | None) -> dict[str, str]:
    """The keys of the files of the snapshot that is current there, by SHA-256; none where it is not whole."""
    content = remote.manifest(before.snapshot) if before else None
    if before is None or content is None or hashlib.sha256(content).hexdigest() != before.manifest_sha256:
        return {}
    there = {each.path: each.size for each in remote.objects().get(before.snapshot, [])}
    files = manifest.files(manifest.parse(content))
    return {
        file["sha256"]: key(before.snapshot, file["path"]) for file in files if there.get(file["path"]) == file["bytes"]
    }


def _copied(remote: Remote, source: str | None, target: str) -> bool:
    """Whether the store made a copy of one of its objects; it may not be able to, as of very large ones."""
    import obstore

    if source is None:
        return False
    try:
        with remote.failures():
            obstore.copy(remote.store, source, target)
    except (FileNotFoundError, StoreFailed):
        return False
    return True


def _put(remote: Remote, snapshot: Snapshot, path: str) -> None:
    import obstore

    with remote.failures():
        obstore.put(remote.store, key(snapshot.id, path), snapshot.path / path)


def _create_manifest(remote: Remote, snapshot: str, content: bytes) -> None:
    """Write the manifest, which says that the snapshot is whole; nobody's is ever replaced."""
    import obstore

    attributes = {"Content-Type": "application/json"}
    try:
        with remote.failures():
            target = key(snapshot, MANIFEST)
            obstore.put(remote.store, target, content, mode="create", attributes=attributes, use_multipart=False)
    except Conflict:
        if remote.manifest(snapshot) != content:  # else it is ours: an answer got lost
            raise _of_another_warehouse(f"its snapshot {snapshot} is another one") from None


def _refuse_other(now: Pointer | None, wanted: Pointer) -> None:
    if now is None or (now.snapshot, now.manifest_sha256) != (wanted.snapshot, wanted.manifest_sha256):
        leads = f"leads to {now.snapshot}" if now else "is gone"
        raise _of_another_warehouse(f"its pointer {leads} since a moment")


def _of_another_warehouse(why: str) -> StoreFailed:
    return StoreFailed(f"{why}: another warehouse is published there, and each needs a prefix of its own")


def retire(remote: Remote, keep: int, grace_hours: float, notes: list[str]) -> list[str]:
    """Remove old snapshots but the newest ``keep``, those superseded within the grace period and the current one.

    What a killed run left unfinished goes a day later. Gives the ids of snapshots that were removed; ``notes`` tell of
    those that could not be. Raises StoreFailed.
    """
    pointed = remote.pointer()
    found = remote.objects()
    written = {snapshot: each for snapshot, objects in found.items() if (each := _written_at(objects)) is not None}
    whole = sorted(written, key=lambda each: (int(each.partition("-")[0]), each))
    superseded = {old: written[new] for old, new in pairwise(whole)}
    horizon, long_ago = time.time() - grace_hours * 3600, time.time() - _UNFINISHED_HOURS * 3600
    doomed = [each for each in whole[: max(0, len(whole) - max(1, keep))] if superseded[each] < horizon]
    unfinished = [each for each in found.keys() - written.keys() if _last_written(found[each]) < long_ago]
    removed = []
    for snapshot in [*doomed, *sorted(unfinished)]:
        if pointed is None or snapshot != pointed.snapshot:
            try:
                _remove(remote, snapshot, found[snapshot])
            except StoreFailed as error:
                notes.append(f"snapshot {snapshot} could not be retired in {remote.url}; the next run tries: {error}")
                continue
            removed.append(snapshot)
    return removed


def _written_at(objects: Iterable[Object]) -> float | None:
    """When the manifest was written, in seconds since 1970; None where there is none."""
    return next((each.written_at.timestamp() for each in objects if each.path == MANIFEST), None)


def _last_written(objects: Iterable[Object]) -> float:
    return max(each.written_at.timestamp() for each in objects)


def _remove(remote: Remote, snapshot: str, objects: Sequence[Object]) -> None:
    """Remove a snapshot, its manifest first: what is left of it is not whole."""
    import obstore

    def remove(path: str) -> None:
        with suppress(FileNotFoundError), remote.failures():
            obstore.delete(remote.store, key(snapshot, path))

    remove(MANIFEST)
    _side_by_side(remove, [each.path for each in objects if each.path != MANIFEST])


def _side_by_side(work: Callable[[Any], None], items: Sequence[Any]) -> None:
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="send") as pool:
        try:
            for _ in pool.map(work, items):
                pass
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
