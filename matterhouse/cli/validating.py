"""``matterhouse validate``."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from matterhouse.cli import findings
from matterhouse.cli.findings import FindingFormat
from matterhouse.cli.options import Config, Exclude, Include, Tables
from matterhouse.cli.terminal import counted, say

if TYPE_CHECKING:
    from matterhouse.engine.validation import Finding, Validation
    from matterhouse.settings.models import Settings
    from matterhouse.settings.source import SourceSettings

Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SOURCE",
        help="The name of a configured source, a folder, a uri, or NAME=URI.",
        show_default="all that are configured, else this folder",
    ),
]
Format = Annotated[FindingFormat, typer.Option("--format", help="How to print what is found.")]


def validate(
    sources: Sources = None,
    config: Config = None,
    include: Include = None,
    exclude: Exclude = None,
    tables: Tables = None,
    format: Format = FindingFormat.TEXT,
) -> None:
    """Check the files of sources, without a warehouse.

    Errors are files that a run would reject, and values that would not fit their column or break the contract of a
    table of yours; keys that stand twice are warnings. Each comes with file, line and column. Exits with 1 when there
    are errors. Made for the checks of a content repository: a folder is read as it is, committed or not.
    """
    settings = chosen_settings(sources or [], config, include or [], exclude or [], tables)
    from matterhouse.engine import declared
    from matterhouse.engine.validation import Validation

    user_tables = declared.read(settings.tables)
    with TemporaryDirectory(prefix="matterhouse-") as clones:
        validation = Validation(settings, Path(clones), user_tables)
        counts: Counter[str] = Counter()
        findings.show(_counting(validation, counts), format)
    _tell_counts(validation, counts, format)
    if counts["error"]:
        raise typer.Exit(1)


def _counting(validation: "Validation", counts: Counter[str]) -> Iterator["Finding"]:
    for found in validation.findings():
        counts[found.severity] += 1
        yield replace(found, path=_from_here(validation.settings.sources[found.source], found.path))


def _from_here(source: "SourceSettings", path: str) -> str:
    """A file's path from the current folder, where its source lies on this machine."""
    folder = source.uri.removeprefix("folder:").removeprefix("git+")
    return os.path.relpath(os.path.join(folder, path)) if os.path.isdir(folder) else path


def _tell_counts(validation: "Validation", counts: Counter[str], format: FindingFormat) -> None:
    """A last line: with text on standard output, else on standard error, since programs read the former."""
    files = f"{counted(validation.files, 'file')} with {counted(validation.records, 'record')}"
    found = f"{counted(counts['error'], 'error')}, {counted(counts['warning'], 'warning')}"
    say(f"{files}: {found}.", sys.stdout if format is FindingFormat.TEXT else sys.stderr)


def chosen_settings(
    sources: list[str], config: Path | None, include: list[str], exclude: list[str], tables: Path | None = None
) -> "Settings":
    """The settings of those sources alone. Raises ``ConfigError``."""
    from matterhouse.settings.file import read
    from matterhouse.settings.loading import load

    file = read(config)
    configured = file.values.get("sources")
    configured = configured if isinstance(configured, dict) else {}
    if not sources and not file.exists:
        sources = ["."]
    others = [_named(each, number) for number, each in enumerate(sources) if each not in configured]
    chosen: dict[str, SourceSettings] = {}
    if not sources or len(others) < len(sources):
        settings = load(config, include=include, exclude=exclude, tables=tables)
        chosen = {name: own for name, own in settings.sources.items() if not sources or name in sources}
    if others:
        settings = load(config, others, include=include, exclude=exclude, tables=tables)
        chosen |= settings.sources
    return settings.model_copy(update={"sources": chosen})


def _named(source: str, number: int) -> str:
    """``NAME=URI`` for a source that is not configured; a folder is read from disk."""
    from re import match

    from matterhouse.settings.source import NAME

    if match(f"{NAME}=", source):
        return source
    uri = f"folder:{source}" if os.path.isdir(source) else source
    return f"content{number + 1 if number else ''}={uri}"
