"""How a snapshot in an object store is opened: its database is fetched once, its Parquet files stay where they are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from matterhouse.warehouse.empty_database import cache_folder
from matterhouse.warehouse.layout import PARQUET
from matterhouse.warehouse.manifest import BLOCK_BYTES
from matterhouse.warehouse.opening import OpenSnapshot
from matterhouse.warehouse.remote import SNAPSHOTS, Remote, StoreFailed, key
from matterhouse.warehouse.snapshots import NoSnapshot


class OpenRemoteSnapshot(OpenSnapshot):
    """An open snapshot of an object store. ``path`` and ``parquet(table)`` are URLs."""

    def __init__(self, url: str):
        remote = Remote(url)
        found = remote.current()
        if found is None:
            raise NoSnapshot(f"{remote.url} has no snapshot yet: a run that has it under `publish` makes the first one")
        pointer, self._manifest = found
        self.path: str = f"{remote.url}/{SNAPSHOTS}/{pointer.snapshot}"
        super().__init__(pointer.snapshot, _database(remote, pointer.snapshot, self._manifest["database"]))

    def parquet(self, table: str) -> str:
        """The URL of the prefix with the Parquet files of a table or view."""
        name = table.removeprefix("main.")
        if not self._manifest["tables"].get(name, {}).get("files"):
            raise KeyError(f"{self.id} has no Parquet files of {table!r}")
        return f"{self.path}/{PARQUET}/{name}/"


def _database(remote: Remote, snapshot: str, described: dict[str, Any]) -> Path:
    """The snapshot's database in the user's cache, where the newest one of each prefix is kept.

    Raises StoreFailed, also where what comes is not what was published, and OSError.
    """
    folder = cache_folder() / "snapshots" / blake2b(remote.url.encode(), digest_size=8).hexdigest()
    kept = folder / f"{snapshot}-{described['sha256'][:16]}.duckdb"
    if not _is_as_published(kept, described):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _fetch(remote, key(snapshot, described["path"]), kept, described)
        for other in folder.iterdir():
            if other != kept and other.suffix == ".duckdb":
                with suppress(OSError):  # who has it open keeps it
                    other.unlink()
    return kept


def _is_as_published(file: Path, described: dict[str, Any]) -> bool:
    try:
        with file.open("rb") as opened:
            is_right = os.fstat(opened.fileno()).st_size == described["bytes"]
            return is_right and hashlib.file_digest(opened, "sha256").hexdigest() == described["sha256"]
    except OSError:
        return False


def _fetch(remote: Remote, source: str, target: Path, described: dict[str, Any]) -> None:
    """Fetch a file under another name first, and compare its checksum on the way."""
    import obstore

    state = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=target.name, suffix=".part", delete=False) as part:
        try:
            with remote.failures():
                for chunk in obstore.get(remote.store, source).stream(min_chunk_size=BLOCK_BYTES):
                    state.update(chunk)
                    part.write(chunk)
            part.flush()
            if state.hexdigest() != described["sha256"]:
                raise StoreFailed(f"{source} is not what was published: its checksum differs")
            os.replace(part.name, target)
        except FileNotFoundError:
            raise StoreFailed(f"{source} is gone: the snapshot was retired, open the one that is current now") from None
        finally:
            with suppress(FileNotFoundError):
                os.unlink(part.name)
