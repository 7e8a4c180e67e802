"""Every SQL text of the project, one file per statement or table, handed out by name.

The texts are read as package data, so they are found wherever the project is installed.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

_FOLDER = files(__name__)


def read(name: str) -> str:
    """The text of one file; ``name`` is its path in this package without ``.sql``: ``tables/main/records``.

    Raises ``FileNotFoundError`` where there is no such file.
    """
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")


def names(folder: str) -> list[str]:
    """What ``folder`` and the folders below it hold, sorted, relative to ``folder`` and without ``.sql``.

    ``names("tables/meta")`` starts with ``checks``, ``names("tables")`` with ``main/communities``;
    ``read(f"{folder}/{name}")`` gives the text. Empty where there is no such folder.
    """
    return sorted(_below(_FOLDER.joinpath(folder), ""))


def _below(folder: Traversable, prefix: str) -> Iterator[str]:
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.is_dir():
            yield from _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".sql"):
            yield prefix + entry.name.removesuffix(".sql")
