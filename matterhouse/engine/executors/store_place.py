"""Attempts below a prefix of an object store, for a cluster that shares no folder.

An object appears whole or not at all, and an attempt counts when the run takes it: nothing is renamed.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from matterhouse.engine.executors.places import MARKER, Attempt, is_left_beside, new_token
from matterhouse.sources.stores import StoreFailed, failures_in_words, open_store

if TYPE_CHECKING:
    from obstore.store import ObjectStore


@dataclass(frozen=True)
class StorePlace:
    """The objects below ``<url>/<name>/``; who we are is said by the environment, on each worker, too."""

    url: str
    name: str
    token: str = field(default_factory=new_token)

    def open(self) -> None:
        import obstore

        with failures_in_words(self.url):
            beside = obstore.list_with_delimiter(self._store)["common_prefixes"]
            for other in beside:
                if is_left_beside(other.strip("/"), self.name):
                    self._remove(other.strip("/"))
            obstore.put(self._store, f"{self.name}/{MARKER}", self.token.encode())

    def complaint(self) -> str | None:
        import obstore

        try:
            with failures_in_words(self.url):
                found = bytes(obstore.get(self._store, f"{self.name}/{MARKER}").bytes())
        except (OSError, StoreFailed) as error:
            return f"{self.url}, where the run stages tables, cannot be read there ({error})"
        return None if found == self.token.encode() else f"other objects lie below {self.url} there"

    @contextmanager
    def staging(self, attempt: str) -> Iterator[Path]:
        import obstore

        with tempfile.TemporaryDirectory(prefix="matterhouse-") as folder:
            yield Path(folder)
            with failures_in_words(self.url):
                for file in Path(folder).glob("*/*"):
                    path = file.relative_to(folder).as_posix()
                    obstore.put(self._store, f"{self.name}/{attempt}/{path}", file)

    def take(self, attempt: Attempt, folder: Path) -> None:
        import obstore

        keys = {path: f"{self.name}/{attempt.name}/{path}" for path in attempt.files}
        with failures_in_words(self.url):
            for path, key in keys.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with open(folder / path, "wb") as file:
                    for chunk in obstore.get(self._store, key).stream():
                        file.write(chunk)
                if (folder / path).stat().st_size != attempt.files[path]:
                    raise OSError(f"{key} is not as it was written")
            self._delete(keys.values())

    def remove(self) -> None:
        with suppress(OSError, StoreFailed), failures_in_words(self.url):
            self._remove(self.name)

    def _remove(self, name: str) -> None:
        import obstore

        for chunk in obstore.list(self._store, name):
            self._delete(meta["path"] for meta in chunk)

    def _delete(self, keys: Iterable[str]) -> None:
        import obstore

        for key in keys:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, key)

    @cached_property
    def _store(self) -> "ObjectStore":
        return open_store(self.url)

    def __getstate__(self) -> dict[str, str]:
        return {"url": self.url, "name": self.name, "token": self.token}
