"""A source that is a git repository, on this machine or cloned: the files of one commit.

Only what is committed is seen. Files are taken out of git's store as they are: no filter,
attribute, hook or other program that a repository names is ever run.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from matterhouse.sources.clone import REMOTE_HEAD, Clone
from matterhouse.sources.errors import SourceUnavailable, Unreadable
from matterhouse.sources.files import File, Listing, blob_id, path_text
from matterhouse.sources.folder import too_large
from matterhouse.sources.gitcommand import GitFailed, GitMissing, first_words, output_of, run
from matterhouse.sources.gitlog import Commit, commits
from matterhouse.sources.kinds import Request
from matterhouse.sources.refs import commit_named
from matterhouse.sources.source import Source
from matterhouse.sources.trust import foreign_content, path_of_file_url
from matterhouse.sources.uris import redacted_text

_CHUNK = 1 << 20
_SUBMODULE = b"160000"
_LINKS = (b"120000", _SUBMODULE)
_NAME_BYTES = 512
_SHA_1 = 40  # digits of an id
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SAID_HERE = (
    ("git timed out", "git took longer than the limit `git_seconds`"),
    ("[Oo]ut of memory|mmap failed", "git took more memory than the limit `git_memory`"),
    ("the limit `files`", "a commit changes more files than the limit `files`"),
    ("promisor", "it is a partial clone, and some of its content is not on this machine: make a full one"),
    ("expected commit type", "the ref does not name a commit"),
    ("not a git repository", "there is no git repository"),
)
_SAID_FETCHING = (
    ("git timed out", "git took longer than the limit `git_seconds`"),
    ("git_file_bytes|File too large", "it is larger than the limit `git_file_bytes`"),
    ("[Oo]ut of memory|mmap failed", "git took more memory than the limit `git_memory`"),
    ("server sha256", "its object ids are SHA-256: clone it by hand and give the path of the clone"),
    ("No space left|write error|unable to write", "the disk that holds the clone is full or failing"),
    ("Host key verification failed", "ssh does not know the host yet: connect to it once by hand"),
    ("Authentication failed|could not read Username|could not read Password", "the login is missing or was refused"),
    ("Permission denied|error: 40[13]", "the login is missing or was refused"),
    ("resolve host|Name or service not known|name resolution|look up", "the name of its host is not known here"),
    ("refused|timed out|[Ff]ailed to connect|unable to connect|too slow", "its host does not answer"),
    ("unreachable|No route", "its host does not answer"),
    ("transport .* not allowed", "it leads to another protocol, and that is not allowed"),
    ("prerequisite commits", "the bundle builds on commits that are not in it: make it with --all"),
    ("not a git repository|not appear to be a git|not found|does not exist", "there is no git repository"),
)
_NO_HOST = ("the name of its host is not known here", "its host does not answer")
_MAY_PASS = (*_NO_HOST, None)  # None: git said something else


def open_place(request: Request) -> GitSource:
    """The source of a place of the kind ``repository`` or ``remote``; raises SourceUnavailable."""
    if request.place.kind == "remote" and request.clones is None:
        raise SourceUnavailable(request.name, request.uri, "a remote repository needs a folder for its clone")
    return GitSource(request)


class GitSource(Source):
    """The files of one commit of a repository; ``position()`` is the commit's id.

    ``ref`` is a branch, a tag or a commit; None is the commit that is checked out, or, of a clone,
    the remote's default branch. Remote places are cloned below the folder ``clones``.
    """

    kind = "git"

    def __init__(self, request: Request):
        self.name, self.uri = request.name, request.uri
        self._ref = None if request.ref == "HEAD" else request.ref
        self._globs, self._limits = request.globs, request.limits
        place, clones = request.place, request.clones
        self._clone = None
        if place.kind == "remote" and clones is not None:
            self._clone = Clone(clones, self.name, place.where, self._limits)
        self._repository = self._clone.folder if self._clone else _git_folder(place.where)
        self._trust = request.trust
        self._is_served = place.where.lower().startswith("file://")
        self._where = place.where
        self._commit: str | None = None

    def still_at(self, position: str) -> bool:
        """Whether the ref still names the commit ``position``, by what the refs say: no content is read or fetched.

        False where only ``position()`` can tell. Raises SourceUnavailable for a host that does not answer.
        """
        if self._ref and _OBJECT_ID.fullmatch(self._ref):
            return self._ref == position
        if self._clone is None or self._is_served:
            return commit_named(_git_folder(self._folder_here()), self._ref) == position
        try:
            return self._clone.remote_commit(self._ref) == position
        except GitFailed as error:
            why = _in_words(error, _SAID_FETCHING)
            if why in _NO_HOST:
                raise self._unavailable(why, error, may_pass=True) from None
            return False

    def position(self) -> str:
        """The id of the commit that the ref names now; a clone is fetched into first.

        ``list()`` lists this commit until the next call. Raises SourceUnavailable.
        """
        self._refuse_foreign_content()
        try:
            if self._clone:
                self._clone.refresh()
            elif not os.path.isdir(self._repository) and not os.path.isfile(self._repository):
                raise self._unavailable("there is no git repository")
        except GitFailed as error:
            why = _in_words(error, _SAID_FETCHING)
            raise self._unavailable(why or "git cannot fetch it", error, may_pass=why in _MAY_PASS) from None
        except OSError as error:
            raise self._unavailable(f"its clone cannot be kept at {self._repository}: {error.strerror}") from None
        self._commit = self._resolve()
        return self._commit

    def _refuse_foreign_content(self) -> None:
        """Refuse a repository on this machine that leads git to another one, unless it is trusted."""
        if self._trust or (self._clone and not self._is_served):
            return
        try:
            why = foreign_content(self._folder_here())
        except OSError as error:
            raise self._unavailable(f"its git folder cannot be looked at: {error.strerror}") from None
        if why:
            allow = "set `trust: true` for the source if nobody else writes it (a worktree or shared clone of your own)"
            raise self._unavailable(f"{why}, so that content of another repository could be published: {allow}")

    def _folder_here(self) -> str:
        """The folder of a repository that is on this machine, also where it is cloned."""
        return path_of_file_url(self._where) if self._is_served else self._where

    def list(self) -> Listing:
        """The included files of the commit; their content_hash is the blob id, their mtime 0.

        Symbolic links and submodules are skipped. Raises SourceUnavailable.
        """
        listed_at_ns = time.time_ns()
        commit = self._commit or self.position()
        files: list[File] = []
        skipped: list[tuple[File, str]] = []
        try:
            for mode, file in self._included(commit):
                reason = self._reason(mode, file.path)
                if reason is None:
                    files.append(file)
                else:
                    skipped.append((file, reason))
        except GitFailed as error:
            raise self._damaged(error) from None
        return Listing.of(files, skipped, listed_at_ns)

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes | Unreadable]]:
        """Each of ``files`` with its content, in the order given, read by one ``git cat-file``.

        Raises SourceUnavailable when the repository turns out to be damaged.
        """
        from tempfile import TemporaryFile

        files = [*files]
        limit = self._limits.file_bytes
        with TemporaryFile() as ids:
            ids.writelines(_object_id(file) + b"\n" for file in files if file.size <= limit)
            ids.seek(0)
            try:
                with output_of(["cat-file", "--batch", "--buffer"], self._repository, self._limits, ids) as output:
                    for file in files:
                        is_large = file.size > limit
                        yield file, too_large(file.size, limit) if is_large else _proved(file, self._content(output))
            except GitFailed as error:
                raise self._damaged(error) from None

    def commits(self, since: str | None = None) -> Iterator[Commit]:
        """The commits along first parents from the one after ``since`` to the position, the oldest first, each with
        the included files that it changed.

        Raises SourceUnavailable.
        """
        until = self._commit or self.position()
        try:
            yield from commits(self._repository, self._limits, since, until, self._globs.wants)
        except GitFailed as error:
            raise self._damaged(error) from None

    def line(self, since: str | None = None) -> Sequence[str]:
        """The ids of the commits along first parents, the newest first, down to the one after ``since``.

        Raises SourceUnavailable.
        """
        span = [self._commit or self.position(), *([f"^{since}"] if since else [])]
        try:
            return run(["rev-list", "--first-parent", *span, "--"], self._repository, self._limits).decode().split()
        except GitFailed as error:
            raise self._damaged(error) from None

    def has_commit(self, commit: str) -> bool:
        """Whether the repository has a commit of that id. Raises SourceUnavailable."""
        try:
            return self._commit_of(commit) is not None
        except GitFailed as error:
            raise self._damaged(error) from None

    @property
    def is_shallow(self) -> bool:
        """Whether the repository holds the newest commits only; known when there is a position."""
        return os.path.isfile(os.path.join(self._repository, "shallow"))

    def _resolve(self) -> str:
        try:
            for ref in _meanings(self._ref) if self._ref else self._default_refs():
                if commit := self._commit_of(ref):
                    return commit
        except GitFailed as error:
            raise self._damaged(error) from None
        if self._ref:
            raise self._unavailable(f"there is no branch, tag or commit {self._ref!r}")
        raise self._unavailable("it has no commit yet, or no default branch: then set `ref`")

    def _commit_of(self, ref: str) -> str | None:
        """The id of the commit that ``ref`` names; None where there is no such ref, which git says by silence."""
        try:
            verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"]
            return run(verify, self._repository, self._limits).decode().strip()
        except GitFailed as error:
            if str(error) or error.was_killed:
                raise
            return None

    def _default_refs(self) -> Sequence[str]:
        """HEAD; of a clone the remote's HEAD, or, of a bundle made without it, a branch that must be the one."""
        if not self._clone:
            return ["HEAD"]
        branches = run(
            ["for-each-ref", "--format=%(refname)", "--count=2", "refs/heads"], self._repository, self._limits
        ).split()
        only = [os.fsdecode(branch) for branch in branches] if len(branches) == 1 else []
        return [REMOTE_HEAD, "refs/heads/main", "refs/heads/master", *only]

    def _included(self, commit: str) -> Iterator[tuple[bytes, File]]:
        """The names of the commit's tree that are wanted or told of, with their modes."""
        wants, excludes = self._globs.wants, self._globs.excludes
        for entry in self._tree(commit):
            head, _, raw_path = entry.partition(b"\t")
            path = path_text(raw_path)
            if (
                wants(path)
                or (head.startswith(_LINKS) and (self._globs.may_be_folder(path) or head.startswith(_SUBMODULE)))
                or (excludes(path) and self._globs.enters(path))
            ):
                mode, _, object_id, size = head.split()
                yield mode, File(path, raw_path, int(size) if size.isdigit() else 0, 0, object_id.decode())

    def _reason(self, mode: bytes, path: str) -> str | None:
        """Why a file of the tree is not read; None for one that is."""
        if self._globs.excludes(path):
            return "excluded"
        if mode == _SUBMODULE:
            return "submodule"
        return None if mode.startswith(b"100") else "symlink"

    def _tree(self, commit: str) -> Iterator[bytes]:
        """The lines of ``git ls-tree``, few at a time: a small hostile tree can unfold to billions."""
        most, rest, names, size = self._limits.files, b"", 0, 0
        with output_of(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], self._repository, self._limits) as output:
            while chunk := output.read(_CHUNK):
                *entries, rest = (rest + chunk).split(b"\0")
                names += len(entries)
                size += len(chunk)
                if names > most or size > _CHUNK + most * _NAME_BYTES:
                    raise self._unavailable(f"it holds more than {most:,} files, or too long names (the limit `files`)")
                yield from entries

    def _content(self, output: IO[bytes]) -> bytes | Unreadable:
        """The next object of ``git cat-file --batch``: a line of id, type and size, the bytes, a line break."""
        header = output.readline().split()
        if header[1:] == [b"missing"]:
            if self._clone:
                raise GitFailed("an object is missing")
            return Unreadable("vanished", "the commit names this content, but the repository does not have it")
        if len(header) != 3:
            raise GitFailed("git cat-file ended early")
        size = int(header[2])
        if header[1] != b"blob" or size > self._limits.file_bytes:
            _drop(output, size + 1)
            not_a_file = Unreadable("not_a_file", "git has a folder or a commit under this name, not a file")
            return not_a_file if header[1] != b"blob" else too_large(size, self._limits.file_bytes)
        content = output.read(size)
        if output.read(1) != b"\n":
            raise GitFailed("git cat-file ended early")
        return content

    def _damaged(self, error: GitFailed) -> SourceUnavailable:
        if words := _in_words(error, _SAID_HERE):
            return self._unavailable(words, error)
        if self._clone:
            self._clone.discard()
            why = "our clone of it was damaged and is removed: the next run makes it anew"
            return self._unavailable(why, error, may_pass=True)
        return self._unavailable("it is damaged or incomplete: `git fsck` says more", error)

    def _unavailable(self, why: str, error: GitFailed | None = None, may_pass: bool = False) -> SourceUnavailable:
        said = redacted_text(first_words(str(error)), self.uri) if error else ""
        why = f"{why} (git: {said})" if said and said != why else why
        return SourceUnavailable(self.name, self.uri, why, may_pass)


