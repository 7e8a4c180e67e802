"""What can go wrong with one file of a source, with all of it, and with Matterhouse itself."""

from matterhouse.sources.uris import redacted

NOT_READ = frozenset({"permission", "io_error", "vanished", "not_a_file"})
"""Reasons of the moment, not of the content: a file rejected for one of them is tried again in each run."""


class Unreadable(Exception):
    """One file that could not be read: it becomes a row of ``meta.rejects``, and the run goes on.

    ``reason`` is a short code (``vanished``, ``too_large``, …), ``message`` a sentence for a person,
    ``line`` and ``column`` the place in the file, counted from 1, where there is one.
    """

    def __init__(self, reason: str, message: str, line: int | None = None, column: int | None = None):
        super().__init__(reason, message, line, column)
        self.reason = reason
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = ", ".join(f"{word} {n}" for word, n in (("line", self.line), ("column", self.column)) if n is not None)
        return f"{place}: {self.message}" if place else self.message


class Skipped(Exception):
    """A file that is left out because of what it is: it is counted as skipped, with the ``reason`` as a short code."""

    def __init__(self, reason: str, message: str):
        super().__init__(reason, message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return self.message


class SourceUnavailable(Exception):
    """A source that cannot be listed or read as a whole: the run fails and nothing is removed.

    The message names the source and its uri, without the secrets that the uri may hold.
    ``may_pass``: a server did not answer, and the same may go well in a minute.
    """

    def __init__(self, name: str, uri: str, why: str, may_pass: bool = False):
        super().__init__(name, redacted(uri), why, may_pass)
        self.name = name
        self.uri = redacted(uri)
        self.why = why
        self.may_pass = may_pass

    def __str__(self) -> str:
        return f"source {self.name} ({self.uri}): {self.why}"


class AuditFailed(Exception):
    """The fast reader and the authority disagree: a fault of Matterhouse, which must not reach the tables."""
