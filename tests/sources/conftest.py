"""Tiny real git repositories for the tests of sources."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


class Repository:
    """A git repository in ``folder``, on branch main, without a commit yet."""

    def __init__(self, folder: Path, *options: str):
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "-b", "main", *options)

    def __str__(self) -> str:
        return str(self.folder)

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        """The output of a git command in the folder, without the line break at its end."""
        done = subprocess.run(["git", *arguments], cwd=self.folder, input=stdin, capture_output=True, check=True)
        return os.fsdecode(done.stdout).removesuffix("\n")

    def commit(self, files: dict[str, str] | None = None) -> str:
        """Writes these files and commits all that there is; the commit's id."""
        for path, text in (files or {}).items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def blob(self, content: bytes) -> str:
        """Puts a file's content into git's store; its id."""
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Puts a tree of (mode, name, id) into git's store, also one that git would refuse to make; its id."""
        lines = (mode.encode() + b" " + name + b"\0" + bytes.fromhex(object_id) for mode, name, object_id in entries)
        return self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=b"".join(lines))

    def commit_tree(self, *entries: tuple[str, bytes, str]) -> str:
        """Commits a tree of these entries to main; the commit's id."""
        self.git("update-ref", "refs/heads/main", self.git("commit-tree", self.tree(*entries), "-m", "by hand"))
        return self.git("rev-parse", "main")

    def object_path(self, object_id: str) -> Path:
        """Where git keeps an object that is not in a pack."""
        return self.folder / ".git/objects" / object_id[:2] / object_id[2:]


@pytest.fixture
def make_repository(tmp_path: Path) -> Callable[..., Repository]:
    """``make_repository("name")`` makes an empty repository below tmp_path; further arguments go to ``git init``."""
    return lambda name, *options: Repository(tmp_path / name, *options)


@pytest.fixture
def repository(make_repository: Callable[..., Repository]) -> Repository:
    """A repository with one commit: three files that are included by default, one that is not."""
    made = make_repository("repository")
    made.commit({"_news/a.md": "a", "_news/b.md": "bb", "_data/topics/ai.yaml": "x: 1", "script.js": "no"})
    return made


@pytest.fixture
def child_processes() -> Callable[[], set[int]]:
    """Gives the ids of this process's children as they are when it is called."""

    def now() -> set[int]:
        found = set()
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = status.read_text(errors="replace").rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == os.getpid():
                found.add(int(status.parent.name))
        return found

    return now
