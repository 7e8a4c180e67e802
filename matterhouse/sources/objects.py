"""A source that is a prefix of an object store: its objects are the files, their keys below the prefix the paths."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from matterhouse.sources import copies
from matterhouse.sources.errors import SourceUnavailable, Unreadable
from matterhouse.sources.files import File, Listing, blob_id, path_text
from matterhouse.sources.folder import too_large
from matterhouse.sources.kinds import OBJECTS, Request
from matterhouse.sources.source import Source
from matterhouse.sources.stores import NO_LOGIN, StoreFailed, failures_in_words, open_store, refuse_url
from matterhouse.sources.versions import Versions

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_AT_ONCE = 16  # objects that are fetched side by side: most of it is waiting
_LISTED_AT_ONCE = 1_000
_NOTES_TO_SPARE = 1_000  # of versions that are no more
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Fetched(NamedTuple):
    """A file with its content or the reason why it has none, and what is to be noted of the version that was read."""

    file: File
    content: bytes | Unreadable
    noted: Mapping[str, str] = {}


def open_place(request: Request) -> ObjectSource:
    """The source of a place of the kind ``objects``. Raises SourceUnavailable."""
    return ObjectSource(request)


class ObjectSource(Source):
    """The objects below a prefix; ``position()`` is always None, so a listing tells what changed.

    An object is known by its ETag and size. What content these stood for is noted below ``clones``, so that a
    listing has the content hashes of objects that were read before.
    """

    kind = OBJECTS.name

    def __init__(self, request: Request):
        self.name, self.uri = request.name, request.uri
        self._globs, self._limits = request.globs, request.limits
        try:
            refuse_url(self.uri)
        except ValueError as error:
            raise SourceUnavailable(self.name, self.uri, str(error)) from None
        if request.clones is None:
            raise SourceUnavailable(self.name, self.uri, "an object store needs a folder for what is known of it")
        self._versions = Versions(f"{copies.path_of(request.clones, self.name, self.uri)}.versions")

    def list(self) -> Listing:
        """The included objects, with the content hashes of those that were read before.

        Raises SourceUnavailable, also for an object whose key cannot be a path (``a//b``, ``../a``): the library that
        lists them ends there.
        """
        listed_at_ns = time.time_ns()
        files: list[File] = []
        skipped: list[tuple[File, str]] = []
        known, there = self._versions.known(), set()
        with self._failures():
            for number, meta in enumerate(self._metas(), 1):
                if number > self._limits.files:
                    many = f"it holds more than {self._limits.files:,} objects (the limit `files`)"
                    raise SourceUnavailable(self.name, self.uri, many)
                path = path_text(meta["path"].encode())
                if self._globs.wants(path):
                    there.add(version := _version(meta))
                    files.append(_file(meta, known.get(version)))
                elif self._globs.excludes(path) and self._globs.enters(path):
                    skipped.append((_file(meta, None), "excluded"))
        if len(known) > 2 * len(there) + _NOTES_TO_SPARE:
            self._versions.keep(there & known.keys(), known)
        return Listing.of(files, skipped, listed_at_ns)

    def _metas(self) -> Iterator[Any]:
        import obstore

        for chunk in obstore.list(open_store(self.uri), chunk_size=_LISTED_AT_ONCE):
            yield from chunk

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes | Unreadable]]:
        """Each of ``files`` with its content, in the order given; several are fetched at a time.

        Raises SourceUnavailable.
        """
        noted: dict[str, str] = {}
        waiting: deque[Future[_Fetched]] = deque()
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="objects")
        try:
            with self._failures():
                store = open_store(self.uri)
                for file in chain(files, repeat(None, _AT_ONCE)):
                    if file is not None:
                        waiting.append(pool.submit(self._fetched, store, file))
                    if waiting and (file is None or len(waiting) >= _AT_ONCE):
                        fetched = waiting.popleft().result()
                        noted |= fetched.noted
                        yield fetched.file, fetched.content
        finally:
            pool.shutdown(cancel_futures=True)
            self._versions.note(noted)

    def _fetched(self, store: ObjectStore, file: File) -> _Fetched:
        import obstore

        try:
            with failures_in_words(self.uri):
                result = obstore.get(store, file.raw_path.decode())
                if result.meta["size"] > self._limits.file_bytes:
                    return _Fetched(file, too_large(result.meta["size"], self._limits.file_bytes))
                content = bytes(result.bytes())
        except FileNotFoundError:
            return _Fetched(file, Unreadable("vanished", "the object was listed, but is gone"))
        except PermissionError:
            return _Fetched(file, Unreadable("permission", "the store does not let us read the object"))
        content_hash = blob_id(content)
        return _Fetched(_file(result.meta, content_hash), content, {_version(result.meta): content_hash})

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """Make of a store that fails a source that is unavailable."""
        try:
            with failures_in_words(self.uri):
                yield
        except FileNotFoundError:
            raise SourceUnavailable(self.name, self.uri, "there is no such bucket") from None
        except PermissionError:
            raise SourceUnavailable(self.name, self.uri, NO_LOGIN) from None
        except StoreFailed as error:
            raise SourceUnavailable(self.name, self.uri, str(error), error.may_pass) from None


def _version(meta: Any) -> str:
    """What tells an object's content from any other that stood under its key."""
    known = (meta["path"], meta["size"], meta["e_tag"] or meta["last_modified"].isoformat())
    return blake2b(repr(known).encode(), digest_size=16).hexdigest()


def _file(meta: Any, content_hash: str | None) -> File:
    key: str = meta["path"]
    modified_ns = round((meta["last_modified"] - _EPOCH) / timedelta(microseconds=1)) * 1_000
    return File(path_text(key.encode()), key.encode(), meta["size"], modified_ns, content_hash)
