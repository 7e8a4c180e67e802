"""A source that is a folder on disk. Symbolic links are never followed below its top."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from errno import EACCES, ELOOP, ENOENT, ENOTDIR, ENXIO, EPERM

from matterhouse.sources.errors import SourceUnavailable, Unreadable
from matterhouse.sources.files import File, Globs, Listing, blob_id, path_text
from matterhouse.sources.kinds import Request
from matterhouse.sources.limits import Limits
from matterhouse.sources.source import Source

_OF_A_WAREHOUSE = {"current", "snapshots", "state", "warehouse.lock"}
_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_LONGEST_PATH = 4000  # bytes: what other programs can name
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_place(request: Request) -> FolderSource:
    """The source of a place of the kind ``folder``."""
    return FolderSource(request.name, request.uri, request.place.where, request.globs, request.limits)


class FolderSource(Source):
    """The files below ``folder``; ``position()`` is always None, so a listing tells what changed."""

    kind = "folder"

    def __init__(self, name: str, uri: str, folder: str, globs: Globs, limits: Limits):
        self.name = name
        self.uri = uri
        self._folder = os.fsencode(folder)
        self._globs = globs
        self._limits = limits

    def list(self) -> Listing:
        """The included files on disk, with size and mtime, their content not yet read.

        Raises SourceUnavailable where the folder or one below it cannot be listed: files that
        cannot be seen must not be taken for deleted.
        """
        listed_at_ns = time.time_ns()
        files: list[File] = []
        skipped: list[tuple[File, str]] = []
        with _Folders(self._open_top()) as folders:
            for file, reason in self._found(folders):
                if reason is None:
                    files.append(file)
                else:
                    skipped.append((file, reason))
        return Listing.of(files, skipped, listed_at_ns)

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes | Unreadable]]:
        """Each of ``files`` with its content, in the order given.

        The file that comes back has the hash, size and mtime of what was read, which may differ
        from what was listed. A file that cannot be read comes back as it was given, with the
        reason. Raises SourceUnavailable where the folder itself is gone.
        """
        with _Folders(self._open_top()) as folders:
            for file in files:
                try:
                    yield _read(file, folders, self._limits.file_bytes)
                except OSError as error:
                    yield file, _reject(error)

    def _found(self, folders: _Folders) -> Iterator[tuple[File, str | None]]:
        """The files that are wanted, and what else is told of, with the reason why it is not read."""
        seen = 0
        waiting = [b""]
        while waiting:
            above = waiting.pop()
            if len(above) > _LONGEST_PATH:
                yield File(path_text(above), above, 0, 0, None), "too_deep"
                continue
            for name, is_folder, found in self._scan(folders, above):
                seen += 1
                path = path_text(above + name)
                if is_folder:
                    if self._globs.may_enter(path):
                        waiting.append(above + name + b"/")
                elif found is not None:
                    file = File(path, above + name, found.st_size, mtime_ns(found), None)
                    yield file, self._reason(path, found.st_mode)
            if seen > self._limits.files:
                raise self._unavailable(f"it holds more than {self._limits.files:,} files (the limit `files`)")

    def _reason(self, path: str, mode: int) -> str | None:
        """Why a file is not read; None for one that is."""
        if self._globs.excludes(path):
            return "excluded"
        if stat.S_ISREG(mode):
            return None
        return "symlink" if stat.S_ISLNK(mode) else "not_a_file"

    def _scan(self, folders: _Folders, above: bytes) -> Iterator[tuple[bytes, bool, os.stat_result | None]]:
        """Name, whether it is a folder, and state of all that the folder ``above`` holds and that may matter.

        The folder is opened step by step, never through a link; where it vanished or became a link there is nothing.
        """
        try:
            folder = folders.enter(above.rstrip(b"/"))
        except OSError as error:
            if above and error.errno in (ENOENT, ENOTDIR, ELOOP):
                return
            raise self._cannot_list(above, error) from None
        try:
            with os.scandir(folder) as entries:
                found = _outside_of_warehouses(list(entries), is_top=not above)
            for entry in found:
                name = os.fsencode(entry.name)
                if entry.is_dir(follow_symlinks=False):
                    yield name, True, None
                elif self._is_told_of(path_text(above + name), entry):
                    yield name, False, _state(entry)
                else:
                    yield name, False, None
        except OSError as error:
            raise self._cannot_list(above, error) from None

    def _is_told_of(self, path: str, entry: os.DirEntry[str]) -> bool:
        globs = self._globs
        return globs.wants(path) or globs.excludes(path) or (entry.is_symlink() and globs.may_be_folder(path))

    def _open_top(self) -> int:
        try:
            return os.open(self._folder, _OPEN_FOLDER)
        except OSError as error:
            raise self._cannot_list(b"", error) from None

    def _cannot_list(self, below: bytes, error: OSError) -> SourceUnavailable:
        if below:
            return self._unavailable(f"its folder {path_text(below[:-1])[:200]} cannot be listed: {error.strerror}")
        if error.errno == ENOENT:
            return self._unavailable("there is no such folder")
        if error.errno == ENOTDIR:
            return self._unavailable("this is a file, not a folder")
        return self._unavailable(f"the folder cannot be listed: {error.strerror}")

    def _unavailable(self, why: str) -> SourceUnavailable:
        return SourceUnavailable(self.name, self.uri, why)


class _Folders:
    """Opens files step by step from the top, so that no folder on the way can be a link.

    The folder opened last stays open: files come sorted by path, so the next one is likely in it.
    """

    def __init__(self, top: int):
        self._top = top
        self._last: tuple[bytes, int] = (b"", top)

    def __enter__(self) -> _Folders:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget()
        os.close(self._top)

    def open(self, raw_path: bytes) -> int:
        """A descriptor of the file; raises OSError."""
        above, _, name = raw_path.rpartition(b"/")
        return os.open(name, _OPEN_FILE, dir_fd=self.enter(above))

    def enter(self, path: bytes) -> int:
        """A descriptor of the folder ``path`` below the top, good until the next call; raises OSError."""
        last, folder = self._last
        if path == last:
            return folder
        is_below = bool(last) and path.startswith(last + b"/")
        folder = os.dup(folder if is_below else self._top)
        for name in filter(None, (path[len(last) :] if is_below else path).split(b"/")):
            above = folder
            try:
                folder = os.open(name, _OPEN_FOLDER | os.O_NOFOLLOW, dir_fd=above)
            finally:
                os.close(above)
        self._forget()
        self._last = (path, folder)
        return folder

    def _forget(self) -> None:
        if self._last[1] != self._top:
            os.close(self._last[1])
        self._last = (b"", self._top)


def _outside_of_warehouses(entries: list[os.DirEntry], is_top: bool) -> list[os.DirEntry]:
    """The entries of a folder but those of a warehouse, which is a folder with a ``warehouse.lock``.

    A source whose own top is a warehouse keeps what is not the warehouse's.
    """
    if not any(entry.name == "warehouse.lock" for entry in entries):
        return entries
    return [entry for entry in entries if is_top and entry.name not in _OF_A_WAREHOUSE]


def _state(entry: os.DirEntry[str]) -> os.stat_result | None:
    """What the file system says of an entry; None where it vanished meanwhile."""
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


def mtime_ns(found: os.stat_result) -> int:
    """When a file was modified, in nanoseconds since 1970; tables have room for the years 1677 to 2262."""
    return min(max(found.st_mtime_ns, -(2**63)), 2**63 - 1)


def _read(file: File, folders: _Folders, limit: int) -> tuple[File, bytes | Unreadable]:
    descriptor = folders.open(file.raw_path)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return file, Unreadable("not_a_file", "this is a pipe, a device or a folder, not a file")
        content = _content(descriptor, found.st_size, limit)
    finally:
        os.close(descriptor)
    if content is None:
        return file, too_large(found.st_size, limit)
    return File(file.path, file.raw_path, len(content), mtime_ns(found), blob_id(content)), content


def _content(descriptor: int, size: int, limit: int) -> bytes | None:
    """All bytes up to the end, None if there are more than ``limit``; the file may grow or shrink."""
    if size > limit:
        return None
    content = os.read(descriptor, size + 1)
    if len(content) == size:
        return content
    parts, total = [content], len(content)
    while (part := os.read(descriptor, 1 << 16)) and total <= limit:
        parts.append(part)
        total += len(part)
    return b"".join(parts) if total <= limit else None


def too_large(size: int, limit: int) -> Unreadable:
    """The rejection of a file of ``size`` bytes."""
    return Unreadable("too_large", f"the file has {size:,} bytes, more than the limit of {limit:,}")


def _reject(error: OSError) -> Unreadable:
    if error.errno in (ENOENT, ENOTDIR):
        return Unreadable("vanished", "the file was listed, but is gone")
    if error.errno == ELOOP:
        return Unreadable("not_a_file", "the file has become a symbolic link, and links are not followed")
    if error.errno in (EACCES, EPERM):
        return Unreadable("permission", "the permissions of the file or its folder do not let us read it")
    if error.errno == ENXIO:
        return Unreadable("not_a_file", "this is a socket or a device, not a file")
    return Unreadable("io_error", f"the file could not be read: {error.strerror}")
