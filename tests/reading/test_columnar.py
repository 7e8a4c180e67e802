"""Blocks that are read many at a time are what PyYAML reads, or are left to the strict reader."""

import random

import pytest

from matterhouse.reading import authority
from matterhouse.reading.columnar import read_blocks
from matterhouse.reading.reader import Reader
from matterhouse.reading.sheets import Block
from matterhouse.sources.errors import Unreadable
from tests.reading.mutants import CHANGES, SNIPPETS
from tests.reading.oracle import as_bytes, fenced, identical, outcome
from tests.reading.torture.broken import BROKEN
from tests.reading.torture.plain import PLAIN
from tests.reading.torture.unusual import UNUSUAL

ARTICLE = """title: "A quiet tide"
    excerpt: 'It''s late'
    publishedDateTime: 2020-06-09T00:52:00Z
    webUrl: https://a.example/b?c=1&d=%20
    type: article
    provider:
      name: Some Paper
      domain: paper.example
    quality: 12
    images:
      - url: "https://a.example/1.jpg"
        width: 640
        isCached: true
      - url: b"""
WRITTEN = """a|A b|é|É, è|/a/b|a: b|a:b|a::b|a:#b|a #b|a#b|a : b|"|""|"a|"a"|"a" |"a"b"|"a\\"b"|"a\\\\"|"\\u00e9"|"\\q"|'a'|'a''b'|'a'b'|''|'|
    1|-1|+1|0|00|0123|0x1F|1_000|1:30|12345678901234567890|1.5|-1.5|.5|1.|1e3|1.5e+3|.inf|.nan|-|--|-a|- a|?|? a|:|:a|
    true|True|TRUE|tRUE|yes|no|on|off|y|n|Y|N|null|Null|NULL|~|~a|[]|[ ]|[a]|{}|{a: b}|=|<<|*a|&a b|!a b|!!str a|%a|@a|`a|,a|a,b|
    2020-06-09|2020-02-30|2020-06-09T00:52:00Z|2020-06-09T25:00:00Z|2020-06-09 00:52:00|2020-6-9T0:52:00Z|> a|\\||\\|a|a\\b|a"b|
    a\u00a0b|\u00a0a|a:\u00a0b|\u3000a|a:\u2003|🌊|\ufeffa|\u0301a|a\tb|\ta|a |  a|a  b|Ωmega|…|’|http://a.example/#b|http://[a]|a]|a}""".replace(
    "\n    ", ""
).split("|")


def blocks() -> list[bytes]:
    """Entries of lists: every way to write a value, every torture case, and damaged articles."""
    written = [f"title: {value}\n    quality: 1" for value in WRITTEN] + [
        f"a:\n      - b: {value}" for value in WRITTEN
    ]
    heads = [as_bytes(head) for head in (*PLAIN.values(), *UNUSUAL.values(), *(head for head, *_ in BROKEN.values()))]
    found = [as_bytes(text) for text in (ARTICLE, *written)]
    found += [head.replace(b"\n", b"\n    ") for head in heads if len(head) < 300]
    chance = random.Random(3)
    for _ in range(1_500):
        block = ARTICLE.encode()
        for _ in range(chance.choice((1, 1, 2, 3))):
            block = chance.choice(CHANGES)(block, chance, [ARTICLE.encode()])
        found.append(block)
    return [block.rstrip(b"\n") for block in found]


def test_what_is_taken_is_what_pyyaml_reads():
    every = blocks()
    taken = [(block, found) for block, found in zip(every, read_blocks(every, 4)) if found is not None]
    for block, found in taken:
        record = authority.parse(b"related:\n  - " + block + b"\n", 1, None)
        assert identical({"related": [found]}, record), block
    assert len(every) / 4 < len(taken) < len(every)


