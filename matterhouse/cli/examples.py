"""The worked examples of ``matterhouse query``."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING

import typer

from matterhouse.cli.failures import Failure
from matterhouse.cli.terminal import say

if TYPE_CHECKING:
    from matterhouse.sql.examples import Example

_MOST_NAMED = 10


def show_examples() -> None:
    """Print every example: its name, its question, and a line per parameter with its default."""
    from matterhouse.sql.examples import examples

    for each in examples().values():
        say(each.name)
        say(f"    {each.question}")
        for one in each.parameters:
            say(f"    --set {one.name}={'' if one.default is None else one.default}  {one.meaning}")


def found_example(name: str) -> "Example":
    """The example of this name. Raises ``Failure`` where there is none, with names that are like it."""
    from matterhouse.sql.examples import examples

    known = examples()
    if name not in known:
        alike = get_close_matches(name, known, _MOST_NAMED)
        others = f"some like it: {', '.join(alike)}" if alike else "`matterhouse query --list` names them"
        raise Failure(f"there is no example {name!r}; {others}")
    return known[name]


def pairs(given: Iterable[str]) -> dict[str, str]:
    """What ``--set key=value`` gave; the last value of a key counts."""
    found = {}
    for each in given:
        key, sign, value = each.partition("=")
        if not sign or not key:
            raise typer.BadParameter(f"expected KEY=VALUE, got {each!r}", param_hint="--set")
        found[key] = value
    return found