def _meanings(ref: str) -> list[str]:
    """What a ref may mean, in order: a branch before all else, where git itself would take a tag of the same name; but
    a commit's whole id is that commit.
    """
    return [ref] if _OBJECT_ID.fullmatch(ref) else [f"refs/heads/{ref}", ref]


def _git_folder(folder: str) -> str:
    inside = os.path.join(folder, ".git")
    return inside if os.path.lexists(inside) else folder


def _object_id(file: File) -> bytes:
    if file.content_hash is None or not _OBJECT_ID.fullmatch(file.content_hash):
        raise ValueError(f"{file.path!r} does not come from this source's listing: it has no blob id")
    return file.content_hash.encode()


def _proved(file: File, content: bytes | Unreadable) -> bytes | Unreadable:
    """The content, if it is the one that its id stands for: git does not look when it reads."""
    if isinstance(content, bytes) and len(file.content_hash or "") == _SHA_1 and blob_id(content) != file.content_hash:
        return Unreadable("wrong_content", "the repository holds other content under this id: `git fsck` says more")
    return content


def _drop(output: IO[bytes], size: int) -> None:
    while size > 0 and (part := output.read(min(size, _CHUNK))):
        size -= len(part)


def _in_words(error: GitFailed, sayings: tuple[tuple[str, str], ...]) -> str | None:
    if isinstance(error, GitMissing):
        return str(error)
    if error.was_killed:
        return "git was stopped from outside"
    return next((words for pattern, words in sayings if re.search(pattern, str(error))), None)
