"""A source that is an archive: a tar archive, packed by gzip or Zstandard or not, or a zip archive.

The file lies on this machine, or is fetched by https. Its members are read once, from begin to end, when it changed.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING

from matterhouse.sources import copies
from matterhouse.sources.errors import SourceUnavailable, Unreadable
from matterhouse.sources.files import RACY_NS, File, Listing, path_text
from matterhouse.sources.kinds import ARCHIVE, Request
from matterhouse.sources.source import Source

if TYPE_CHECKING:
    from matterhouse.sources.download import Download
    from matterhouse.sources.unpacked import Kept, Unpacked

_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_RACY = "racy "


def open_place(request: Request) -> ArchiveSource:
    """The source of a place of the kind ``archive``. Raises SourceUnavailable."""
    return ArchiveSource(request)


class ArchiveSource(Source):
    """The files of an archive; ``position()`` is equal as long as the archive's file is the same.

    a listing tells by the members' contents what changed. What is unpacked and fetched lies below ``clones``.
    """

    kind = ARCHIVE.name

    def __init__(self, request: Request):
        self.name, self.uri = request.name, request.uri
        self._globs, self._limits = request.globs, request.limits
        where = next((self.uri[len(each) :] for each in ARCHIVE.schemes if self.uri.startswith(each)), self.uri)
        if request.clones is None:
            raise self._unavailable("an archive needs a folder for what it unpacks")
        self._clones = os.path.abspath(request.clones)
        ours = copies.path_of(self._clones, self.name, where)
        self._download = self._fetched(where, f"{ours}.archive") if "://" in where else None
        self._path = self._download.path if self._download else os.path.abspath(os.path.expanduser(where))
        self._stem = _stem(where)
        self._contents = f"{ours}.members"
        self._position: str | None = None
        self._unpacked: list[Unpacked] = []  # shared by the copies for other globs

    def _fetched(self, url: str, path: str) -> Download:
        from matterhouse.sources.download import Download

        if not url.lower().startswith("https://") or _CONTROL.search(url):
            raise self._unavailable("an archive's URL begins with https:// and has no blanks or control characters")
        return Download(url, path, self._limits)

    def position(self) -> str:
        """What tells this state of the archive's file from any other; it is fetched first where it lies elsewhere.

        Raises SourceUnavailable.
        """
        from matterhouse.sources.download import NotFetched

        self._unpacked.clear()
        try:
            os.makedirs(self._clones, mode=0o700, exist_ok=True)
            self._position = self._download.refresh() if self._download else self._state()
        except NotFetched as error:
            raise self._unavailable(str(error), error.may_pass) from None
        except OSError as error:
            raise self._unavailable(f"it cannot be kept below {self._clones}: {error.strerror}") from None
        return self._position

    def still_at(self, position: str) -> bool:
        """Whether the file is certainly the same; False for one that lies elsewhere, of which ``position()`` tells."""
        return self._download is None and self._state() == position

    def list(self) -> Listing:
        """The included members; their content_hash is the git blob id, their mtime 0.

        Members whose names lead out of the archive or stand in it twice are listed, and rejected when they are read.
        Raises SourceUnavailable.
        """
        listed_at_ns = time.time_ns()
        files: list[File] = []
        skipped: list[tuple[File, str]] = []
        for raw_path, kept in self._members().items():
            file = File(path_text(raw_path), raw_path, kept.size, 0, kept.content_hash)
            reason = self._reason(file, kept)
            if reason:
                skipped.append((file, reason))
            elif reason is None:
                files.append(file)
        return Listing.of(files, skipped, listed_at_ns)

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes | Unreadable]]:
        """Each of ``files`` with its content, in the order given. Raises SourceUnavailable."""
        files = [*files]
        members = self._members()
        unread = {file.path for file in files if (kept := members.get(file.raw_path)) and kept.is_open}
        if unread:
            self._unpack(unread)
        unpacked = self._unpacked[0]
        try:
            with open(self._contents, "rb") as contents:
                for file in files:
                    kept = unpacked.members.get(file.raw_path)
                    content_hash = kept.content_hash if kept else None
                    yield file._replace(content_hash=content_hash), unpacked.content(file.raw_path, contents)
        except OSError as error:
            raise self._unavailable(f"what was unpacked cannot be read: {error.strerror or error}") from None

    def _members(self) -> dict[bytes, Kept]:
        if not self._unpacked:
            self._unpack(set())
        return self._unpacked[0].members

    def _unpack(self, more: set[str]) -> None:
        """Unpack the included members, and those of the paths ``more``. Raises SourceUnavailable."""
        from matterhouse.sources.members import Refused
        from matterhouse.sources.unpacked import Unpacked

        unpacked, before = Unpacked(self._contents), self._position or self.position()
        try:
            with open(self._path, "rb") as file:
                unpacked.take(file, self._stem, self._limits, lambda path: path in more or self._globs.wants(path))
        except Refused as error:
            raise self._unavailable(str(error)) from None
        except OSError as error:
            raise self._unavailable(f"it cannot be unpacked: {error.strerror or error}") from None
        if self._download is None and self._state() != before and not before.startswith(_RACY):
            raise self._unavailable("it changed while it was read", may_pass=True)
        self._unpacked[:] = [unpacked]

    def _reason(self, file: File, kept: Kept) -> str | None:
        """Why a member is not read: None for one that is read, nothing for one that is not told of."""
        from matterhouse.sources.unpacked import inside

        path = path_text(inside(file.raw_path))
        if self._globs.excludes(path):
            return "excluded" if self._globs.enters(path) else ""
        if kept.skipped:
            return kept.skipped if self._globs.wants(path) or self._globs.may_be_folder(path) else ""
        return None if self._globs.wants(path) else ""

    def _state(self) -> str:
        """What tells the file on this machine from what it was. Raises SourceUnavailable."""
        try:
            found = os.stat(self._path)
        except OSError as error:
            raise self._unavailable(f"the file cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(found.st_mode):
            raise self._unavailable("this is no file")
        now = time.time_ns()
        if found.st_mtime_ns > now - RACY_NS:  # it may be written again within the same tick of the clock
            return f"{_RACY}{now}"
        known = (found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns)
        return blake2b(repr(known).encode(), digest_size=16).hexdigest()

    def _unavailable(self, why: str, may_pass: bool = False) -> SourceUnavailable:
        return SourceUnavailable(self.name, self.uri, why, may_pass)


def _stem(where: str) -> str:
    """The name of an archive without what stands behind it: ``news-1.0`` of ``.../news-1.0.tar.gz?raw=1``."""
    path = re.split("[?#]", where)[0] if "://" in where else where
    name = os.path.basename(path)
    suffix = next((each for each in ARCHIVE.suffixes if name.lower().endswith(each)), "")
    return name.removesuffix(name[len(name) - len(suffix) :]) if suffix else name
