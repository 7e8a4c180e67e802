"""How front-matter paths are written: keys with ``.`` between them, ``[]`` for the items of a list.

A key that would read as something else is written as a JSON string: ``"ms.date"`` is one key, ``ms.date`` are two.
"""

import json
import re

ITEM = "[]"
_ODD_KEY = re.compile(r'[.\[\]"*\x00-\x1f\x7f]|\A\s|\s\Z|\A\Z')
_STEP = re.compile(r'"(?:[^"\\]|\\.)*"|\[\]|[^.\[\]"]+')


def written(key: str) -> str:
    """A key as paths write it."""
    return json.dumps(key, ensure_ascii=False) if _ODD_KEY.search(key) else key


def steps(path: str) -> list[str | None]:
    """The keys of a path, and None for the items of a list."""
    return [
        None if step == ITEM else json.loads(step, strict=False) if step[0] == '"' else step
        for step in _STEP.findall(path)
    ]
