"""Tells of files that may be content and that no glob includes: they open with a fence, or are tables of data."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from matterhouse.reading.envelope import opens_with_fence
from matterhouse.reading.formats import of_data_file
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import File, Globs, Source

# What is looked at: files of an extension, files in all, and bytes of a file. The frequent extensions come first.
MOST_OF_ONE, MOST, MOST_BYTES = 50, 500, 30_000
# What generators read in their folders of data, and Matterhouse does not.
_TABLES = Globs(tuple(f"**/{folder}/**/*.{kind}" for folder in ("_data", "data") for kind in ("csv", "tsv")), ())


class _Others(Globs):
    """Asks for the files that neither ``include`` nor ``exclude`` matches: the others are not even looked at."""

    def __init__(self, settings: SourceSettings):
        super().__init__(("**",), settings.exclude)
        self._included = Globs(settings.include, ())

    def wants(self, path: str) -> bool:
        return not self._included.wants(path) and super().wants(path)

    def excludes(self, path: str) -> bool:
        return False


def passed_over(name: str, source: Source, settings: SourceSettings) -> list[str]:
    """A sentence for each of both kinds that is there, with files by extension. Lists the source once more.

    Files that ``exclude`` leaves out are none. Data files in a language that is read open with no fence: there ``---``
    begins a document of YAML. Raises ``sources.SourceUnavailable``.
    """
    others = _others(source.with_globs(_Others(settings)))
    return [*_fenced(name, source, others), *_tables(name, others)]


def _tables(name: str, others: dict[str, list[File]]) -> Iterator[str]:
    """A sentence about the tables of text in folders of data, which generators read as data files."""
    found = {extension: sum(_TABLES.wants(file.path.lower()) for file in files) for extension, files in others.items()}
    if any(found.values()):
        told = _by_extension(found)
        yield f"source {name} has data files in languages that are not read, only YAML, JSON and TOML are: {told}"


def _fenced(name: str, source: Source, others: dict[str, list[File]]) -> Iterator[str]:
    """A sentence about the files that open with a fence."""
    looked_at = list(_looked_at(others))
    found: dict[str, int] = defaultdict(int)
    for file, content in source.read(looked_at):
        if isinstance(content, bytes) and opens_with_fence(content):
            found[_extension(file.path)] += 1
    if not found:
        return
    total = sum(map(len, others.values()))
    looked = "" if len(looked_at) == total else f"; {len(looked_at):,} of {total:,} such files were looked at"
    told = _by_extension(found)
    yield f"source {name} has files that open with a fence and that no glob of `include` matches: {told}{looked}"


def _by_extension(found: Mapping[str, int]) -> str:
    """``2 .adoc, 1 .org``, the most frequent first."""
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count:,} {extension}" for extension, count in ranked if count)


def _others(source: Source) -> dict[str, list[File]]:
    """The files of a source by extension, without those of data."""
    others: dict[str, list[File]] = defaultdict(list)
    for file in source.list().files:
        if not of_data_file(file.path):
            others[_extension(file.path)].append(file)
    return others


def _looked_at(others: dict[str, list[File]]) -> Iterator[File]:
    """The small files among the first ones of each extension."""
    left = MOST
    for _, files in sorted(others.items(), key=lambda each: (-len(each[1]), each[0])):
        small = [file for file in files if file.size <= MOST_BYTES][: min(MOST_OF_ONE, left)]
        left -= len(small)
        yield from small


def _extension(path: str) -> str:
    return PurePosixPath(path).suffix.lower() or "without extension"
