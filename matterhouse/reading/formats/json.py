"""JSON: an object at the start of a file, between lines of ``;;;`` or behind ``---json``, or a ``.json`` file.

As Hexo has it, what stands between ``;;;`` may also be the members of an object without its braces.
"""

import json
import re
from typing import NoReturn

from matterhouse.reading.parsing import (
    Format,
    Parsed,
    Problem,
    check_depth,
    check_nodes,
    decoded,
    place,
    repeated,
    short,
)
from matterhouse.reading.scalars import Bool, Float, Int
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits
from matterhouse.sql import paths

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*(?:"|\\?\Z)|[{}\[\],]', re.DOTALL)
_MEMBERS = re.compile(r'\s*"')


class _Pairs(list):
    """The members of an object in their order, repeated keys and all."""


def parse(head: bytes, first_line: int, limits: Limits) -> Parsed:
    """Read a JSON head: numbers keep the text they were written with. Raises ``Unreadable``."""
    text = decoded(head, first_line)
    if not text.strip():
        return Parsed(None)
    _check_bounds(text, first_line, limits)
    bare = _MEMBERS.match(text) is not None
    try:
        value = _DECODER.decode("{" + text + "}" if bare else text)
    except json.JSONDecodeError as error:
        at = min(max(0, error.pos - bare), len(text))
        raise Unreadable("json_syntax", short(error.msg), *place(text, at, first_line)) from None
    except ValueError as error:
        raise Unreadable("json_value", short(f"a value cannot be read: {error}"), first_line, None) from None
    problems: list[Problem] = []
    return Parsed(_plain(value, "", problems, "\\u" in text, first_line), tuple(problems))


def _check_bounds(text: str, first_line: int, limits: Limits) -> None:
    """Count depth and values before anything is built: Python's parser recurses."""
    depth = nodes = 0
    for token in _TOKEN.finditer(text):
        sign = token[0][0]
        if sign in "{[":
            depth += 1
            if depth > limits.depth:
                check_depth(depth, limits, place(text, token.start(), first_line))
        elif sign in "}]":
            depth -= 1
        nodes += sign in "{[,"
    check_nodes(nodes + 1, limits, first_line)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_int=Int, parse_float=Float, parse_constant=_refuse, object_pairs_hook=_Pairs)


def _plain(value: object, path: str, problems: list[Problem], may_be_broken: bool, first_line: int) -> object:
    """A parsed value as records hold it."""
    if isinstance(value, _Pairs):
        members: dict[str, object] = {}
        for key, item in value:
            inside = paths.below(path, key)
            if key in members:
                lost = members[key]
                problems.append(repeated(inside, "" if lost is None else lost if isinstance(lost, str) else None, None))
            if may_be_broken:
                _check_text(key, first_line)
            members[key] = _plain(item, inside, problems, may_be_broken, first_line)
        return members
    if isinstance(value, list):
        return [
            _plain(item, paths.item(path, number), problems, may_be_broken, first_line)
            for number, item in enumerate(value)
        ]
    if isinstance(value, bool):
        return Bool("true" if value else "false")
    if may_be_broken and isinstance(value, str):
        _check_text(value, first_line)
    return value


def _check_text(text: str, first_line: int) -> None:
    """Half of a surrogate pair, as ``\\ud800`` gives, is no text that a table can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unreadable("json_value", "an escape names half of a surrogate pair", first_line, None) from None


FORMAT = Format("json", (b";;;",), (b"json",), (".json",), parse)
