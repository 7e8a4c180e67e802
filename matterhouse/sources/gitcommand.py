"""Runs git so that neither a repository, its server nor the caller's environment can make it do more than asked.

Every command names its repository, sees no configuration of the machine, runs no hook, asks
nothing, reads no replaced objects and may reach only the protocols it is given: none, but for
fetching. It runs in a session of its own, so that a Ctrl-C at the terminal reaches us alone and we
stop it. The user's own git configuration holds: proxies, ssh keys and credential helpers live there.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

_KEPT = {
    "GIT_ASKPASS", "GIT_CONFIG_GLOBAL", "GIT_EXEC_PATH", "GIT_PROXY_COMMAND", "GIT_PROXY_SSL_CAINFO",
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
    "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSL_NO_VERIFY",
}  # fmt: skip
_ALWAYS = {
    "GIT_ATTR_NOSYSTEM": "1",
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
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "fetch.recurseSubmodules": "false",
    "gc.autoDetach": "false",
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "60",
    "maintenance.autoDetach": "false",
    "protocol.ext.allow": "never",
}
_LONGEST_SECONDS = 4 * 3600
_LAST_WORDS = 20_000


class GitFailed(Exception):
    """A git command that failed; the message is what it said, as it said it, secrets included.

    ``was_killed``: it was stopped from outside, which says nothing of the repository.
    """

    def __init__(self, message: str, was_killed: bool = False):
        super().__init__(message)
        self.was_killed = was_killed


class GitMissing(GitFailed):
    """There is no git on this machine; the message is ours, for a person."""


def run(arguments: Sequence[str], repository: str) -> bytes:
    """The output of a command that stays on this machine; raises GitFailed."""
    with _installed():
        done = subprocess.run(
            ["git", f"--git-dir={repository}", *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, start_new_session=True,
            env=_environment(repository, {}, ""),
        )  # fmt: skip
    if done.returncode:
        raise GitFailed(_text(done.stderr), was_killed=done.returncode < 0)
    return done.stdout


def run_remote(arguments: Sequence[str], repository: str, settings: dict[str, str], protocols: Sequence[str]) -> None:
    """Runs a command that may reach a server by these protocols, and waits at most four hours.

    ``settings`` are git settings for this command alone. They travel in the environment, which
    only the same user can look at: a URL may hold a password. (While it transfers, git itself puts
    the URL on the command line of its https helper: a credential helper is the safer place.) The
    command and all that it started are stopped when the wait is interrupted. Raises GitFailed.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as said, _installed():
        process = subprocess.Popen(
            ["git", f"--git-dir={repository}", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True,
            env=_environment(repository, settings, ":".join(protocols)),
        )  # fmt: skip
        try:
            status = process.wait(_LONGEST_SECONDS)
        except BaseException as interruption:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise GitFailed("fatal: the transfer timed out") from None
            raise
        if status:
            raise GitFailed(_tail(said), was_killed=status < 0)


@contextmanager
def output_of(arguments: Sequence[str], repository: str, stdin: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
    """The output of a command that stays on this machine, to be read as it comes.

    The command is stopped when the block is left early. Raises GitFailed at the block's end when
    the command failed; a GitFailed of the block itself gives way to what git said, if it said something.
    """
    from tempfile import TemporaryFile

    with TemporaryFile() as said, _installed():
        process = subprocess.Popen(
            ["git", f"--git-dir={repository}", *arguments],
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True,
            env=_environment(repository, {}, ""),
        )  # fmt: skip
        output = process.stdout
        assert output is not None  # a pipe
        with process:
            try:
                yield output
                status = process.wait()
            except GitFailed as error:
                output.close()
                status = process.wait()
                raise GitFailed(_tail(said) or str(error), status < 0 and status != -signal.SIGPIPE) from None
            except BaseException:
                process.kill()
                raise
        if status:
            raise GitFailed(_tail(said), was_killed=status < 0)


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


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        if error.filename != "git":
            raise
        raise GitMissing("git is not installed: install the package `git`") from None


def _tail(said: IO[bytes]) -> str:
    said.seek(max(0, said.seek(0, os.SEEK_END) - _LAST_WORDS))
    return _text(said.read())


def _text(words: bytes) -> str:
    return words[-_LAST_WORDS:].decode("utf-8", "replace").strip()
