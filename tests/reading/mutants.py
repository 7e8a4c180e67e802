"""Documents with a few bytes changed: the seeds, and what is done to them."""

import random
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.reading.oracle import as_bytes, fenced, line_by_line
from tests.reading.torture.plain import PLAIN
from tests.reading.torture.unusual import UNUSUAL

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
LARGEST = 1_500  # bytes of front matter: PyYAML reads about five million a second

STORY = """\
category: news
title: "A \\"quiet\\" tide"
excerpt: 'It''s late: the {bell} rings'
publishedDateTime: 2020-06-09T00:52:00Z
webUrl: https://a.example/b?c=1&d=%20#e
heat: -1
published: false
length:

provider:
  name: Some Paper
  images:
    - url: /a.png
      width: 50

topics:
  - Tides
  - 12:30

related:
  - title: "Caf\\u00e9 & more"
    provider:
      name: N
    images:
      - url: https://a.example/1.jpg
        width: 1_024
      - url: b
    quality: 3
  - title: NO
    images: []
  - title: Ωmega 🌊
"""
ZERO_INDENTED = yaml.dump(yaml.load(STORY, yaml.BaseLoader), sort_keys=False, allow_unicode=True, width=1_000)

SNIPPETS = [
    *(bytes([byte]) for byte in range(0x20, 0x7F)),
    *b"\n|\n\n|\r|\r\n|\t|  |    |: |:\n|- |\n- |\n  - |\n    - |\n  -\n|\n  |\n    |\n |# | #|? |\n? ".split(b"|"),
    *b"---\n|\n---|\n---\n|\n...\n|--- |... ".split(b"|"),
    *b"[]|{}|[a, b]|{a: b}|&a |*a|\n<<: *a|!!str |!!int |! |!x |>-\n|%YAML|%TAG|''|\"\"|\\\"|\\n|\\u00e9|\\x|\\".split(b"|"),
    *b"~|null|true|no|1|0x1F|1:30|1.5|.inf|2020-01-01|2020-02-30|=|<<|a: b|\na: b|\n  a: b|\ntitle: x".split(b"|"),
    b"|", b"|\n", b"|-\n    ", b"a: |\n  ",
    "é".encode(), "\u0301".encode(), "🌊".encode(), "\u00a0".encode(), "\u0085".encode(), "\u2028".encode(), "\u2029".encode(),
    "\u3000".encode(), "\ufeff".encode(), "\ufffd".encode(), "\uffff".encode(), "\u009f".encode(),
    b"\0", b"\x07", b"\x0b", b"\x0c", b"\x1b", b"\x7f", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xff", b"\xff\xfe",
]  # fmt: skip


def seeds() -> list[bytes]:
    """The heads to begin with: small ones of the sample, both list styles, and the readable torture cases."""
    written = [STORY, ZERO_INDENTED, STORY.replace("\n", "\r\n"), STORY[STORY.index("topics:") :]]
    cases = [head for head in {**PLAIN, **UNUSUAL}.values() if len(head) < 300]
    envelopes = [line_by_line(file.read_bytes()) for file in sorted(SAMPLE.rglob("*.md")) if "broken" not in file.name]
    sample = [envelope.head for envelope in envelopes if envelope and len(envelope.head) <= LARGEST]
    return [as_bytes(head) for head in written * 40 + cases] + sample * 10


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """``count`` documents, each with one to four changes; the same for the same ``seed``."""
    chance = random.Random(seed)
    heads = seeds()
    for _ in range(count):
        content = chance.choice(heads)
        fences_too = chance.random() < 0.1
        if fences_too:
            content = fenced(content)
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
            content = chance.choice(CHANGES)(content, chance, heads)
        yield content if fences_too else fenced(content)


def _insert(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(SNIPPETS) + content[at:]


def _replace(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.choice(SNIPPETS) + content[at + chance.randrange(1, 4) :]


def _delete(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + content[at + chance.choice((1, 1, 1, 2, 2, 4, 8, 30)) :]


def _flip(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + bytes([chance.randrange(chance.choice((128, 128, 128, 256)))]) + content[at + 1 :]


def _repeat_line(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    lines = content.split(b"\n")
    at, count = chance.randrange(len(lines)), chance.randrange(1, 4)
    return b"\n".join(lines[: at + count] + lines[at:])


def _swap_lines(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    lines = content.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def _shift_lines(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    """Indent some lines differently."""
    lines = content.split(b"\n")
    at, by = chance.randrange(len(lines)), chance.choice((-4, -2, -2, -1, 1, 2, 2, 4))
    for number in range(at, min(at + chance.randrange(1, 4), len(lines))):
        line = lines[number]
        lines[number] = b" " * by + line if by > 0 else line[min(-by, len(line) - len(line.lstrip(b" "))) :]
    return b"\n".join(lines)


def _splice(content: bytes, chance: random.Random, heads: list[bytes]) -> bytes:
    """Put some lines of another document in."""
    lines, others = content.split(b"\n"), chance.choice(heads).split(b"\n")
    at, start = chance.randrange(len(lines)), chance.randrange(len(others))
    return b"\n".join(lines[:at] + others[start : start + chance.randrange(1, 5)] + lines[at:])


CHANGES = (
    _insert,
    _insert,
    _insert,
    _replace,
    _delete,
    _delete,
    _flip,
    _repeat_line,
    _swap_lines,
    _swap_lines,
    _shift_lines,
    _shift_lines,
    _splice,
    _splice,
)
