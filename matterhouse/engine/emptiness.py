"""Says why a source has nothing to read: a run that loads no record is told loudly."""

from collections import Counter
from pathlib import PurePosixPath

from matterhouse.settings.source import SourceSettings
from matterhouse.sources import Globs, Source

_HIDDEN = ("**/.*", "**/.*/**")
_MOST_EXTENSIONS = 8


def why_empty(name: str, source: Source, settings: SourceSettings) -> str:
    """A sentence about a source of which no file is wanted: what there is, by extension. Lists the source once more.

    Raises ``sources.SourceUnavailable``.
    """
    paths = [file.path for file in source.with_globs(Globs(("**",), _HIDDEN)).list().files]
    if not paths:
        return f"source {name} is empty: there are no files"
    included = Globs(settings.include, ())
    if any(included.wants(path) for path in paths):
        return f"source {name} has no file to read: `exclude` leaves out all that `include` matches"
    found = ", ".join(f"{count:,} {extension}" for extension, count in _extensions(paths))
    return f"source {name} has no file to read: nothing matches its `include` ({_shown(settings)}); there are {found}"


def _extensions(paths: list[str]) -> list[tuple[str, int]]:
    """The extensions with their number of files, the most frequent first; rare ones together."""
    tally = Counter(PurePosixPath(path).suffix or "without extension" for path in paths)
    counts = sorted(tally.items(), key=lambda each: (-each[1], each[0]))
    rest = sum(count for _, count in counts[_MOST_EXTENSIONS:])
    return counts[:_MOST_EXTENSIONS] + ([("others", rest)] if rest else [])


def _shown(settings: SourceSettings) -> str:
    return ", ".join(settings.include) or "which has no globs"
