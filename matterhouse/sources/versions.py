"""What content a version of an object stood for, noted in a file of our own: two digests a line.

It saves reading and is never the truth: a version that is not noted is read again. Lines are only added, by as many
processes as read, and one that was cut off by a kill is none.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

_LINE = re.compile(r"([0-9a-f]{32}) ([0-9a-f]{40})\n")


class Versions:
    """The notes in the file ``path``."""

    def __init__(self, path: str):
        self._path = path

    def known(self) -> dict[str, str]:
        """The git blob id of the content by the digest of the version; nothing where the file cannot be read."""
        try:
            with open(self._path, encoding="ascii", errors="replace") as file:
                return {found[1]: found[2] for line in file if (found := _LINE.fullmatch(line))}
        except OSError:
            return {}

    def note(self, versions: Mapping[str, str]) -> None:
        """Add versions, each with the git blob id of its content. Raises OSError."""
        lines = "".join(f"{version} {content_hash}\n" for version, content_hash in versions.items())
        if lines:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            # It begins with a line break: the line before it may have been cut off.
            self._write(f"\n{lines}", os.O_APPEND)

    def keep(self, wanted: Iterable[str], known: Mapping[str, str]) -> None:
        """Leave out all but the versions ``wanted`` of what is ``known``. Raises OSError."""
        self._write("".join(f"{version} {known[version]}\n" for version in wanted), os.O_TRUNC)

    def _write(self, lines: str, how: int) -> None:
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        try:
            os.write(file, lines.encode())
        finally:
            os.close(file)
