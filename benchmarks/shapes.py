"""Seeded repositories of other shapes than the family's: what makes them large is not what makes its large.

    python -m benchmarks.shapes FOLDER documentation|wide|long --documents 2000

``documentation``: heads of ten lines without long lists, bodies of some thousand characters, in folders of folders.
``wide``: every document has a thousand keys that no other has. ``long``: bodies of half a million characters.
The same arguments always write the same bytes.
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path

_WORDS = (
    "reference guide method property returns value element event example browser module request handler stream".split()
)
_KEYS, _LONG = 1_000, 500_000
_Writer = Callable[[random.Random, int], tuple[str, str]]


def documentation(random: random.Random, number: int) -> tuple[str, str]:
    """The path below ``_docs`` and the text of a page of documentation."""
    head = (
        f"title: {_words(random, 2, 6)}\nslug: pages/{number}\ntype: {random.choice(('guide', 'reference'))}\n"
        f"description: {_words(random, 10, 25)}\ndate: 20{random.randint(10, 25)}-0{random.randint(1, 9)}-11\n"
        f"weight: {random.randint(1, 100)}\nheat: {random.randint(1, 90)}\nlayout: page\n"
        f"topics: [{random.choice(_WORDS)}, {random.choice(_WORDS)}]\nstatus: stable\n"
    )
    return f"part-{number % 40}/chapter-{number % 7}/page-{number}.md", _document(head, _words(random, 300, 900))


def wide(random: random.Random, number: int) -> tuple[str, str]:
    """A document of keys that no other one has."""
    keys = "".join(f"key{number}x{key}: {_words(random, 1, 4)}\n" for key in range(_KEYS))
    return f"wide-{number}.md", _document(f"title: Wide {number}\nheat: 500\n{keys}", "Text.")


def long(random: random.Random, number: int) -> tuple[str, str]:
    """A document with a long body."""
    paragraph = _words(random, 900, 1_100)
    return f"long-{number}.md", _document(
        f"title: Long {number}\nheat: 500\n", f"{paragraph}\n\n" * (_LONG // len(paragraph))
    )


SHAPES: dict[str, _Writer] = {shape.__name__: shape for shape in (documentation, wide, long)}


def write(folder: Path, shape: str, documents: int, seed: int = 1) -> None:
    """Write a repository below ``folder``, which is created."""
    seeded = random.Random(seed)
    for number in range(documents):
        path, text = SHAPES[shape](seeded, number)
        file = folder / "_docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")


def _words(random: random.Random, least: int, most: int) -> str:
    return " ".join(random.choices(_WORDS, k=random.randint(least, most))).capitalize()


def _document(head: str, body: str) -> str:
    return f"---\n{head}---\n\n{body}\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write a generated repository of another shape.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("--documents", type=int, default=2_000)
    given = parser.parse_args()
    write(given.folder, given.shape, given.documents)
