"""Runs git so that neither a repository, its server nor the caller's environment can make it do more than asked.

Every command names its repository, sees no configuration of the machine, runs no hook, asks
nothing, reads no replaced objects and may reach only the protocols it is given: none, but for
fetching. It runs in a session of its own, so that a Ctrl-C at the terminal reaches us alone and we
stop it. The user's own git configuration holds: proxies, ssh keys and credential helpers live there.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from matterhouse.sources.limits import Limits

_KEPT = {
    "GIT_ASKPASS", "GIT_CONFIG_GLOBAL", "GIT_EXEC_PATH", "GIT_PROXY_COMMAND", "GIT_PROXY_SSL_CAINFO",
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
    "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY",
}  # fmt: skip
_ALWAYS = {
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "SSH_ASKPASS_REQUIRE": "never",
}
_SETTINGS = {
    "advice.graftFileDeprecated": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.packedGitLimit": "512m",  # of address space, which the limit of memory counts
    "core.packedGitWindowSize": "32m",
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "60",
    "maintenance.autoDetach": "false",
    "protocol.ext.allow": "never",
}
_LAST_WORDS = 20_000
_TIMED_OUT = "fatal: git timed out: it took longer than {:g} seconds (the limit `git_seconds`)"


_running: set[subprocess.Popen[bytes]] = set()


class GitFailed(Exception):
    """A git command that failed; the message is what it said, as it said it, secrets included.

    ``was_killed``: it was stopped from outside, which says nothing of the repository.
    """

    def __init__(self, message: str, was_killed: bool = False):
        super().__init__(message)
        self.was_killed = was_killed


class GitMissing(GitFailed):
    """There is no git on this machine; the message is ours, for a person."""


def run(arguments: Sequence[str], repository: str, limits: Limits) -> bytes:
    """The output of a command that stays on this machine; raises GitFailed."""
    with output_of(arguments, repository, limits) as output:
        return output.read()


def stop_all() -> None:
    """Stop every command that runs now, in whichever thread; there each ends with GitFailed."""
    for process in list(_running):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)


def run_remote(
    arguments: Sequence[str], repository: str, settings: dict[str, str], protocols: Sequence[str], limits: Limits
) -> bytes:
    """The output of a command that may reach a server by these protocols, within the limits.

    ``settings`` are git settings for this command alone. They travel in the environment, which
    only the same user can look at: a URL may hold a password. (While it transfers, git itself puts
    the URL on the command line of its https helper: a credential helper is the safer place.) The
    command and all that it started are stopped when the wait is interrupted. Raises GitFailed.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as said, TemporaryFile() as output:
        process = subprocess.Popen(
            _command(arguments, repository, limits),
            stdin=subprocess.DEVNULL, stdout=output, stderr=said, start_new_session=True,
            env=_environment(repository, settings, ":".join(protocols)),
        )  # fmt: skip
        try:
            with _counted(process):
                status = process.wait(limits.git_seconds)
        except BaseException as interruption:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise GitFailed(_TIMED_OUT.format(limits.git_seconds)) from None
            raise
        if status:
            raise _failure(said, status, False, limits)
        output.seek(0)
        return output.read()


@contextmanager
def output_of(
    arguments: Sequence[str], repository: str, limits: Limits, stdin: IO[bytes] | None = None
) -> Iterator[IO[bytes]]:
    """The output of a command that stays on this machine, to be read as it comes, within the limits.

    The command is stopped when the block is left early. Raises GitFailed at the block's end when
    the command failed; a GitFailed of the block itself gives way to what git said, if it said something.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as said:
        process = subprocess.Popen(
            _command(arguments, repository, limits),
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True,
            env=_environment(repository, {}, ""),
        )  # fmt: skip
        output = process.stdout
        assert output is not None  # a pipe
        with process, _counted(process), _stopped_after(process, limits.git_seconds) as late:
            try:
                yield output
                status = process.wait()
            except GitFailed as error:
                output.close()
                status = process.wait()
                told = _failure(said, status, late.is_set(), limits)
                raise GitFailed(str(told) or str(error), told.was_killed and status != -signal.SIGPIPE) from None
            except BaseException:
                process.kill()
                raise
        if status:
            raise _failure(said, status, late.is_set(), limits)


def _command(arguments: Sequence[str], repository: str, limits: Limits) -> list[str]:
    """The command for ``arguments``: it, and all that it starts, is bounded from its first moment; only Linux can.

    Raises GitMissing.
    """
    from shutil import which

    if not which("git"):
        raise GitMissing("git is not installed: install the package `git`")
    command = ["git", f"--git-dir={repository}", *arguments]
    if not hasattr(resource, "prlimit"):
        return command
    memory, file_bytes = (
        most if (hard := resource.getrlimit(kind)[1]) == resource.RLIM_INFINITY else min(most, hard)
        for kind, most in ((resource.RLIMIT_AS, limits.git_memory), (resource.RLIMIT_FSIZE, limits.git_file_bytes))
    )
    shell = 'ulimit -S -v "$1" && ulimit -S -f "$2" && shift 2 && exec "$@"'
    return ["/bin/sh", "-c", shell, "sh", str(memory // 1024), str(file_bytes // 512), *command]


@contextmanager
def _counted(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Count the process among those that ``stop_all`` stops."""
    _running.add(process)
    try:
        yield
    finally:
        _running.discard(process)


@contextmanager
def _stopped_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
    """Kills the process when the block takes longer; the event tells whether that was so."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _failure(said: IO[bytes], status: int, is_late: bool, limits: Limits) -> GitFailed:
    """Why a command failed: what git said, or which limit it passed."""
    if is_late:
        return GitFailed(_TIMED_OUT.format(limits.git_seconds))
    if status == -signal.SIGXFSZ:
        return GitFailed("fatal: git wrote a file larger than the limit `git_file_bytes`")
    return GitFailed(_tail(said), was_killed=status < 0)


def first_words(message: str) -> str:
    """The line of git's message that says most."""
    lines = [line for line in message.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("warning:", "hint:", "Warning:"))]
    first = (telling or lines or ["git failed and said nothing"])[0]
    return first.removeprefix("fatal: ").removeprefix("error: ")[:400]


def _environment(repository: str, settings: dict[str, str], protocols: str) -> dict[str, str]:
    """The caller's environment without what would lead git elsewhere (GIT_DIR and so on), and our settings."""
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("GIT_") or name in _KEPT}
    environment |= _ALWAYS | {"GIT_ALLOW_PROTOCOL": protocols}
    all_settings = [*_SETTINGS.items(), *settings.items()]
    all_settings += [("safe.directory", repository), ("safe.directory", repository.removesuffix("/.git"))]
    for number, (key, value) in enumerate(all_settings):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = value
    return environment | {"GIT_CONFIG_COUNT": str(len(all_settings))}


def _tail(said: IO[bytes]) -> str:
    said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_WORDS))
    return _text(said.read())


def _text(words: bytes) -> str:
    return words[-_LAST_WORDS:].decode("utf-8", "replace").strip()
