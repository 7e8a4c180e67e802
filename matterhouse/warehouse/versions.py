"""Which DuckDB wrote a snapshot. What a newer one wrote and this one cannot open is whole, and stays for others."""

import re
from contextlib import suppress
from pathlib import Path

import duckdb

from matterhouse import __version__
from matterhouse.warehouse import manifest
from matterhouse.warehouse.manifest import Damaged


class Newer(Damaged):
    """A database that a newer DuckDB wrote, which this one cannot open; nothing is wrong with it."""


def written_by() -> dict[str, str]:
    """The versions that a manifest names of what writes its snapshot."""
    return {"matterhouse": __version__, "duckdb": duckdb.__version__}


def unreadable(database: Path, error: duckdb.Error) -> Damaged:
    """What to say of a snapshot's database that cannot be opened: ``Newer``, or else ``Damaged``."""
    with suppress(Damaged):
        noted = manifest.read(database.parent).get("versions", {}).get("duckdb", "")
        if _numbers(noted) > _numbers(duckdb.__version__):
            return Newer(f"DuckDB {noted} wrote it, and this is {duckdb.__version__}, which cannot read it")
    return Damaged(f"{database.name}: {error}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))
