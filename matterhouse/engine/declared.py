"""The tables that the user declares, as a run has them: their files, and what breaks their contracts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matterhouse.engine import fingerprint
from matterhouse.engine.errors import RunFailed
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings

if TYPE_CHECKING:
    from matterhouse.sql.user_tables import UserTable
    from matterhouse.warehouse.user_marts import UserMart

_MOST_TOLD = 5


def read(folder: Path | None) -> "tuple[UserTable, ...]":
    """The tables that a folder's files declare. Raises ``ConfigError`` with all mistakes in them."""
    if not _of_folder(folder, "tables"):
        return ()
    from matterhouse.transforms.computed import FUNCTIONS
    from matterhouse.warehouse.declarations import DeclarationError, read

    functions = {name: computed.beside is not None for name, computed in FUNCTIONS.items()}
    try:
        return read(folder, functions)
    except DeclarationError as error:
        raise ConfigError(*error.problems) from None


def lists_taken(settings: Settings) -> frozenset[tuple[str | None, str]]:
    """The lists that tables of ``main`` take a part of, in any of the sources; see ``schema.lists_taken``."""
    from matterhouse.sql import schema

    each = (own.columns for own in settings.sources.values())
    return frozenset().union(
        *(schema.lists_taken(schema.with_names(dict[str, Sequence[str]](columns.items()))) for columns in each)
    )


def marts(settings: Settings) -> "tuple[UserMart, ...]":
    """The marts that the user declares. Raises ``ConfigError`` with all mistakes in their form."""
    if not _of_folder(settings.marts, "marts"):
        return ()
    from matterhouse.warehouse import user_marts
    from matterhouse.warehouse.declarations import DeclarationError

    try:
        return user_marts.read(settings.marts)
    except DeclarationError as error:
        raise ConfigError(*error.problems) from None


def fingerprints(settings: Settings) -> dict[str, str]:
    """Fingerprints of the files with tables and marts of the user's by name, without reading what they declare.

    Raises ``ConfigError`` where a folder is not there.
    """
    return _of_folder(settings.tables, "tables") | _of_folder(settings.marts, "marts")


def _of_folder(folder: Path | None, setting: str) -> dict[str, str]:
    from matterhouse.sql.user_tables import files

    if folder is not None and not folder.is_dir():
        raise ConfigError(f"{setting}: found {folder}; expected a folder that is there")
    return fingerprint.of_files(files(folder))


def refuse(breaches: Iterable[Mapping[str, Any]]) -> None:
    """Raise ``RunFailed`` if there are breaches of contracts that stop a run."""
    told = [_told(breach) for breach in breaches]
    if told:
        more = f"; and {len(told) - _MOST_TOLD:,} more" if len(told) > _MOST_TOLD else ""
        raise RunFailed(
            f"nothing was published, the contract of a table is broken: {'; '.join(told[:_MOST_TOLD])}{more}"
        )


def _told(breach: Mapping[str, Any]) -> str:
    place = ":".join(str(breach[name]) for name in ("path", "line") if breach[name] is not None)
    found = "nothing" if breach["value"] is None else breach["value"]
    return f"{breach['source']}: {place}: {breach['field']}: expected {breach['expected']}, found {found}"
