"""Front matter that was made to do harm, and a process that reads all of it within hard bounds.

``python -m tests.reading.hostile`` reads every case with a gigabyte of memory for all of them and 20
seconds of CPU for each, and prints what came of it as a line of JSON. The process is killed where it
passes a bound.
"""

import json
import resource
import sys
import time
from collections.abc import Callable

from matterhouse.reading.reader import Reader
from matterhouse.sources.errors import Unreadable

MEMORY = 1_000_000_000  # bytes of address space
CPU = 20  # seconds
MEGABYTE = 990_000  # bytes, just below the limit of a front matter


def lines(pattern: str, count: int) -> str:
    """``pattern`` with numbers put in, ``count`` times, a line each."""
    return "\n".join(map(pattern.format, range(count)))


def chain(first: str, link: str, count: int) -> str:
    """Lines of which each names the one before."""
    return "\n".join([first.format(0), *map(link.format, range(count - 1), range(1, count))])


def laughs(first: str, level: str, joint: str, levels: int) -> str:
    """A value that each further level names ten times."""
    names = "abcdefghijklmnopqrstuvwxyz"
    made = [f"a: &a {first}"]
    for name, before in zip(names[1:levels], names, strict=False):
        made.append(f"{name}: &{name} " + level.format(joint.join([f"*{before}"] * 10)))
    return "\n".join(made)


