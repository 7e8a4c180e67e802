"""Reads the configuration's YAML and notes the line of every key; imported only where there is a file."""

from typing import Any

import yaml

from matterhouse.settings.file import KeyPath, RawSettings
from matterhouse.settings.messages import described, quoted

_HINTS = {
    "cannot start any token": ": indent with spaces, not tabs, and put text that begins with @, ` or % in quotes",
    "mapping values are not allowed": ": look at the indentation, and put text that has a colon in it in quotes",
    "did not find expected key": ": look at the indentation here and in the lines above, and for a quote too many",
    "did not find expected '-'": ": look at the indentation; every item of a list begins with -",
    "alphabetic or numeric": ': put text that begins with * or & in quotes, such as "**/*.md"',
    "undefined alias": ': put text that begins with * in quotes, such as "**/*.md"',
    "did not find expected ','": ": is a comma or a closing bracket missing?",
    "another document": ": take the line of dashes away",
    "unhashable": ": a setting is written `name: value`, its name without brackets",
    "could not find expected ':'": ": a setting is written `name: value`",
    "unexpected end of stream": ": is a closing quote missing?",
    "a constructor for the tag": ": put text that begins with ! in quotes",
}


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader; an error about a value that it cannot build has the value's line."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, KeyError, AttributeError, TypeError):
            problem = (
                f"found {quoted(str(node.value))}, which cannot be what it looks like: put it in quotes if it is text"
            )
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


def parse(text: str, raw: RawSettings) -> None:
    """Read the file's text into ``raw``. Raises ``ConfigError`` where it is not YAML, or not a mapping of settings."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            _note_places(node, (), raw, set())
            raw.values = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        hint = next((hint for part, hint in _HINTS.items() if part in str(error.problem)), "")
        raw.report((), f"this is not YAML: {error.problem}{hint}", mark.line + 1 if mark else None)
        raise raw.error() from None
    except (yaml.YAMLError, RecursionError):
        raw.report((), "this is not YAML: found a control character, or groups in groups without end")
        raise raw.error() from None
    if not isinstance(raw.values, dict):
        raw.report((), f"found {described(raw.values, None)}; expected lines such as `warehouse: warehouse`")
        raise raw.error()


def _note_places(node: yaml.Node, path: KeyPath, raw: RawSettings, seen: set[int]) -> None:
    """Note line and text of every key below ``node``, and report the keys that stand there twice."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    for number, entry in enumerate(node.value):
        key, value = entry if isinstance(node, yaml.MappingNode) else (entry, entry)
        at = (*path, str(key.value) if isinstance(node, yaml.MappingNode) else str(number))
        line = key.start_mark.line + 1
        if at in raw.places:
            raw.report(at, f"found a second time, first in line {raw.places[at][0]}; expected once", line)
            raw.places = {place: known for place, known in raw.places.items() if place[: len(at)] != at}
        raw.places[at] = (line, value.value if isinstance(value, yaml.ScalarNode) else None)
        _note_places(value, at, raw, seen)
