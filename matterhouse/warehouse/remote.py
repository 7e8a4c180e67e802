"""A warehouse's snapshots in an object store, below a prefix.

::

    <prefix>/current.json         names the current snapshot; the only object that ever changes, by conditional writes
    <prefix>/snapshots/<id>/      as in the folder of a warehouse; never changed, and its manifest.json is written last

A reader fetches ``current.json`` once and reads below the snapshot that it names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from matterhouse.sources.stores import Conflict, StoreFailed, failures_in_words, open_store
from matterhouse.warehouse import manifest
from matterhouse.warehouse.layout import MANIFEST

if TYPE_CHECKING:
    from obstore.store import ObjectStore

POINTER = "current.json"
SNAPSHOTS = "snapshots"
_LISTED_AT_ONCE = 1_000
_ID = re.compile(r"[0-9]{6,}-[0-9]{8}T[0-9]{6}Z")


@dataclass(frozen=True)
class Pointer:
    """What ``current.json`` says: the snapshot, the SHA-256 of its manifest's bytes, and when it was pointed to; and
    the ETag of ``current.json`` itself.
    """

    snapshot: str
    manifest_sha256: str
    etag: str | None = None


@dataclass(frozen=True)
class Object:
    """An object below a snapshot: its path there, its bytes, and when it was written."""

    path: str
    size: int
    written_at: datetime


class Remote:
    """The snapshots below the prefix ``url``. Every method raises StoreFailed where the store cannot be used."""

    def __init__(self, url: str):
        self.url = url.rstrip("/")
        self.store: ObjectStore = open_store(self.url)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """What the library raises as StoreFailed, but for FileNotFoundError and Conflict."""
        try:
            with failures_in_words(self.url):
                yield
        except PermissionError as error:
            raise StoreFailed(f"the login is missing or was refused ({error})") from None

    def pointer(self) -> Pointer | None:
        """What is current now; None where nothing was published yet."""
        import obstore

        try:
            with self.failures():
                result = obstore.get(self.store, POINTER)
                content = bytes(result.bytes())
        except FileNotFoundError:
            return None
        try:
            said = json.loads(content)
            return Pointer(said["snapshot"], said["manifest_sha256"], result.meta["e_tag"])
        except (ValueError, KeyError, TypeError):
            raise StoreFailed(f"its {POINTER} is none of Matterhouse's") from None

    def point(self, to: Pointer, before: Pointer | None) -> None:
        """Let readers have another snapshot, unless somebody else moved the pointer since ``before``: then Conflict."""
        import obstore

        said = {"snapshot": to.snapshot, "path": f"{SNAPSHOTS}/{to.snapshot}", "manifest_sha256": to.manifest_sha256}
        content = json.dumps(said, indent=1).encode() + b"\n"
        attributes = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
        with self.failures():
            mode: Any = {"e_tag": before.etag} if before else "create"
            obstore.put(self.store, POINTER, content, mode=mode, attributes=attributes, use_multipart=False)

    def manifest(self, snapshot: str) -> bytes | None:
        """The bytes of a snapshot's manifest; None where there is none, so that the snapshot is not whole."""
        import obstore

        try:
            with self.failures():
                return bytes(obstore.get(self.store, key(snapshot, MANIFEST)).bytes())
        except FileNotFoundError:
            return None

    def objects(self) -> dict[str, list[Object]]:
        """What lies below each snapshot, whole or not, by its id."""
        import obstore

        found: dict[str, list[Object]] = {}
        with self.failures():
            for chunk in obstore.list(self.store, SNAPSHOTS, chunk_size=_LISTED_AT_ONCE):
                for meta in chunk:
                    _, _, below = meta["path"].partition("/")
                    snapshot, _, path = below.partition("/")
                    if _ID.fullmatch(snapshot):
                        found.setdefault(snapshot, []).append(Object(path, meta["size"], meta["last_modified"]))
        return found

    def current(self) -> tuple[Pointer, dict[str, Any]] | None:
        """The pointer and the manifest of its snapshot; None where nothing was published.

        Raises StoreFailed where that is not whole.
        """
        pointer = self.pointer()
        for _ in range(3):  # a snapshot may be retired between the two requests
            if pointer is None:
                return None
            content = self.manifest(pointer.snapshot)
            if content is not None and hashlib.sha256(content).hexdigest() == pointer.manifest_sha256:
                return pointer, manifest.parse(content)
            last, pointer = pointer, self.pointer()
        raise StoreFailed(f"snapshot {last.snapshot}, which is current, is not whole")


def key(snapshot: str, path: str) -> str:
    """The key of an object of a snapshot."""
    return f"{SNAPSHOTS}/{snapshot}/{path}"


__all__ = ["POINTER", "SNAPSHOTS", "Conflict", "Object", "Pointer", "Remote", "StoreFailed", "key"]
