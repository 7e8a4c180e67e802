"""The files of a source: what is known of one, which ones are wanted, and a listing of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

PAGES = tuple("md markdown mdx html htm txt qmd rmd rst njk liquid webc astro xml".split())
DATA = ("yaml", "yml", "json", "toml")
DEFAULT_INCLUDE = (
    *(f"**/*.{suffix}" for suffix in PAGES), "_*/**/*.yaml", "_*/**/*.yml",
    *(f"**/{folder}/**/*.{suffix}" for folder in ("_data", "data") for suffix in DATA),
)  # fmt: skip
DEFAULT_EXCLUDE = (
    "_layouts/**", "_includes/**", "_site/**", "_sass/**", "node_modules/**", "**/.*", "**/.*/**",
)  # fmt: skip
DEFAULT_TEMPLATES = ("**/archetypes/**", "**/scaffolds/**", "**/Templates/**", "**/_templates/**")

_SUFFIX = re.compile(r"(?<=.)\.[A-Za-z0-9]+\Z")  # of a name that has more than it
RACY_NS = 2_000_000_000


class File(NamedTuple):
    """One file of a source, as it was listed or read.

    ``path`` is its name below the source's top, with ``/`` between folders, as text that is always
    valid UTF-8 (see ``path_text``); ``raw_path`` the bytes that the file system or git calls it.
    ``size`` is in bytes; ``mtime_ns`` the modified time in nanoseconds since 1970, 0 in git;
    ``content_hash`` the git blob id, in hex, or None where the content has not been read.
    """

    path: str
    raw_path: bytes
    size: int
    mtime_ns: int
    content_hash: str | None

    def is_racy(self, listed_at_ns: int) -> bool:
        """Whether size and mtime cannot prove that the content is the one seen by that listing.

        A file that was written within the clock tick in which we read it can be written again
        without a trace in its mtime. So a file is taken for unchanged when its size and mtime
        equal those in the ledger, unless its mtime is younger than two seconds before the listing
        (``Listing.listed_at_ns``) that the ledger's row comes from: then its content is hashed
        again, and the row takes the time of the new listing. Files in git are never racy.
        """
        return self.mtime_ns > listed_at_ns - RACY_NS


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source holds at one moment: the included files, sorted by path.

    ``skipped`` are names that are not read, with a reason code: ``symlink`` (also a link that may lead to a folder),
    ``not_a_file`` (a pipe, a device), ``submodule``, ``excluded`` (included but for a glob that excludes it),
    ``too_deep`` (a folder), ``duplicate`` (a damaged git tree names a file twice). Folders that a glob excludes
    with all below them are not looked into.
    ``listed_at_ns`` is the time just before the listing began. Equal ``digest``s mean that nothing
    changed in between: a listing with racy files has a digest that no other listing has.
    """

    files: list[File]
    skipped: list[tuple[File, str]]
    digest: str
    listed_at_ns: int

    @classmethod
    def of(cls, files: list[File], skipped: list[tuple[File, str]], listed_at_ns: int) -> Listing:
        """The listing of these files, in any order."""
        files.sort(key=_by_path)
        if len({file.path for file in files}) != len(files):
            files, twice = _first_of_each(files)
            skipped += [(file, "duplicate") for file in twice]
        skipped.sort(key=lambda entry: (entry[0].path, entry[1]))
        return cls(files, skipped, _digest(files, skipped, listed_at_ns), listed_at_ns)


