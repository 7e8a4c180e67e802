"""The configuration file as it was read: its values, the line of every key, and the mistakes found in it."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matterhouse.settings.messages import described, dotted, expected, one_line, quoted, unknown_setting

FILE_NAME = "matterhouse.yml"
TABLES = "tables"  # the folder beside it that may hold DDL of the user's own
MARTS = "marts"  # the folder beside it that may hold marts of the user's own
KeyPath = tuple[str, ...]


class ConfigError(Exception):
    """A configuration that cannot be used.

    Its text has one line for each of its ``problems``: where, which setting, what was found and
    what is expected. It never shows the secrets of a URL.
    """

    def __init__(self, *problems: str):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class RawSettings:
    """Settings before they are checked: the values of the file, with those of flags in their place.

    ``label`` is what messages call the file, ``folder`` where its relative paths start.
    ``places`` has line and text of every key path of the file (no text for a group), ``flags`` the
    flag that a key path comes from instead.
    """

    label: str
    folder: Path
    exists: bool = False
    values: dict[Any, Any] = field(default_factory=dict)
    places: dict[KeyPath, tuple[int, str | None]] = field(default_factory=dict)
    flags: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def note_flag(self, flag: str, path: KeyPath, text: str) -> None:
        """Note that the setting at the key ``path`` comes from a flag, and the text that was given there."""
        self.flags[path] = flag
        self.places[path] = (0, text)

    def report(self, path: KeyPath, text: str, line: int | None = None) -> None:
        """Note a mistake at the key ``path``, in ``line`` or else in the line of that key or of its group."""
        if path in self.flags:
            self.problems.append((0, one_line(f"{self.flags[path]}: {text}")))
            return
        line = self._line_of(path) if line is None else line
        where = f"{self.label}:{line}: " if line else f"{self.label}: "
        key = f"{dotted(path)}: " if path else ""
        self.problems.append((line, one_line(where + key + text)))

    def _line_of(self, path: KeyPath) -> int:
        known = (path[:length] for length in range(len(path), 0, -1) if path[:length] in self.places)
        return next((self.places[group][0] for group in known), 0)

    def report_invalid(self, errors: Iterable[Mapping[str, Any]], known: Mapping[str, KeyPath]) -> None:
        """Note what pydantic found (``ValidationError.errors()``); ``known`` has the settings of each group."""
        for error in errors:
            path = tuple(str(part) for part in error["loc"] if part != "[key]")
            if error["type"] == "extra_forbidden":
                self.report(path, unknown_setting(path, known))
                continue
            is_name = error["loc"][-1] == "[key]"
            text = str(error["input"]) if is_name else self.places.get(path, (0, None))[1]
            found = "the name " + quoted(str(text)) if is_name else described(error["input"], text)
            self.report(path, f"found {found}; {expected(error)}")

    def error(self) -> ConfigError:
        """All mistakes that were noted, by line."""
        return ConfigError(*dict.fromkeys(text for _, text in sorted(self.problems, key=lambda problem: problem[0])))


def read(path: Path | None) -> RawSettings:
    """The file at ``path``, or matterhouse.yml in the current folder if there is one. Raises ``ConfigError``."""
    place = Path(path or FILE_NAME)
    raw = RawSettings(one_line(str(place)), Path(os.path.abspath(place)).parent)
    try:
        content = place.read_bytes()
    except FileNotFoundError:
        if path is None:
            return raw
        raise ConfigError(f"{raw.label}: found no such file; `matterhouse init` writes a {FILE_NAME}") from None
    except OSError as error:
        raise ConfigError(f"{raw.label}: cannot be read: {error.strerror}") from None
    raw.exists = True
    from matterhouse.settings.yamllines import parse  # imports PyYAML, which a run without a file does without

    parse(_decoded(content, raw.label), raw)
    return raw


def _decoded(content: bytes, label: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{label}:{line}: found bytes that are no UTF-8 text; expected a file saved as UTF-8"
        ) from None
