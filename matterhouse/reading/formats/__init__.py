"""The languages that front matter is written in: one module each, registered here.

A module holds a ``FORMAT`` (``matterhouse.reading.parsing``): the fences and names that open such a head, the
suffixes of data files that are one from end to end, and the function that parses it. A new language is a module and a
line in ``FORMATS``.
"""

from matterhouse.reading.formats import json, toml, yaml
from matterhouse.reading.parsing import Format, Parsed, Problem

FORMATS: dict[str, Format] = {each.FORMAT.name: each.FORMAT for each in (yaml, toml, json)}

BY_FENCE = {fence: each for each in FORMATS.values() for fence in each.fences}
BY_WORD = {word: each for each in FORMATS.values() for word in each.words}
BY_SUFFIX = {suffix: each for each in FORMATS.values() for suffix in each.suffixes}

DATA_FILES = tuple(BY_SUFFIX)


def of_data_file(path: str) -> Format | None:
    """The language of a data file by its suffix, in any case of letters; None for any other file."""
    lower = path.lower()
    return BY_SUFFIX[lower[lower.rfind(".") :]] if lower.endswith(DATA_FILES) else None


__all__ = ["BY_FENCE", "BY_WORD", "DATA_FILES", "FORMATS", "Format", "Parsed", "Problem", "of_data_file"]
