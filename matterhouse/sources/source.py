"""The one way to a content source: ``open_source`` gives a ``Source``, whatever the uri names."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from copy import copy
from typing import Self

from matterhouse.sources.errors import SourceUnavailable, Unreadable
from matterhouse.sources.files import DEFAULT_EXCLUDE, DEFAULT_INCLUDE, File, Globs, Listing
from matterhouse.sources.kinds import Request, kind_of
from matterhouse.sources.limits import Limits
from matterhouse.sources.uris import locate


class Source(ABC):
    """A content repository that can be listed and read; ``kind`` is a name of ``matterhouse.sources.kinds``.

    One without commits has no positions: then a listing alone tells what changed.
    """

    name: str
    uri: str
    kind: str
    _globs: Globs

    def position(self) -> str | None:
        """The id of the commit that the source stands at (a clone is fetched into first); None where it has none.

        A position equal to the last one means that nothing changed. Raises SourceUnavailable.
        """
        return None

    def still_at(self, position: str) -> bool:
        """Whether the source certainly still stands at a position that it had, found out at small cost.

        False where only ``position()`` can tell. Raises SourceUnavailable.
        """
        return False

    def with_globs(self, globs: Globs) -> Self:
        """The same source at the same position, asked for other files."""
        other = copy(self)
        other._globs = globs
        return other

    @abstractmethod
    def list(self) -> Listing:
        """The source's files at its position; raises SourceUnavailable."""

    @abstractmethod
    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes | Unreadable]]:
        """Each file with its content or the reason why it has none, in the order given.

        The file that comes back has content_hash, size and mtime of what was read. Raises
        SourceUnavailable when the source as a whole has gone.
        """


def open_source(
    name: str,
    uri: str,
    ref: str | None = None,
    *,
    include: Iterable[str] = DEFAULT_INCLUDE,
    exclude: Iterable[str] = DEFAULT_EXCLUDE,
    clones: str | os.PathLike[str] | None = None,
    limits: Limits = Limits(),
    trust: bool = False,
) -> Source:
    """The source that ``uri`` names; ``matterhouse.sources.uris.locate`` says which uris there are.

    Nothing is read yet. ``clones`` is the folder for copies of remote repositories. A git
    repository on this machine may read from another one only with ``trust``. Raises
    SourceUnavailable for a uri or ref that is not allowed, ValueError for a glob that is none.
    """
    globs = Globs(include, exclude)
    try:
        place = locate(uri, ref)
    except ValueError as error:
        raise SourceUnavailable(name, uri, str(error)) from None
    return kind_of(place).open_place(Request(name, uri, place, ref, globs, limits, clones, trust))
