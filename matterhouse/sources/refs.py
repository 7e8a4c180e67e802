"""Where a branch or HEAD of a git repository on this machine stands, as its files have it: no git is started."""

from __future__ import annotations

import os
import re

_OBJECT_ID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SYMBOLIC = b"ref: refs/heads/"
_MOST_BYTES = 20_000_000
_MOST_STEPS = 5


def commit_named(repository: str, ref: str | None) -> str | None:
    """The commit of the branch ``ref``, or of HEAD; None where these files do not say it, and only git can tell.

    ``repository`` is the folder that holds HEAD and ``refs``. No link is followed. That the repository has the commit
    is not proved: who reads it asks git.
    """
    name = f"refs/heads/{ref}".encode() if ref else b"HEAD"
    for _ in range(_MOST_STEPS):
        said = _content(repository, name)
        if said is None:
            return _packed(repository, name)
        said = said.rstrip(b"\n")
        if not said.startswith(_SYMBOLIC) or b".." in said:
            return said.decode() if _OBJECT_ID.fullmatch(said) else None
        name = said.removeprefix(b"ref: ")
    return None


def _packed(repository: str, name: bytes) -> str | None:
    """The commit of a branch in ``packed-refs``, which has lines of an id, a blank and a name."""
    refs = _content(repository, b"packed-refs") or b""
    before, found, _ = (b"\n" + refs).partition(b" " + name + b"\n")
    commit = before.rpartition(b"\n")[2]
    return commit.decode() if found and _OBJECT_ID.fullmatch(commit) else None


def _content(repository: str, name: bytes) -> bytes | None:
    """The content of a file of the repository; None where there is none, or not one of the kind and size of refs."""
    try:
        file = os.open(os.path.join(os.fsencode(repository), name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        size = os.fstat(file).st_size
        return os.read(file, size + 1) if size <= _MOST_BYTES else None
    except OSError:
        return None
    finally:
        os.close(file)
