"""How mistakes in the configuration are put in words: what was found, and what is expected."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from matterhouse.settings.uris import shown_uri
from matterhouse.sources.uris import redacted_text

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number such as 200_000, without quotes",
    "float_type": "a number such as 0.05, without quotes",
    "bool_type": "true or false",
    "path_type": "the path of a folder, as text",
    "tuple_type": 'a list, such as ["**/*.md"]',
    "dict_type": "names with settings below each, such as `news:` and, indented below it, `uri: ../news`",
    "model_type": "settings, indented below it, each as `name: value`",
    "model_attributes_type": "settings, indented below it, each as `name: value`",
    "string_pattern_mismatch": "up to 64 small letters, digits, _ or -, the first a letter or a digit",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge:g} or more",
    "less_than_equal": "{le:g} or less",
    "finite_number": "a number that is not infinite",
    "literal_error": "{expected}",
    "too_short": "at least {min_length} of them",
    "string_too_short": "a text that is not empty",
    "string_too_long": "a text of at most {max_length} characters",
}

_KINDS = {bool: "the word", str: "the text"}
_GROUPS = {dict: "a group of settings", list: "a list"}


def described(value: object, text: str | None) -> str:
    """What was found, in words; ``text`` is how the file has it. What stands in groups is not shown."""
    if isinstance(value, dict | list):
        return _GROUPS[type(value)]
    if value is None:
        return "nothing"
    shown = quoted(str(value) if text is None else text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"the number {shown[1:-1]}"
    return f"{_KINDS.get(type(value), 'the value')} {shown}"


def expected(error: Mapping[str, Any]) -> str:
    """What would be right in place of pydantic's ``error``, with a way to get there where one is known."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    words = _EXPECTED.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    if error["type"] == "string_type" and not isinstance(error["input"], dict | list):
        words += " (put it in quotes)"
    return f"expected {words}"


def unknown_setting(path: tuple[str, ...], known: Mapping[str, tuple[str, ...]]) -> str:
    """What to say of a setting that does not exist at the key ``path``; ``known`` has the settings of each group."""
    inner = path[-2] if len(path) > 3 else ""
    names = known[inner if inner and inner in known else path[0] if len(path) > 1 else ""]
    text = "found a setting that does not exist here"
    for group, settings in known.items():
        if path[-1] in settings:
            return f"{text}; expected {_place_of(group)}"
    close = get_close_matches(path[-1], names, 1)
    return f"{text}; expected one of {', '.join(names)}" + (f". Did you mean {close[0]}?" if close else "")


def _place_of(group: str) -> str:
    return {"": "it outside of any group", "sources": "it below the name of a source"}.get(group, f"it below `{group}`")


def dotted(path: tuple[str, ...]) -> str:
    """``path`` as messages have it: ``sources.news.include[0]``."""
    parts = (
        f"[{part}]" if part.isdigit() and number > 1 else f".{shown_uri(part)}" for number, part in enumerate(path)
    )
    return "".join(parts)[1:]


def quoted(text: str) -> str:
    """``text`` between quotes, without secrets, and not longer than a line."""
    shown = redacted_text(shown_uri(text), text)
    return f'"{shown[:80]}..."' if len(shown) > 80 else f'"{shown}"'


def one_line(text: str) -> str:
    """``text`` without the secrets of URLs and the signs that steer a terminal."""
    return redacted_text(text, "")
