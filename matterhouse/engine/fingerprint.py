"""Fingerprints that decide what is made anew: of the code that shapes rows, the user's tables, a source's settings."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

from matterhouse import __version__
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import Limits

# The rooms whose modules or statements shape rows.
_ROOMS = ("sources", "reading", "transforms", "sql", "warehouse", "history", "engine")
_ONLY_READ = ("/sql/dashboard", "/sql/queries")  # statements that readers ask
_MOST_TOLD = 5


def of_code() -> str:
    """Fingerprint of the modules, SQL and schema of the rooms that shape rows; another one makes all tables anew.

    It is made in every run, in 0.01 s: sizes and times of files, by which it could be kept, do not prove their content.
    """
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    state = blake2b(digest_size=8)
    for room in _ROOMS:
        for path in _files(os.path.join(top, room)):
            state.update(os.fsencode(path.removeprefix(top)) + b"\0")
            with open(path, "rb", buffering=0) as file:
                state.update(file.read() + b"\0")
    return state.hexdigest()


def of_files(files: Mapping[str, Path]) -> dict[str, str]:
    """Fingerprints of the files that declare the user's tables, by name; another one makes all tables anew."""
    return {name: blake2b(file.read_bytes(), digest_size=8).hexdigest() for name, file in files.items()}


def of_source(settings: SourceSettings, limits: Limits) -> str:
    """Fingerprint of the settings that decide what is read from a source; another one reads the whole source again."""
    in_order = (list(settings.collections.items()), list(settings.data_files.items()))
    shape = (settings.publish_secured, sorted(settings.columns.items()), *in_order, *_of_history(settings))
    chosen = (sorted(settings.include), sorted(settings.exclude), sorted(settings.templates), shape, asdict(limits))
    return blake2b(repr(chosen).encode(), digest_size=8).hexdigest()


def _of_history(settings: SourceSettings) -> tuple[object, ...]:
    return (settings.history_columns, settings.publish_authors) if settings.has_history else ()


def of_tables(code: str, declared: Mapping[str, str]) -> str:
    """Fingerprint of what tables are made by: the ``code``, and the files with tables of the user's, by name."""
    return f"{code}-{blake2b(repr(sorted(declared.items())).encode(), digest_size=8).hexdigest()}" if declared else code


def changed_files(manifest: Mapping[str, Any], declared: Mapping[str, str]) -> list[str]:
    """The names of files with tables of the user's that came, went or changed since a snapshot."""
    before = manifest.get("declared", {})
    return sorted(name for name in before.keys() | declared.keys() if before.get(name) != declared.get(name))


def why(manifest: Mapping[str, Any], code: str, declared: Mapping[str, str]) -> str:
    """A sentence for a run whose code or declared files are others than those that made the snapshot."""
    version = manifest["run"]["version"]
    if version != __version__:
        return f"the warehouse was written by version {version}, this is {__version__}: all tables are made anew"
    files = changed_files(manifest, declared)
    if files and manifest["code"].partition("-")[0] == code.partition("-")[0]:
        more = f" and {len(files) - _MOST_TOLD:,} more" if len(files) > _MOST_TOLD else ""
        return f"{', '.join(files[:_MOST_TOLD])}{more} changed since the last run, so all tables are made anew"
    return "the code or the schema changed since the last run, so all tables are made anew"


def changed_tables(manifest: Mapping[str, Any], now: Mapping[str, str], declared: Mapping[str, str]) -> set[str]:
    """The tables, of a snapshot or ``now`` with their files, that are declared in files that came, went or changed."""
    files = set(changed_files(manifest, declared))
    before = {name: table.get("declared_in") for name, table in manifest["tables"].items()}
    return {name for names in (before, now) for name, file in names.items() if file in files}


def _files(folder: str) -> Iterator[str]:
    """The files of code, SQL and schema below a folder, at any depth, in the order of their names."""
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.is_dir():
            if not entry.path.endswith(_ONLY_READ):
                yield from _files(entry.path)
        elif entry.name.endswith((".py", ".sql", ".json")):
            yield entry.path
