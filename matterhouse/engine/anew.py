"""Why a run takes over no table of the snapshot before: other code, another version, other tables of the user's."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from matterhouse import __version__

_MOST_TOLD = 5


def fingerprint(code: str, declared: Mapping[str, str]) -> str:
    """What tables are made by: the ``code``, and the files with tables of the user's, by name."""
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
