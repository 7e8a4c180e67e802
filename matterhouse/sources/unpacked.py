"""What an archive holds, by path, with the contents of the members that were asked for in one file of our own.

No member is ever written under its name: their contents lie one after the other in that file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from matterhouse.sources.errors import Unreadable
from matterhouse.sources.files import blob_id, path_text
from matterhouse.sources.limits import Limits
from matterhouse.sources.members import FILE, HARD_LINK, NOT_A_FILE, SYMLINK, Archive, Member, open_archive

_SEPARATORS = re.compile(rb"[/\\]")
_CLIMBS = Unreadable("climbs_out", "the name of the member leads out of the archive")
_REPEATS = Unreadable("duplicate", "the archive has this member more than once, so which one counts is open")
_NO_TARGET = Unreadable("vanished", "the member is a hard link to one that the archive does not have, or not before it")


class Kept(NamedTuple):
    """What is known of a member: its size; why it is no file, or what is wrong with it; and, where its content was
    asked for, that content's git blob id and where it begins.
    """

    size: int
    skipped: str | None = None
    wrong: Unreadable | None = None
    content_hash: str | None = None
    begin: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it is a file whose content was not asked for yet."""
        return self.skipped is None and self.wrong is None and self.content_hash is None


@dataclass
class Unpacked:
    """The members of an archive by their path, as bytes; ``contents`` is the path of the file with what they hold."""

    contents: str
    members: dict[bytes, Kept] = field(default_factory=dict)

    def take(self, file: IO[bytes], stem: str, limits: Limits, wants: Callable[[str], bool]) -> None:
        """Read the archive in ``file`` from begin to end, and keep the contents of the members that ``wants`` names.

        A folder that holds all the rest is no part of paths where it is called ``stem``, as the archive is, or where
        git made the archive of a commit. Raises ``matterhouse.sources.members.Refused``, and OSError where the contents
        cannot be written.
        """
        archive = open_archive(file, limits)
        found: dict[bytes, Kept] = {}
        with open(self.contents, "wb", opener=_private) as contents:
            for member in archive.members():
                _add(found, member, contents, wants)
        self.members = _below_top(found, archive, stem)

    def content(self, raw_path: bytes, contents: IO[bytes]) -> bytes | Unreadable:
        """The content of a member that was asked for, or what is wrong with it. Raises OSError."""
        kept = self.members.get(raw_path)
        if kept is None or kept.skipped:
            return Unreadable("vanished", "the archive has no file of this name")
        if kept.wrong is not None:
            return kept.wrong
        contents.seek(kept.begin)
        content = contents.read(kept.size)
        if blob_id(content) != kept.content_hash:
            raise OSError("what was unpacked has changed")
        return content


def _add(found: dict[bytes, Kept], member: Member, contents: IO[bytes], wants: Callable[[str], bool]) -> None:
    path = clean(member.name)
    if path is None:
        found[member.name] = Kept(member.size, wrong=_CLIMBS)
    elif path in found:
        found[path] = Kept(member.size, wrong=_REPEATS)
    elif path:
        found[path] = _kept(found, member, path, contents, wants)


def _kept(
    found: dict[bytes, Kept], member: Member, path: bytes, contents: IO[bytes], wants: Callable[[str], bool]
) -> Kept:
    if member.kind in (SYMLINK, NOT_A_FILE):
        return Kept(member.size, skipped=member.kind)
    if member.kind == HARD_LINK:
        target = found.get(clean(member.target) or b"")
        return target if target is not None and not target.is_open else Kept(0, wrong=_NO_TARGET)
    assert member.kind == FILE
    if not (wants(path_text(path)) or wants(path_text(path.partition(b"/")[2]))):
        return Kept(member.size)
    try:
        content = member.read()
    except Unreadable as wrong:
        return Kept(member.size, wrong=wrong)
    begin = contents.tell()
    contents.write(content)
    return Kept(len(content), content_hash=blob_id(content), begin=begin)


def clean(name: bytes) -> bytes | None:
    """A member's path without ``.`` and empty parts; None for one that leads out of the archive."""
    if name.startswith((b"/", b"\\")) or b".." in _SEPARATORS.split(name):
        return None
    return b"/".join(part for part in name.split(b"/") if part not in (b"", b"."))


def inside(name: bytes) -> bytes:
    """A member's path as if nothing in it led out of the archive."""
    return b"/".join(part for part in _SEPARATORS.split(name) if part not in (b"", b".", b".."))


def _below_top(found: dict[bytes, Kept], archive: Archive, stem: str) -> dict[bytes, Kept]:
    """The members without the folder at the top that is no part of their paths."""
    own = {path: kept for path, kept in found.items() if kept.wrong is not _CLIMBS}
    tops = {path.partition(b"/")[0] for path in own}
    if len(tops) != 1 or any(b"/" not in path for path in own):
        return found
    [top] = tops
    if top != os.fsencode(stem) and not archive.names_commit:
        return found
    return {path[len(top) + 1 :] if path in own else path: kept for path, kept in found.items()}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
