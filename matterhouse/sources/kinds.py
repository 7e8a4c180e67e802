"""The kinds of sources. A new kind is one module beside this one, and one ``Kind`` in ``KINDS``.

A kind's module has ``open_place(request)``, which takes a ``Request`` and gives a ``Source``. It is imported when a
source of the kind is opened, and not before.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matterhouse.sources.files import Globs
from matterhouse.sources.limits import Limits

if TYPE_CHECKING:
    from matterhouse.sources.source import Source

PROTOCOLS = ("https", "ssh", "file", "git")
_END_OF_PATH = re.compile("[?#]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a source is: ``kind`` says how ``where`` is read.

    ``folder``: an absolute folder path, read from disk. ``repository``: the absolute path of a
    normal or bare git repository on this machine, read in place. ``remote``: a git URL, or the
    absolute path of a bundle file, that is cloned first. The name of another kind: the uri itself.
    """

    kind: str
    where: str

    @property
    def is_filled_folder(self) -> bool:
        """Whether it is a folder in which something is: an empty one may be a place where a disk is missing."""
        try:
            return self.kind == "folder" and bool(os.listdir(self.where))
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Request:
    """What a source is to be opened with: see ``open_source``."""

    name: str
    uri: str
    place: Place
    ref: str | None
    globs: Globs
    limits: Limits
    clones: str | os.PathLike[str] | None
    trust: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source.

    ``schemes`` are the beginnings of a uri that ask for it, ``help`` is what a uri may be then, ``token`` what
    ``position`` or a listing gives that is equal when nothing changed, both in words. ``module`` is the dotted name of
    its module. ``suffixes`` are the ends of a path or of an https:// URL that ask for it, too; a kind that has some
    takes paths of this machine. ``places`` are the kinds of ``Place`` that it opens, where these are not just its name.
    """

    name: str
    schemes: tuple[str, ...]
    help: tuple[str, ...]
    token: str
    module: str
    takes_ref: bool = False
    suffixes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def claims(self, uri: str) -> bool:
        """Whether the beginning or the end of a uri asks for it."""
        return uri.startswith(self.schemes) or (bool(self.suffixes) and _path_of(uri).endswith(self.suffixes))

    def opens(self, place: Place) -> bool:
        """Whether it is the kind of a place."""
        return place.kind in (self.places or (self.name,))

    def open_place(self, request: Request) -> Source:
        """The source, which reads nothing yet. Raises SourceUnavailable."""
        source: Source = importlib.import_module(self.module).open_place(request)
        return source


FOLDER = Kind(
    "folder",
    schemes=("folder:",),
    help=("a folder",),
    token="names, sizes and times of its files",
    module="matterhouse.sources.folder",
)
GIT = Kind(
    "git",
    schemes=("git+", *(f"{protocol}://" for protocol in PROTOCOLS)),
    help=("a git repository", "a *.bundle file", "a git URL"),
    token="the commit that `ref` names",
    module="matterhouse.sources.git",
    takes_ref=True,
    places=("repository", "remote"),
)
ARCHIVE = Kind(
    "archive",
    schemes=("archive:",),
    help=("a *.tar.gz, *.tar.zst or *.zip file", "an https:// URL of one"),
    token="size and times of the file, or what its server calls its version; then the content of its members",
    module="matterhouse.sources.archive",
    suffixes=(".tar.gz", ".tgz", ".tar.zst", ".tar", ".zip"),
)
OBJECTS = Kind(
    "objects",
    schemes=("s3://", "gs://", "az://"),
    help=("an s3://, gs:// or az:// prefix",),
    token="names, sizes and ETags of its objects",
    module="matterhouse.sources.objects",
)
KINDS = {kind.name: kind for kind in (FOLDER, GIT, ARCHIVE, OBJECTS)}


def kind_of(place: Place) -> Kind:
    """The kind that opens a place."""
    return next(kind for kind in KINDS.values() if kind.opens(place))


def other_kind(uri: str) -> Kind | None:
    """The kind, neither folder nor git, that the beginning of ``uri`` asks for."""
    others = (kind for kind in KINDS.values() if kind not in (FOLDER, GIT))
    return next((kind for kind in others if kind.claims(uri)), None)


def _path_of(uri: str) -> str:
    """The path of an https:// URL, or what is one without a scheme and no folder, in small letters; else nothing."""
    protocol, is_url, rest = uri.partition("://")
    if is_url:
        return _END_OF_PATH.split(rest)[0].lower() if protocol.lower() == "https" else ""
    return "" if ":" in uri.split("/")[0] or os.path.isdir(uri) else uri.lower()


def what_a_uri_is() -> str:
    """``a folder, a git repository, ... or ...``: all that a uri may name."""
    *most, last = (words for kind in KINDS.values() for words in kind.help)
    return f"{', '.join(most)} or {last}"


def shown_protocols() -> str:
    """What a URL may begin with: of git first, then of other kinds."""
    others = [scheme for kind in KINDS.values() if kind not in (FOLDER, GIT) for scheme in kind.schemes]
    git = f"git URLs begin with {', '.join(f'{protocol}://' for protocol in PROTOCOLS)}"
    return f"{git}, others with {', '.join(others)}" if others else git


def table() -> Iterator[str]:
    """The kinds as lines of a table in Markdown."""
    yield "| kind | a `uri` is | schemes | unchanged while these are the same |"
    yield "|---|---|---|---|"
    for kind in KINDS.values():
        schemes = ", ".join(f"`{scheme}`" for scheme in kind.schemes)
        yield f"| {kind.name} | {', '.join(kind.help)} | {schemes} | {kind.token} |"
