"""Tells of files that may be content and that no glob includes: they open with a fence."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from matterhouse.reading.envelope import opens_with_fence
from matterhouse.reading.formats import of_data_file
from matterhouse.settings.models import SourceSettings
from matterhouse.sources import File, Globs, Source

# What is looked at: files of an extension, files in all, and bytes of a file. The frequent extensions come first.
MOST_OF_ONE, MOST, MOST_BYTES = 50, 500, 30_000


def passed_over(name: str, source: Source, settings: SourceSettings) -> str | None:
    """A sentence with the number of such files by extension, None where there is none. Lists the source once more.

    Files that ``exclude`` leaves out are none, nor are data files: there ``---`` begins a document of YAML.
    Raises ``sources.SourceUnavailable``.
    """
    others = _others(source.with_globs(Globs(("**",), settings.exclude)), settings)
    looked_at = list(_looked_at(others))
    found: dict[str, int] = defaultdict(int)
    for file, content in source.read(looked_at):
        if isinstance(content, bytes) and opens_with_fence(content):
            found[_extension(file.path)] += 1
    if not found:
        return None
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(f"{count:,} {extension}" for extension, count in ranked)
    total = sum(map(len, others.values()))
    looked = "" if len(looked_at) == total else f"; {len(looked_at):,} of {total:,} such files were looked at"
    return f"source {name} has files that open with a fence and that no glob of `include` matches: {told}{looked}"


def _others(source: Source, settings: SourceSettings) -> dict[str, list[File]]:
    """The files that no glob includes, by extension."""
    included = Globs(settings.include, ())
    others: dict[str, list[File]] = defaultdict(list)
    for file in source.list().files:
        if not included.wants(file.path) and not of_data_file(file.path):
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