class Globs:
    """The files that a source is asked for: a path that an include glob matches, and no exclude glob.

    A glob is matched against the whole path, upper and lower case apart but in a suffix: ``*.md`` matches
    ``README.MD``, too. ``*`` is any text without ``/``, ``?`` one character but ``/``, and ``**``, alone between
    slashes, any number of folders, also none; at the end it is everything below. Every other character is itself.
    Raises ValueError for a glob that could match nothing.
    """

    def __init__(self, include: Iterable[str] = DEFAULT_INCLUDE, exclude: Iterable[str] = DEFAULT_EXCLUDE):
        exclude = tuple(exclude)
        self._include = _one_regex(tuple(include))
        self._exclude = _one_regex(exclude)
        self._exclude_folder = _one_regex(tuple(glob.removesuffix("/**") for glob in exclude if glob.endswith("/**")))

    def wants(self, path: str) -> bool:
        """Whether the file ``path`` is included and not excluded."""
        return self._include(path) is not None and self._exclude(path) is None

    def excludes(self, path: str) -> bool:
        """Whether the file ``path`` is included but for a glob that excludes it."""
        return self._include(path) is not None and self._exclude(path) is not None

    def may_be_folder(self, path: str) -> bool:
        """Whether ``path``, a link or a submodule, may stand for a folder that could hold wanted files."""
        return "." not in path.rpartition("/")[2] and self.enters(path)

    def enters(self, path: str) -> bool:
        """Whether no folder on the way to ``path``, nor itself, is excluded with all below it."""
        folders = path.split("/")
        return all(self.may_enter("/".join(folders[:number])) for number in range(1, len(folders) + 1))

    def may_enter(self, folder: str) -> bool:
        """Whether ``folder`` can hold wanted files: False where a glob excludes all below it."""
        return self._exclude_folder(folder) is None


def path_text(raw_path: bytes) -> str:
    """A path's bytes as text: a byte that is no UTF-8 becomes ``\\xff``, a backslash is doubled.

    Doubling keeps two names apart, one of which has the byte 0xff and the other the letters
    ``\\xff``. All other characters stay as they are, line breaks and quotes too.
    """
    return raw_path.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def blob_id(content: bytes) -> str:
    """The id that git gives a file of this content, in hex (SHA-1)."""
    sha = hashlib.sha1(b"blob %d\0" % len(content), usedforsecurity=False)
    sha.update(content)
    return sha.hexdigest()


def glob_regex(glob: str) -> str:
    """The regular expression, for ``re.fullmatch`` with DOTALL, that matches what ``glob`` does."""
    folders = glob.split("/")
    if "" in folders or "." in folders or ".." in folders:
        raise ValueError(f"the glob {glob!r} matches no file: write it as `folder/**/*.md`, from the source's top")
    following = [*folders[1:], None]
    *folders, last = (folder for folder, after in zip(folders, following) if (folder, after) != ("**", "**"))
    above = "".join(r"(?:[^/]+/)*" if folder == "**" else _segment_regex(folder) + "/" for folder in folders)
    if last == "**":
        return above + ".+"
    suffix = _SUFFIX.search(last)
    if suffix is None:
        return above + _segment_regex(last)
    return above + _segment_regex(last[: suffix.start()]) + f"(?i:{re.escape(suffix[0])})"


@lru_cache(maxsize=64)
def matching(globs: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    """What tells whether one of the globs matches a path; see ``Globs``."""
    return _one_regex(globs)


def _segment_regex(segment: str) -> str:
    parts = re.findall(r"\*+|\?|[^*?]+", segment)
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(part[0], re.escape(part)) for part in parts)


@lru_cache(maxsize=100)  # sources have the same globs, as a rule
def _one_regex(globs: tuple[str, ...]) -> Callable[[str], re.Match[str] | None]:
    alternatives = "|".join(f"(?:{glob_regex(glob)})" for glob in globs)
    return re.compile(alternatives or r"(?!)", re.DOTALL).fullmatch


def _by_path(file: File) -> str:
    return file.path


def _first_of_each(files: list[File]) -> tuple[list[File], list[File]]:
    first: dict[str, File] = {}
    twice = [file for file in files if first.setdefault(file.path, file) is not file]
    return list(first.values()), twice


def _digest(files: list[File], skipped: list[tuple[File, str]], listed_at_ns: int) -> str:
    state = hashlib.blake2b(digest_size=16)
    hashes = (file.content_hash or "" for file in files)
    state.update(
        b"".join(
            b"%b\0%d\0%d\0%b\0" % (file.raw_path, file.size, file.mtime_ns, content_hash.encode())
            for file, content_hash in zip(files, hashes)
        )
    )
    state.update(b"".join(b"%b\0%b\0" % (file.raw_path, reason.encode()) for file, reason in skipped))
    if any(file.is_racy(listed_at_ns) for file in files):
        state.update(b"racy %d" % listed_at_ns)
    return state.hexdigest()
