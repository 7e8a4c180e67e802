"""Whether a git repository keeps its content itself, or names another place that git would read from.

Whoever writes a repository could so publish what only the account of the run can read: git follows a ``.git`` file,
``commondir``, object alternates and symbolic links without a word.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import unquote

_FOLDERS = ("objects", "refs", "reftable")
_READ = {*_FOLDERS, "HEAD", "config", "config.worktree", "info", "packed-refs", "shallow"}
_MOST_BYTES = 1_000_000
_SUFFIXES = ("/.git", "", ".git/.git", ".git")  # where git looks for the repository of a path that it serves


def path_of_file_url(url: str) -> str:
    """The folder of the repository that a ``file://`` URL names, found as git finds it."""
    path = unquote(url[len("file:") :])
    folders = (path.rstrip("/") + suffix for suffix in _SUFFIXES)
    found = next((folder for folder in folders if os.path.lexists(f"{folder}/HEAD") or os.path.isfile(folder)), path)
    return found.removesuffix("/.git")


def foreign_content(top: str) -> str | None:
    """What makes git read outside of the repository at the folder ``top``, in words; None where nothing does.

    ``top`` is the folder that holds ``.git``, or a bare repository. Raises OSError where it cannot be looked at.
    """
    folder = os.path.join(top, ".git")
    if os.path.islink(folder):
        return "its `.git` is a symbolic link"
    if os.path.lexists(folder) and not os.path.isdir(folder):
        return "its `.git` is a file that names another folder"
    if not os.path.isdir(folder):
        folder = top
    if os.path.lexists(os.path.join(folder, "commondir")):
        return "its git folder has a file `commondir` that names another folder"
    for link in _links_of_repository(folder):
        return f"its git folder holds a symbolic link, `{os.path.relpath(link, folder)}`"
    return _foreign_alternate(os.path.join(folder, "objects"), os.path.realpath(top))


def _links_of_repository(folder: str) -> Iterator[str]:
    """The symbolic links among what git reads in a git folder; HEAD may be one to a branch, as old versions made it."""
    if not os.path.isdir(folder):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in _READ:
                continue
            if entry.is_symlink() and not (entry.name == "HEAD" and os.readlink(entry.path).startswith("refs/heads/")):
                yield entry.path
            elif entry.is_dir(follow_symlinks=False):
                yield from _links(entry.path)


def _links(folder: str) -> Iterator[str]:
    """The symbolic links below a folder."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                yield entry.path
            elif entry.is_dir(follow_symlinks=False):
                yield from _links(entry.path)


def _foreign_alternate(objects: str, top: str) -> str | None:
    """Why an object store that ``objects`` builds on, or one that this builds on, is not below ``top``."""
    waiting, seen = [objects], set()
    while waiting:
        store = waiting.pop()
        if store in seen:
            continue
        seen.add(store)
        for alternate in _alternates(store):
            if not alternate.startswith(top + os.sep):
                return "its `objects/info/alternates` names another repository's objects"
            if os.path.isdir(alternate) and any(_links(alternate)):
                return "its `objects/info/alternates` names a folder that holds a symbolic link"
            waiting.append(alternate)
    return None


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # else a FIFO would be waited for


def _alternates(store: str) -> list[str]:
    """The real paths of the stores that an object store names; what is quoted or very long counts as foreign."""
    try:
        with open(os.path.join(store, "info", "alternates"), "rb", opener=_open_without_waiting) as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return []
    if len(content) > _MOST_BYTES:
        return [""]
    names = [os.fsdecode(line) for line in content.split(b"\n") if line and not line.startswith(b"#")]
    return ["" if name.startswith('"') else os.path.realpath(os.path.join(store, name)) for name in names]
