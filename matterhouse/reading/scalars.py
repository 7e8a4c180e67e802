"""Scalars of a front matter: the text as written, with its YAML 1.1 type beside it.

YAML 1.1 reads ``NO`` as false, ``12:30`` as 750 and ``0123`` as 83. Which of both is meant, the
text or the value, only the column knows that a scalar ends in. So a scalar travels as its text:
a plain ``str`` where YAML sees text, and one of the ``str`` subclasses below where YAML sees
something else. Null is ``None``.

The rules are those of the YAML 1.1 type repository (https://yaml.org/type/) as PyYAML has them.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from yaml.resolver import Resolver


class Typed(str):
    """Text that YAML 1.1 does not read as text; ``type`` names what it reads."""

    __slots__ = ()
    type = "str"


class Int(Typed):
    __slots__ = ()
    type = "int"


class Float(Typed):
    __slots__ = ()
    type = "float"


class Bool(Typed):
    __slots__ = ()
    type = "bool"


class Timestamp(Typed):
    __slots__ = ()
    type = "timestamp"


_TAG = "tag:yaml.org,2002:"
CLASS_OF_TAG = {_TAG + cls.type: cls for cls in (Int, Float, Bool, Timestamp)}
NULL_TAG = _TAG + "null"

# First character of a plain scalar -> the (class, match) pairs to try, in PyYAML's own order.
# A class of None is null; False marks ``<<`` and ``=``, which are no values of their own.
_CANDIDATES: dict[str, list[tuple[Any, Callable[[str], object]]]] = {
    first: [(CLASS_OF_TAG.get(tag, None if tag == NULL_TAG else False), pattern.match) for tag, pattern in patterns]
    for first, patterns in Resolver.yaml_implicit_resolvers.items()
}
PLAIN_TEXT_FIRST = frozenset(map(chr, range(0x21, 0x7F))) - _CANDIDATES.keys()


def resolve_plain(text: str) -> str | None:
    """Give an unquoted scalar its YAML 1.1 type.

    Raises ``ValueError`` for ``<<`` and ``=``, which YAML gives a meaning beyond a value.
    """
    return _remembered(text) if len(text) < _SHORT else _resolved(text)


def _resolved(text: str) -> str | None:
    for cls, matches in _CANDIDATES.get(text[:1], ()):
        if matches(text):
            if cls is False:
                raise ValueError(text)
            return None if cls is None else cls(text)
    return text


_SHORT = 40
_remembered = lru_cache(maxsize=1 << 15)(_resolved)
