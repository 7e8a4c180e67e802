"""The file behind the configuration, with the line of every key (``matterhouse.settings.yamltext``), so that mistakes can be told in words."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matterhouse.sources.uris import redacted, redacted_text

FILE_NAME = "matterhouse.yml"

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
}

_KINDS = {bool: "the word", str: "the text"}
_GROUPS = {dict: "a group of settings", list: "a list"}


class ConfigError(Exception):
    """A configuration that cannot be used.

    Its text has one line for each of its ``problems``: where, which setting, what was found and
    what is expected. It never shows the secrets of a URL.
    """

    def __init__(self, *problems: str):
        super().__init__("\n".join(problems))
        self.problems = problems


def shown_uri(uri: str) -> str:
    """``uri`` as it may be shown: without its secrets, also where a mistake keeps it from being a URL."""
    if "://" in uri:
        return redacted(uri)
    prefix = next((known for known in ("folder:", "git+") if uri.startswith(known)), "")
    return prefix + re.sub(r".*:.*@", "***@", uri.removeprefix(prefix), flags=re.DOTALL)


@dataclass
class Written:
    """What the file and the flags say, before it is checked.

    ``places`` has line and text of every key path of the file (no text for a group), ``flags`` the
    flag that a key path comes from instead.
    """

    label: str
    folder: Path
    exists: bool = False
    data: dict[Any, Any] = field(default_factory=dict)
    places: dict[tuple[str, ...], tuple[int, str | None]] = field(default_factory=dict)
    flags: dict[tuple[str, ...], str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def take_flag(self, flag: str, path: tuple[str, ...], text: str) -> None:
        """Note that the setting at the key ``path`` comes from a flag, and what stands there."""
        self.flags[path] = flag
        self.places[path] = (0, text)

    def report(self, path: tuple[str, ...], text: str, line: int | None = None) -> None:
        """Note a mistake at the key ``path``; where its line is not known, that of its group stands in."""
        if path in self.flags:
            return self.problems.append((0, _one_line(f"{self.flags[path]}: {text}")))
        if line is None:
            known = (path[:length] for length in range(len(path), 0, -1) if path[:length] in self.places)
            line = next((self.places[group][0] for group in known), 0)
        where = f"{self.label}:{line}: " if line else f"{self.label}: "
        key = f"{_dotted(path)}: " if path else ""
        self.problems.append((line, _one_line(where + key + text)))

    def report_invalid(self, errors: Iterable[Mapping[str, Any]], known: dict[str, tuple[str, ...]]) -> None:
        """Note what pydantic found (``ValidationError.errors()``); ``known`` has the settings of each group."""
        for error in errors:
            path = tuple(str(part) for part in error["loc"] if part != "[key]")
            if error["type"] == "extra_forbidden":
                self.report(path, _no_such_setting(path, known))
                continue
            is_name = error["loc"][-1] == "[key]"
            written = str(error["input"]) if is_name else self.places.get(path, (0, None))[1]
            found = "the name " + quoted(written) if is_name else described(error["input"], written)
            self.report(path, f"found {found}; {_expected(error)}")

    def error(self) -> ConfigError:
        """All that was noted, by line."""
        return ConfigError(*dict.fromkeys(text for _, text in sorted(self.problems, key=lambda problem: problem[0])))


def read(path: Path | None) -> Written:
    """The file at ``path``, or matterhouse.yml in the current folder if there is one; raises ConfigError."""
    place = Path(path or FILE_NAME)
    written = Written(_one_line(str(place)), Path(os.path.abspath(place)).parent)
    try:
        text = place.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        if path is None:
            return written
        raise ConfigError(f"{written.label}: found no such file; `matterhouse init` writes a {FILE_NAME}") from None
    except OSError as error:
        raise ConfigError(f"{written.label}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{written.label}:{line}: found bytes that are no UTF-8 text; expected a file saved as UTF-8"
        ) from None
    from matterhouse.settings.yamltext import parse

    written.exists = True
    parse(text, written)
    return written


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


def _expected(error: Mapping[str, Any]) -> str:
    """What would be right in the place of a pydantic error, with a way to get there where one is known."""
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    words = _EXPECTED.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
    if error["type"] == "string_type" and not isinstance(error["input"], dict | list):
        words += " (put it in quotes)"
    return f"expected {words}"


def _no_such_setting(path: tuple[str, ...], known: dict[str, tuple[str, ...]]) -> str:
    from difflib import get_close_matches

    group = path[0] if len(path) > 1 else ""
    names = known[group]
    elsewhere = [_place_of(other) for other, settings in known.items() if path[-1] in settings]
    text = "found a setting that does not exist here"
    if elsewhere:
        return f"{text}; expected {elsewhere[0]}"
    close = get_close_matches(path[-1], names, 1)
    return f"{text}; expected one of {', '.join(names)}" + (f". Did you mean {close[0]}?" if close else "")


def _place_of(group: str) -> str:
    return {"": "it outside of any group", "sources": "it below the name of a source"}.get(group, f"it below `{group}`")


def _dotted(path: tuple[str, ...]) -> str:
    """``path`` as messages have it: ``sources.news.include[0]``."""
    parts = (
        f"[{part}]" if part.isdigit() and number > 1 else f".{shown_uri(part)}" for number, part in enumerate(path)
    )
    return "".join(parts)[1:]


def quoted(text: str) -> str:
    """``text`` between quotes, without secrets, and not longer than a line."""
    shown = redacted_text(shown_uri(text), text)
    return f'"{shown[:80]}..."' if len(shown) > 80 else f'"{shown}"'


def _one_line(text: str) -> str:
    """``text`` without the secrets of URLs and the signs that steer a terminal."""
    return redacted_text(text, "")
