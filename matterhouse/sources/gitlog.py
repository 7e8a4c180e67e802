"""The commits of a git repository along first parents, each with the files that it changed: what ``git log`` tells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from matterhouse.sources.files import path_text
from matterhouse.sources.gitcommand import GitFailed, output_of
from matterhouse.sources.limits import Limits

_CHUNK = 1 << 20
_LONGEST = 64 * _CHUNK  # bytes of a name or an author
_COMMIT = b"\1"  # what a commit begins with; names of files are told apart by their place
_RENAMES = ("--find-renames=50%", "-l400")  # of a commit that moves more files, only whole contents are compared
_LOG = (
    "log", "--first-parent", "--diff-merges=first-parent", "--reverse", "--raw", "-z", "-r", "--root", *_RENAMES,
    "--no-abbrev", "--no-color", "--no-ext-diff", "--no-textconv", "--no-notes", "--no-show-signature", "--no-mailmap",
    "--no-relative", "--ignore-submodules=none", "--encoding=UTF-8", "-O/dev/null",
    "--format=tformat:%x01%H %P%n%ct%n%an",
)  # fmt: skip
_RAW = re.compile(rb"\n?:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([A-Z])\d*")


class Change(NamedTuple):
    """One file that a commit changed, added or removed.

    ``blob`` is the id of its content, None where no file is there any more. ``renamed_from`` is the path that it had
    before, where git takes it for a file that was moved.
    """

    path: str
    raw_path: bytes
    blob: str | None
    renamed_from: str | None = None


class Commit(NamedTuple):
    """One commit: ``time`` of committing in seconds since 1970, None where it has none that git can read; its first
    ``parent``, None for one that has none.
    """

    id: str
    parent: str | None
    time: int | None
    author: str
    changes: list[Change]


def commits(
    repository: str, limits: Limits, since: str | None, until: str, wants: Callable[[str], bool]
) -> Iterator[Commit]:
    """The commits from the one after ``since`` to ``until``, the oldest first, with the changes of wanted files.

    Raises GitFailed, also where a commit changes more files than the limit ``files``.
    """
    span = [until] if since is None else [until, f"^{since}"]
    with output_of(["-c", "log.showRoot=true", *_LOG, *span, "--"], repository, limits) as output:
        tokens = _tokens(output)
        token = next(tokens, None)
        while token is not None:
            head = token
            changes: list[Change] = []
            token = next(tokens, None)
            while token is not None and not token.startswith(_COMMIT):
                changes += _changes(token, tokens, wants)
                if len(changes) > 2 * limits.files:  # a small hostile commit can unfold to billions
                    raise GitFailed(f"a commit changes more than {limits.files:,} files (the limit `files`)")
                token = next(tokens, None)
            yield _commit(head, changes)


def _commit(head: bytes, changes: list[Change]) -> Commit:
    ids, time, author = head.removeprefix(_COMMIT).decode("utf-8", "replace").split("\n", 2)
    commit, *parents = ids.split()
    return Commit(commit, parents[0] if parents else None, int(time) if time else None, author, changes)


def _changes(raw: bytes, tokens: Iterator[bytes], wants: Callable[[str], bool]) -> Iterator[Change]:
    """The changes that one entry stands for: two where a file was moved."""
    found = _RAW.fullmatch(raw)
    if found is None:
        raise GitFailed("git log told what cannot be read")
    mode, blob, status = found.groups()
    before = None
    if status in b"RC":
        raw_before = next(tokens)
        before = path_text(raw_before) if status == b"R" and wants(path_text(raw_before)) else None
        if before is not None:
            yield Change(before, raw_before, None)
    raw_path = next(tokens)
    path = path_text(raw_path)
    if wants(path):
        yield Change(path, raw_path, blob.decode() if mode.startswith(b"100") else None, before)


def _tokens(output: IO[bytes]) -> Iterator[bytes]:
    """What stands between NULs, few at a time."""
    rest = b""
    while chunk := output.read(_CHUNK):
        *tokens, rest = (rest + chunk).split(b"\0")
        yield from tokens
        if len(rest) > _LONGEST:
            raise GitFailed("git log told what cannot be read")