def filled(unit: str, size: int = MEGABYTE) -> str:
    return unit * (size // len(unit.encode()))


# What it is -> (how it is made, the reason for which it is rejected or "read").
HEADS: dict[str, tuple[Callable[[], str | bytes], str]] = {
    "billion laughs": (lambda: laughs("[lol]", "[{}]", ",", 10), "too_many_values"),
    "laughs by two": (lambda: chain("a{0}: &a{0} [x]", "a{1}: &a{1} [*a{0}, *a{0}]", 60), "too_many_values"),
    "one long list, named often": (
        lambda: "a: &a [" + filled("x,", 100_000) + "]\nb: [" + filled("*a,", 300_000) + "]", "too_many_values"
    ),
    "one long text, named often": (lambda: f"a: &a {filled('x', 500_000)}\nb: [{filled('*a,', 300_000)}]", "too_much_text"),
    "one long key, named often": (lambda: f"a: &a {{? {filled('x', 500_000)}}}\nb: [{filled('*a,', 300_000)}]", "too_much_text"),
    "merge bomb": (lambda: laughs("{x: y}", "{{<<: [{}]}}", ",", 10), "too_many_values"),
    "merges of one mapping by the thousand": (lambda: "a: &a {}\nb:\n" + filled("  <<: *a\n", 200_000), "read"),
    "merges in a chain": (lambda: chain("m{0}: &m{0} {{}}", "m{1}: &m{1}\n  <<: *m{0}\n  k{1}: v", 300), "read"),
    "alias inside of what it names": (lambda: "a: &a [*a]", "recursive_alias"),
    "alias deep inside of what it names": (lambda: "a: &a {b: {c: [d, {e: *a}]}}", "recursive_alias"),
    "merge of itself": (lambda: "a: &a\n  <<: *a", "recursive_alias"),
    "two that name each other": (lambda: "a: &a [*b]\nb: &b [*a]", "yaml_syntax"),
    "100,000 brackets": (lambda: "a: " + "[" * 100_000, "too_deep"),
    "100,000 braces": (lambda: "a: " + "{" * 100_000, "too_deep"),
    "100,000 mappings in flow": (lambda: "a: " + "{a: " * 100_000, "too_deep"),
    "100,000 pairs of brackets": (lambda: "a: " + "[" * 100_000 + "]" * 100_000, "too_deep"),
    "100,000 lists in lists": (lambda: "a:\n" + "- " * 100_000 + "x", "too_deep"),
    "100,000 complex keys": (lambda: "? " * 100_000 + "x", "too_deep"),
    "dashes and question marks": (lambda: "- ? " * 100_000 + "x", "too_deep"),
    "deep indentation": (lambda: "\n".join(" " * n + f"k{n}:" for n in range(1_300)), "too_deep"),
    "deep indentation by two": (lambda: "\n".join("  " * n + "k:" for n in range(950)), "too_deep"),
    "wide and deep": (lambda: "a:\n" + "\n".join(["  - " + "[" * 28 + "x" + "]" * 28] * 7_500), "too_many_values"),
    "200,000 short items": (lambda: "a:\n" + "\n".join(["- a"] * 200_000), "too_many_values"),
    "60,000 short items": (lambda: "a:\n" + "\n".join(["  - a"] * 60_000), "read"),
    "50,000 different items": (lambda: "a:\n" + lines("- {:x}", 50_000), "read"),
    "50,000 items in flow": (lambda: "a: [" + "a," * 50_000 + "]", "read"),
    "200,000 items without value": (lambda: "a:\n" + "-\n" * 200_000, "too_many_values"),
    "20,000 keys": (lambda: lines("k{}: v", 20_000), "read"),
    "20,000 times one key": (lambda: "k: v\n" * 20_000, "read"),
    "190,000 times one key": (lambda: "k: v\n" * 190_000, "too_many_values"),
    "10,000 anchors": (lambda: lines("k{0}: &a{0} v", 10_000), "read"),
    "10,000 anchors and aliases": (lambda: lines("k{0}: &a{0} v\nl{0}: *a{0}", 10_000), "read"),
    "10,000 tags": (lambda: lines("k{}: !!str v", 10_000), "read"),
    "10,000 tags of one's own": (lambda: lines("k{0}: !t{0} v", 10_000), "yaml_value"),
    "tag directives": (lambda: lines("%TAG !a{}! b", 50_000), "too_many_directives"),
    "a long tag": (lambda: f"a: !{filled('x')} b", "yaml_value"),
    "a long tag in percent codes": (lambda: f"a: !{filled('%41')} b", "yaml_value"),
    "a long anchor": (lambda: f"a: &{filled('x')} b", "read"),
    "a long key": (lambda: f"{filled('k')}: v", "yaml_syntax"),
    "a long key in quotes": (lambda: f'"{filled("k")}": v', "yaml_syntax"),
    "a long line": (lambda: f"a: {filled('word ')}x", "read"),
    "a long word": (lambda: f"a: {filled('w')}", "read"),
    "a long text over lines": (lambda: f"a: x\n{filled('  w' + chr(10))}", "read"),
    "a long line without key": (lambda: filled("w"), "not_a_mapping"),
    "lines without key": (lambda: filled("w\n"), "not_a_mapping"),
    "double quote never closed": (lambda: f'a: "{filled("word ")}', "yaml_syntax"),
    "double quote never closed, over lines": (lambda: f'a: "{filled(chr(10) + "  word")}', "yaml_syntax"),
    "single quote never closed": (lambda: f"a: '{filled('word ')}", "yaml_syntax"),
    "quotes closed on the next line, again and again": (lambda: "a:\n" + filled('  - "\n', 300_000), "read"),
    "escapes": (lambda: f'a: "{filled(chr(92) + "n")}"', "read"),
    "escapes that do not exist": (lambda: f'a: "{filled(chr(92) + "q")}"', "yaml_syntax"),
    "backslashes never closed": (lambda: f'a: "{filled(chr(92) * 2)}', "yaml_syntax"),
    "doubled quotes": (lambda: f"a: '{filled(chr(39) * 2)}'", "read"),
    "blanks in a text": (lambda: f"a: b{filled(' ')}c", "read"),
    "blanks before a comment": (lambda: f"a: b{filled(' ')}#c", "read"),
    "blanks behind a text": (lambda: f"a: b{filled(' ')}", "read"),
    "blanks, word by word": (lambda: f"a: {filled('b' + ' ' * 999)}c", "read"),
    "blanks in front": (lambda: f"{filled(' ')}a: b", "read"),
    "blanks alone": (lambda: filled(" "), "read"),
    "blank lines": (lambda: f"a: b{filled(chr(10))}", "read"),
    "blank lines in an item": (lambda: f"a:\n  - b{filled(chr(10))}\n  - c", "read"),
    "lines of blanks": (lambda: f"a:\n  - b: c\n{filled(' ' * 99 + chr(10))}", "read"),
    "carriage returns": (lambda: f"a: b{filled(chr(13))}", "read"),
    "tabs": (lambda: f"a: b{filled(chr(9))}c", "read"),
    "a long literal": (lambda: f"a: |\n{filled('  word' + chr(10))}", "read"),
    "a literal of blank lines": (lambda: f"a: |+\n{filled(chr(10))}", "read"),
    "a folded text": (lambda: f"a: >\n{filled('  w' + chr(10) * 2)}", "read"),
    "a long comment": (lambda: f"#{filled('x')}\na: b", "read"),
    "comments": (lambda: f"{filled('#' + chr(10))}a: b", "read"),
    "hashes": (lambda: f"a: b{filled('#')}", "read"),
    "hashes with blanks": (lambda: f"a: b{filled(' #')}", "read"),
    "colons": (lambda: f"a: b{filled(':')}c", "read"),
    "colons with blanks": (lambda: f"a: b{filled(': ')}c", "yaml_syntax"),
    "colons between words": (lambda: f"a: {filled('b:')}c", "read"),
    "dashes": (lambda: f"a: {filled('-')}", "read"),
    "question marks": (lambda: f"a: {filled('?')}", "read"),
    "commas": (lambda: f"a: [{filled(',')}]", "yaml_syntax"),
    "stars": (lambda: f"a: {filled('*')}", "yaml_syntax"),
    "ampersands": (lambda: f"a: {filled('& ')}", "yaml_syntax"),
    "percent signs": (lambda: filled("%\n"), "yaml_syntax"),
    "10,000 digits": (lambda: "a: " + "9" * 10_000, "read"),
    "a megabyte of digits": (lambda: f"a: {filled('9')}", "read"),
    "a megabyte of digits to the base of 60": (lambda: f"a: 1{filled(':59')}", "read"),
    "a megabyte of digits to the base of 60, not quite": (lambda: f"a: 1{filled(':59')}:x", "read"),
    "a megabyte of digits with underscores": (lambda: f"a: 1{filled('_')}x", "read"),
    "a megabyte of digits, tagged": (lambda: f"a: !!int {filled('9')}", "read"),
    "a float of a megabyte": (lambda: f"a: 0.{filled('9')}e+{'9' * 100}", "read"),
    "NULs": (lambda: b"a: " + b"\0" * MEGABYTE, "control_character"),
    "bytes that are no text": (lambda: b"a: " + b"\xff" * MEGABYTE, "not_utf8"),
    "byte-order marks": (lambda: filled("\ufeff"), "not_a_mapping"),
    "line separators": (lambda: f'a: "{filled(chr(0x2028))}"', "read"),
    "2,001 related entries": (lambda: "related:\n" + lines("  - title: {}", 2_001), "too_many_related"),
    "more than a megabyte": (lambda: filled("key: word\n", 1_000_100), "front_matter_too_large"),
}  # fmt: skip

# Whole files, with the fences.
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "never closed, ten megabytes": (lambda: b"---\n" + b"a: b\n" * 2_000_000, "unclosed"),
    "never closed, almost closed by dots": (lambda: b"---\n" + b"...x\n" * 300_000, "unclosed"),
    "never closed, almost closed by dashes": (lambda: b"---\n" + b"----\n" * 300_000, "unclosed"),
    "never closed, long lines of dashes": (lambda: b"---\n" + b"---" * 3_000_000, "unclosed"),
    "blanks behind the first fence": (lambda: b"---" + b" " * 10_000_000 + b"\n---\n", "read"),
    "blanks behind the last fence": (lambda: b"---\na: b\n---" + b" " * 10_000_000 + b"\n---", "read"),
    "blanks behind what is almost a fence": (
        lambda: b"---\na: b\n---" + b" " * 9_000_000 + b"x\n---",
        "front_matter_too_large",
    ),
    "ten megabytes of carriage returns": (lambda: b"---\r" + b"\r" * 10_000_000, "unclosed"),
    "a body of ten megabytes": (lambda: b"---\na: b\n---\n" + b"\n---\n" * 2_000_000, "read"),
}


