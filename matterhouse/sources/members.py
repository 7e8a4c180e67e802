"""The members of an archive, one after the other, read no further than its limits allow.

An archive is another's work: a few kilobytes can unpack to terabytes, in its members, in its headers or in its list of
members. So nothing is read whole before its size is known to be small, and all that is unpacked is counted.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, NamedTuple, Protocol

from matterhouse.sources.errors import Unreadable
from matterhouse.sources.folder import too_large
from matterhouse.sources.limits import Limits

FILE, SYMLINK, HARD_LINK, NOT_A_FILE = "file", "symlink", "hard_link", "not_a_file"
_CHUNK = 1 << 20
_HEADER_BYTES = 1 << 20  # of a tar archive, between two members
_NAME_BYTES = 100  # of a zip archive, per member that the limit ``files`` allows
_BLOCK = 512  # of a tar archive
_COMMIT = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# RuntimeError: of a kind of zip archive that is not known, or headers that lead to headers without end.
_DAMAGED = (
    *(OSError, EOFError, ValueError, OverflowError, RuntimeError),
    *(struct.error, zlib.error, tarfile.TarError, zipfile.BadZipFile),
)


class Refused(Exception):
    """An archive that is not read at all; the message says why."""


class Member(NamedTuple):
    """A member that is no folder: its name as the archive has it, what it is (``FILE`` ...), its size in bytes, and the
    name that a hard link leads to. ``read`` gives a file's content before the next member is taken; raises Unreadable.
    """

    name: bytes
    kind: str
    size: int
    target: bytes
    read: Callable[[], bytes]


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Archive(Protocol):
    """An open archive."""

    def members(self) -> Iterator[Member]:
        """Every member but the folders, in the archive's order. Raises Refused."""

    @property
    def names_commit(self) -> bool:
        """Whether git made it of a commit, as the servers of repositories do; known when its members are read."""


def open_archive(file: IO[bytes], limits: Limits) -> Archive:
    """The archive in ``file``, whose first bytes say of what kind it is. Raises Refused."""
    start = file.read(4)
    file.seek(0)
    try:
        if start.startswith(b"PK"):
            return _Zip(file, limits)
        return _Tar(_unpacked(file, start), limits)
    except _DAMAGED as error:
        raise _damaged(error) from None


def _unpacked(file: IO[bytes], start: bytes) -> _Stream:
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if start == b"\x28\xb5\x2f\xfd":
        import pyarrow as pa

        unpacked: _Stream = pa.CompressedInputStream(file, "zstd")
        return unpacked
    return file


def _damaged(error: BaseException) -> Refused:
    return Refused(f"it is damaged, incomplete or no archive ({' '.join(str(error).split()) or type(error).__name__})")


class _Tar:
    """A tar archive, unpacked as a stream."""

    def __init__(self, stream: _Stream, limits: Limits):
        self._bytes, self._limits = _Forward(stream, limits.archive_bytes), limits
        self._tar = _Passing(fileobj=self._bytes, mode="r", encoding="utf-8", errors="surrogateescape")

    @property
    def names_commit(self) -> bool:
        return _COMMIT.fullmatch(self._tar.pax_headers.get("comment", "").encode()) is not None

    def members(self) -> Iterator[Member]:
        number = 0
        while (info := self._next()) is not None:
            number += 1
            if number > self._limits.files:
                raise Refused(f"it has more than {self._limits.files:,} members (the limit `files`)")
            if not info.isdir():
                yield self._member(info)

    def _next(self) -> tarfile.TarInfo | None:
        self._bytes.allow(_HEADER_BYTES)
        try:
            info = self._tar.next()
            ended = info is None and self._bytes.is_at_end
            if ended:
                self._bytes.read_to_end()
        except _DAMAGED as error:
            raise _damaged(error) from None
        if info is None and not ended:
            raise Refused("it is damaged or incomplete: it does not end as a tar archive ends")
        return info

    def _member(self, info: tarfile.TarInfo) -> Member:
        kind = FILE if info.isreg() else SYMLINK if info.issym() else HARD_LINK if info.islnk() else NOT_A_FILE
        name, target = (text.encode("utf-8", "surrogateescape") for text in (info.name, info.linkname))
        return Member(name, kind, info.size, target, partial(self._content, info))

    def _content(self, info: tarfile.TarInfo) -> bytes:
        if info.size > self._limits.file_bytes:
            raise too_large(info.size, self._limits.file_bytes)
        self._bytes.allow(info.size + _HEADER_BYTES)
        try:
            opened = self._tar.extractfile(info)
            assert opened is not None  # a regular file
            with opened:
                return opened.read()
        except _DAMAGED as error:
            raise _damaged(error) from None


