"""How front-matter paths are written: keys with ``.`` between them, ``[]`` for the items of a list.

A key that would read as something else, or as nothing, is written as a JSON string: ``"ms.date"`` is one key,
``ms.date`` are two, ``""`` is the empty key. A path with positions has the item's number in place of ``[]``:
``related[3].title``.
"""

import json
import re
from collections.abc import Iterable, Sequence

ITEM = "[]"
ANY = "*"  # in a pattern: any key
_LONGEST_SHOWN = 80  # characters
_ODD_KEY = re.compile(r'[.\[\]"*\x00-\x1f\x7f]|\A\s|\s\Z|\A\Z')
_STEP = re.compile(r'"(?:[^"\\]|\\.)*"|\[\d*\]|[^.\[\]"]+')


def written(key: str) -> str:
    """A key as paths write it."""
    return json.dumps(key, ensure_ascii=False) if _ODD_KEY.search(key) else key


def below(path: str, key: str) -> str:
    """The path of a key in the mapping at ``path``, which is empty for the front matter itself."""
    return f"{path}.{written(key)}" if path else written(key)


def item(path: str, number: int) -> str:
    """The path with positions of an item, counted from 0, of the list at ``path``."""
    return f"{path}[{number}]"


def joined(places: Iterable[str | int | None]) -> str:
    """The path that leads over these keys and items: by number, or None for all items of a list."""
    path = ""
    for place in places:
        if place is None:
            path += ITEM
        else:
            path = below(path, place) if isinstance(place, str) else item(path, place)
    return path


def cut(path: str) -> str:
    """A path as messages show it: a very long one is prose with a colon in it."""
    return path if len(path) <= _LONGEST_SHOWN else f"{path[: _LONGEST_SHOWN - 1]}…"


def steps(path: str) -> list[str | None]:
    """The keys of a path, and None for the items of a list."""
    return [None if step == ITEM else _key(step) for step in _STEP.findall(path)]


def places(path: str) -> list[str | int]:
    """The keys of a path with positions, and the number of each item."""
    return [int(step[1:-1]) if step[0] == "[" else _key(step) for step in _STEP.findall(path)]


def _key(step: str) -> str:
    return json.loads(step, strict=False) if step[0] == '"' else step


# A path as comments and headers list it: keys with a blank or a comma in them stand in quotes.
LISTED = r'(?:"(?:[^"\\]|\\.)*"|[^ ,"])+'
_ONE = re.compile(LISTED)
_NEEDS_QUOTES = re.compile(r"[\s,]")


def listed(text: str) -> tuple[str, ...]:
    """The paths of a list such as ``title, "Page Type"``, as they are written elsewhere."""
    return tuple(of_tokens([_written(token) for token in tokens(path)]) for path in _ONE.findall(text))


def in_list(path: str) -> str:
    """A path as lists of paths write it."""
    return of_tokens([_quoted(token) if _NEEDS_QUOTES.search(token) else token for token in tokens(path)])


def tokens(path: str) -> list[str]:
    """The steps of a path as they are written in it: keys, perhaps in quotes, ``[]``, and ``*`` for any key."""
    return _STEP.findall(path)


def of_tokens(tokens: Sequence[str]) -> str:
    """The path of such steps."""
    return "".join(token if token == ITEM or not number else f".{token}" for number, token in enumerate(tokens))


def _written(token: str) -> str:
    return written(_key(token)) if token[0] == '"' else token


def _quoted(token: str) -> str:
    return token if token[0] == '"' else json.dumps(token, ensure_ascii=False)