def content_of(name: str) -> bytes:
    """The Markdown file of a case."""
    if name in FILES:
        return FILES[name][0]()
    head = HEADS[name][0]()
    return b"---\n" + (head if isinstance(head, bytes) else head.encode()) + b"\n---\n"


def size(value: object) -> tuple[int, int]:
    """How many values a record has, each as often as it is reached, and how many characters."""
    values = text = 0
    waiting = [value]
    while waiting:
        value = waiting.pop()
        values += 1
        if isinstance(value, dict):
            values += len(value)
            text += sum(map(len, value))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif value is not None:
            text += len(value)
    return values, text


def read(reader: Reader, name: str) -> dict[str, object]:
    content = content_of(name)
    before = time.process_time()
    try:
        document = reader.read("x.md", content)
        values, text = size(document.record)
        found = {"outcome": "read", "values": values, "text": text, "declined": document.declined}
    except Unreadable as error:
        found = {"outcome": error.reason, "line": error.line, "column": error.column, "message": error.message}
    except BaseException as error:
        found = {"outcome": repr(error)[:200]}
    return {"name": name, **found, "seconds": round(time.process_time() - before, 3)}


def allow(seconds: int) -> None:
    """Let this process live for so many more seconds of CPU."""
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + seconds, most))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for case in sys.argv[1:] or [*HEADS, *FILES]:
        allow(CPU)
        found = read(Reader(), case)
        if found.get("declined") is False:  # else the authority read it already
            found["authority"] = read(Reader(fast=False), case)
        print(json.dumps(found), flush=True)