class _Passing(tarfile.TarFile):
    """A tar archive that forgets the members that it gave."""

    members: list[tarfile.TarInfo]

    def next(self) -> tarfile.TarInfo | None:
        info = super().next()
        self.members = []
        return info


class _Forward(io.RawIOBase):
    """The bytes of a tar archive as ``tarfile`` asks for them: forward only, counted, and few at a time."""

    def __init__(self, stream: _Stream, most: int):
        self._stream, self._most, self._at = stream, most, 0
        self._last = b""
        self.allow(_HEADER_BYTES)

    @property
    def is_at_end(self) -> bool:
        """Whether the block that was read last is the one that ends an archive."""
        return len(self._last) == _BLOCK and not any(self._last)

    def allow(self, size: int) -> None:
        """Let so many bytes be read, besides those that are passed over."""
        self._left = size

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = os.SEEK_SET, /) -> int:
        while self._at < position and self._take(min(_CHUNK, position - self._at)):
            pass
        return self._at

    def read_to_end(self) -> None:
        """Pass over what follows the archive: only then is the checksum of a packed one compared."""
        while self._take(_CHUNK):
            pass

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= self._left:
            raise Refused(f"it has a header of more than {_HEADER_BYTES:,} bytes")
        self._left -= size
        self._last = self._take(size)
        return self._last

    def _take(self, size: int) -> bytes:
        content = self._stream.read(size)
        while len(content) < size and (more := self._stream.read(size - len(content))):
            content += more
        self._at += len(content)
        if self._at > self._most:
            raise Refused(f"it unpacks to more than {self._most:,} bytes (the limit `archive_bytes`)")
        return content


class _Zip:
    """A zip archive. A member unpacks to the size that it claims, or is rejected; so these sizes are counted."""

    def __init__(self, file: IO[bytes], limits: Limits):
        self._limits, self._unpacked = limits, 0
        self._zip = zipfile.ZipFile(_Sparing(file, limits.files * _NAME_BYTES + _CHUNK))

    @property
    def names_commit(self) -> bool:
        return _COMMIT.fullmatch(self._zip.comment) is not None

    def members(self) -> Iterator[Member]:
        infos = self._zip.infolist()
        if len(infos) > self._limits.files:
            raise Refused(f"it has more than {self._limits.files:,} members (the limit `files`)")
        for info in infos:
            if not info.is_dir():
                mode = stat.S_IFMT(info.external_attr >> 16)
                kind = FILE if mode in (0, stat.S_IFREG) else SYMLINK if mode == stat.S_IFLNK else NOT_A_FILE
                name = info.filename.encode("utf-8", "surrogateescape")
                yield Member(name, kind, info.file_size, b"", partial(self._content, info))

    def _content(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > self._limits.file_bytes:
            raise too_large(info.file_size, self._limits.file_bytes)
        self._unpacked += info.file_size
        if self._unpacked > self._limits.archive_bytes:
            raise Refused(f"it unpacks to more than {self._limits.archive_bytes:,} bytes (the limit `archive_bytes`)")
        if info.flag_bits & 1:
            raise Unreadable("encrypted", "the member is encrypted, and there is no password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack more than is asked for
            raise Unreadable("unknown_compression", "the member is compressed in a way that is not read")
        try:
            with self._zip.open(info) as opened:
                content = opened.read(info.file_size)
        except _DAMAGED as error:
            raise Unreadable("damaged", f"the member is damaged: {' '.join(str(error).split())}") from None
        if len(content) != info.file_size:
            raise Unreadable("damaged", f"the member is damaged: it has {len(content):,} of {info.file_size:,} bytes")
        return content


class _Sparing:
    """A file of which no more than ``most`` bytes are read at once: ``zipfile`` reads its list of members so."""

    def __init__(self, file: IO[bytes], most: int):
        self._file, self._most = file, most

    def read(self, size: int = -1) -> bytes:
        if size > self._most:
            raise Refused("its list of members is too long (the limit `files`)")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