@pytest.mark.parametrize("value", WRITTEN)
def test_each_value_alone_and_among_others(value: str):
    """The same is taken whatever the other blocks hold."""
    block = f"title: {value}".encode()
    [alone] = read_blocks([block], 4)
    [among, *_] = read_blocks([block, *(b"title: " + snippet for snippet in SNIPPETS)], 4)
    assert (alone is None) == (among is None)
    if alone is not None:
        assert identical(alone, among)


def test_usual_articles_are_all_taken():
    found = read_blocks([ARTICLE.replace("12", str(number)).encode() for number in range(50)], 4)
    assert all(isinstance(block, Block) for block in found)
    assert [block.value["quality"] for block in found] == [str(number) for number in range(50)]
    assert len({id(block.sheet) for block in found}) == 1


def test_those_that_few_are_like_are_left_alone():
    every = [b"title: A", b"title: B", b"quality: 1", b"title: 2", b"title: C"]
    assert [block and block.value for block in read_blocks(every, 4, fewest=3)] == [
        {"title": "A"},
        {"title": "B"},
        None,
        None,
        {"title": "C"},
    ]


def test_bytes_that_are_no_utf_8_cost_no_other_block():
    whole = "title: é".encode()
    found = read_blocks([whole[:-1], b"\xa9", whole, b"title: \xff", b"title: a\0", b"title: b"], 4)
    assert [block and block.value for block in found] == [None, None, {"title": "é"}, None, None, {"title": "b"}]


def many(number: int) -> list[bytes]:
    """Files whose lists have new entries."""
    entries = "".join(f"  - title: Entry {number}-{each}\n    quality: {each}\n" for each in range(60))
    others = "images:\n  - title: Entry 0-1\n    quality: 1\n"
    return [fenced(f"title: {name}\nrelated:\n{entries}{others}") for name in "ab"]


def test_records_are_the_same_prepared_or_not():
    ahead, plain = Reader(), Reader()
    files = [*many(0), *many(1), *many(2)]
    ahead.prepare(files)
    assert ahead.distinct_blocks == 180
    for content in files:
        one, other = ahead.read("x.md", content), plain.read("x.md", content)
        assert all(type(entry) is Block for entry in one.record["related"])
        assert identical(one.record, other.record) and one[1:] == other[1:]
    assert ahead.distinct_blocks == plain.distinct_blocks and ahead.bytes_parsed == plain.bytes_parsed


def test_a_block_is_the_same_object_wherever_it_is_listed():
    reader = Reader()
    files = [*many(0), *many(1)]
    reader.prepare(files)
    first, second = (reader.read("x.md", content).record["related"] for content in files[:2])
    assert all(one is other for one, other in zip(first, second)) and first[0].value is second[0].value


def test_other_lists_and_data_files_hold_mappings():
    """The bytes of an entry may stand in any list."""
    reader = Reader()
    files = [*many(0), *many(1)]
    reader.prepare(files)
    assert reader.read("x.md", files[0]).record["images"] == [{"title": "Entry 0-1", "quality": "1"}]
    data = reader.read("x.yaml", files[0].split(b"---\n")[1])
    assert all(type(entry) is dict for entry in data.record["related"])


def test_little_new_text_is_not_looked_for():
    reader = Reader()
    files = [*many(0), *many(1)]
    for _ in range(2):
        reader.prepare(files)
        for content in files:
            reader.read("x.md", content)
    reader.prepare(many(2))  # the last ones were known
    assert reader.distinct_blocks == 120


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"])
@pytest.mark.parametrize("broken", [b"", b"\xff"])
def test_files_of_another_kind_are_left_alone(ends: bytes, broken: bytes):
    reader, plain = Reader(), Reader()
    files = [content.replace(b"\n", ends) + broken for content in many(0)]
    reader.prepare([b"", b"no front matter", *files])
    for content in files:
        one, other = outcome(reader, "x.md", content), outcome(plain, "x.md", content)
        assert isinstance(one, Unreadable) or identical(one.record, other.record)
