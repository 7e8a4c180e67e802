"""Names of the tables and columns that content makes: snake_case of what is written, and short enough for files."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

LONGEST_KEY = 60  # characters; a longer key is prose rather than a name
_LONGEST_COLLECTION, _LONGEST_REST = 60, 120  # bytes of UTF-8
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def is_name(key: str) -> bool:
    """Whether a key can be the name of a column: not prose, and with a letter or digit in it."""
    return len(key) <= LONGEST_KEY and key.isprintable() and any(map(str.isalnum, key))


def snake_case(words: str) -> str:
    """``pageType``, ``page-type`` and ``Page Type`` as ``page_type``; a ``_`` before a digit at the beginning."""
    name = re.sub(r"[\W_]+", "_", _HUMP.sub("_", words)).strip("_").lower()
    return f"_{name}" if name[:1].isdigit() else name or "unnamed"


def collection_names(
    collections: Iterable[str | None], reserved: Collection[str] = (), taken_over: Collection[str | None] = ()
) -> dict[str | None, str]:
    """The names of the collections' tables; ``root`` for files that lie in no folder.

    ``reserved`` names are those of the user's tables; a collection that such a table has ``taken_over`` keeps its name.
    """
    names: dict[str | None, str] = {}
    for collection in sorted(collections, key=none_last):
        name = "root" if collection is None else snake_case(collection)
        used = {*names.values(), *(() if collection in taken_over else reserved)}
        names[collection] = unused(_cut(name, _LONGEST_COLLECTION), used)
    return names


def none_last(name: str | None) -> tuple[bool, str]:
    """Sorts names, None behind them."""
    return name is None, name or ""


def with_neighbours(names: Mapping[str | None, str]) -> dict[str | None, tuple[str, frozenset[str]]]:
    """The name of each collection's table with those that its lists' tables depend on (``table_name``)."""
    return {
        collection: (name, frozenset(other for other in names.values() if other.startswith(f"{name}_")))
        for collection, name in names.items()
    }


def table_name(collection: str, keys: Sequence[str], others: Iterable[str], used: Collection[str]) -> str:
    """The name of a table of a collection's list. ``others`` are the names of all collections' tables.

    Where another collection's tables could have the same name, as ``posts_tags`` for ``tags`` of ``posts``, two ``_``
    join the parts; then no other table can.
    """
    rest = _cut("_".join(map(snake_case, keys)).strip("_"), _LONGEST_REST)
    name = f"{collection}_{rest}"
    if any(other.startswith(f"{collection}_") and (name == other or name.startswith(f"{other}_")) for other in others):
        name = f"{collection}__{rest}"
    return unused(name, used)


def column_name(keys: Sequence[str], used: Collection[str]) -> str:
    """The name of a column: its keys, joined by ``_``."""
    return unused(_cut("_".join(map(snake_case, keys)), LONGEST_KEY), used)


def unused(name: str, used: Collection[str]) -> str:
    """``name``, with a number behind it where it is in use."""
    number, fresh = 1, name
    while fresh in used:
        number += 1
        fresh = f"{name}_{number}"
    return fresh


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever signs it has."""
    return '"' + name.replace('"', '""') + '"'


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore").rstrip("_") or "unnamed"
