"""How the rivals read a repository: the few lines that anyone would write."""

from collections.abc import Iterator
from pathlib import Path

import yaml

LISTS = ("related", "images", "topics")
_SUFFIXES = (".md", ".html", ".yaml")


def documents(folder: Path) -> Iterator[dict]:
    """One front matter per file, with its ``path``, in the order of the paths."""
    for file in sorted(folder.glob("_*/**/*")):
        if file.suffix in _SUFFIXES:
            text = file.read_text(encoding="utf-8")
            if text.startswith("---"):
                text = text[3:].split("\n---", 1)[0]
            yield {"path": file.relative_to(folder).as_posix(), **yaml.load(text, Loader=yaml.CSafeLoader)}
