"""Our own bare copy of a remote repository: all its branches and tags, and where its HEAD points."""

from __future__ import annotations

import os

from matterhouse.sources import copies
from matterhouse.sources.gitcommand import GitFailed, run, run_remote
from matterhouse.sources.limits import Limits
from matterhouse.sources.uris import PROTOCOLS

REMOTE_HEAD = "refs/matterhouse/head"

_BRANCHES_AND_TAGS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class Clone:
    """The copy of ``url`` below the folder ``clones``, in ``<name>-<short hash of the url>.git``.

    One process at a time may use it (the warehouse lock sees to that). The URL is not written into
    it, as it may hold a password.
    """

    def __init__(self, clones: str | os.PathLike[str], name: str, url: str, limits: Limits = Limits()):
        self._clones = os.path.abspath(clones)
        self._url = url
        self._limits = limits
        self.folder = f"{copies.path_of(clones, name, url)}.git"

    def refresh(self) -> None:
        """Brings the copy up to the remote, or makes it; raises GitFailed, and then leaves it as it was.

        A copy that cannot be fetched into may be damaged, or hold the locks of a process that was
        killed: it is made anew, which fails as well when it is the remote that does not answer.
        """
        os.makedirs(self._clones, mode=0o700, exist_ok=True)
        self._sweep()
        if os.path.isdir(self.folder):
            try:
                self._fetch(self.folder)
            except GitFailed:
                self._make()
        else:
            self._make()

    def remote_commit(self, ref: str | None) -> str | None:
        """The commit that the remote's HEAD, or its branch or else tag ``ref`` names now; nothing is fetched.

        None where the remote does not say it, as of a ref that is a commit. Raises GitFailed.
        """
        names = [f"refs/heads/{ref}", f"refs/tags/{ref}^{{}}", f"refs/tags/{ref}"] if ref else ["HEAD"]
        scope = ["--heads", "--tags"] if ref else []
        settings, folder = self._remote_settings(), self.folder
        told = run_remote(["ls-remote", *scope, "source", *names], folder, settings, PROTOCOLS, self._limits)
        commits = {name: commit for commit, _, name in (line.partition("\t") for line in told.decode().splitlines())}
        return next((commits[name] for name in names if name in commits), None)

    def discard(self) -> None:
        """Removes the copy, so that the next ``refresh`` makes it anew."""
        if os.path.isdir(self.folder):
            os.rename(self.folder, self._beside("old"))
            self._sweep()

    def _make(self) -> None:
        """Clones under another name first: what a killed process leaves behind is never taken for a copy."""
        part = self._beside("part")
        os.mkdir(part, mode=0o700)
        try:
            run(["init", "--quiet", "--bare", "--template="], part, self._limits)
            self._fetch(part)
            if os.path.isdir(self.folder):
                os.rename(self.folder, self._beside("old"))
            os.rename(part, self.folder)
        finally:
            self._sweep()

    def _fetch(self, folder: str) -> None:
        try:
            self._fetch_refs(folder, f"+HEAD:{REMOTE_HEAD}", *_BRANCHES_AND_TAGS)
        except GitFailed as error:
            if "find remote ref HEAD" not in str(error):
                raise
            run(["update-ref", "-d", REMOTE_HEAD], folder, self._limits)
            self._fetch_refs(folder, *_BRANCHES_AND_TAGS)

    def _fetch_refs(self, folder: str, *refspecs: str) -> None:
        fetch = ["fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--update-shallow"]
        run_remote([*fetch, "source", *refspecs], folder, self._remote_settings(), PROTOCOLS, self._limits)

    def _remote_settings(self) -> dict[str, str]:
        """What git has to know of the remote ``source``."""
        settings = {"remote.source.url": self._url}
        if self._url.startswith(("file:", "/")):  # upload-pack is made to serve a repository of another user, too
            settings["remote.source.uploadpack"] = "git -c 'safe.directory=*' upload-pack"
        return settings

    def _beside(self, state: str) -> str:
        return f"{self.folder}.{state}-{os.getpid()}-{os.urandom(4).hex()}"

    def _sweep(self) -> None:
        ours = os.path.basename(self.folder)
        with os.scandir(self._clones) as entries:
            left_over = [entry.path for entry in entries if entry.name.startswith((f"{ours}.part-", f"{ours}.old-"))]
        for folder in left_over:
            from shutil import rmtree

            rmtree(folder, ignore_errors=True)
