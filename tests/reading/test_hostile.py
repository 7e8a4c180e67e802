"""Front matter that was made to do harm is rejected or read within bounds, and with the right reason."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from matterhouse.reading import authority
from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.limits import Limits
from tests.reading.hostile import FILES, HEADS, content_of
from tests.reading.oracle import difference, fenced, outcome

ROOT = Path(__file__).parents[2]
CASES = {**HEADS, **FILES}
BOMBS = [
    name
    for name, (_, reason) in HEADS.items()
    if reason in ("too_many_values", "too_much_text", "too_deep", "recursive_alias")
]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict[str, object]]:
    """What came of every case, in a process with bounded memory and CPU; one that broke a bound is not there."""
    done = subprocess.run([sys.executable, "-m", "tests.reading.hostile"], cwd=ROOT, capture_output=True, timeout=600)
    found = {entry["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0 or len(found) < len(CASES), done.stderr.decode()
    return found


@pytest.mark.parametrize("name", CASES)
def test_within_bounds(outcomes, name):
    assert name in outcomes, "the process did not come through this case or an earlier one"
    found = outcomes[name]
    assert found["outcome"] == CASES[name][1], found
    if found["outcome"] != "read":
        assert found["line"] >= 1 and len(found["message"]) < 300
        return
    assert found["values"] <= Limits().nodes and found["text"] <= Limits().head_bytes
    if sure := found.get("authority"):
        assert all(sure[key] == found[key] for key in ("outcome", "values", "text"))


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_anything_is_built(monkeypatch, name):
    def never(*_, **__):
        raise AssertionError("a bomb was handed to the constructor")

    monkeypatch.setattr(authority._Loader, "get_single_node", never)
    error = outcome(Reader(fast=False), "x.md", content_of(name))
    assert isinstance(error, Unreadable) and error.reason == HEADS[name][1]


@pytest.mark.parametrize(
    "name, most",
    [
        ("100,000 brackets", 40),
        ("100,000 complex keys", 40),
        ("deep indentation", 80),
        ("billion laughs", 150),
        ("merge bomb", 300),
    ],
)
def test_little_of_a_bomb_is_looked_at(monkeypatch, name, most):
    seen = []

    def counted(*arguments, **options):
        for event in yaml.parse(*arguments, **options):
            seen.append(event)
            yield event

    monkeypatch.setattr(authority, "yaml", _Yaml(counted))
    assert isinstance(outcome(Reader(fast=False), "x.md", content_of(name)), Unreadable)
    assert 0 < len(seen) <= most


class _Yaml:
    """The module ``yaml`` with another ``parse``."""

    def __init__(self, parse):
        self.parse = parse

    def __getattr__(self, name: str):
        return getattr(yaml, name)


def deepest_plain() -> bytes:
    """The deepest nesting that the fast way takes: 14 mappings and 13 lists, and an empty list inside."""
    return fenced("\n".join(["k:", *(" " * column + "- k:" for column in range(0, 26, 2))]) + " []")


def test_the_fast_way_takes_no_more_depth_than_it_says():
    document = Reader().read("x.md", deepest_plain())
    assert not document.declined and _depth(document.record) == 28
    deeper = deepest_plain().replace(b" []\n---", b"\n" + b" " * 26 + b"- k: []\n---")
    assert Reader().read("x.md", deeper).declined


def _depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


@pytest.mark.parametrize("depth", [1, 2, 5, 26, 27, 28, 29])
def test_a_lower_limit_of_depth_holds_both_ways(depth):
    limits = Limits(depth=depth)
    for content in (
        deepest_plain(),
        fenced("a: b"),
        fenced("a: []"),
        fenced("a:\n  - b: c"),
        fenced("a:\n  b:\n    c: d"),
    ):
        assert difference(Reader(limits), Reader(limits, fast=False), "x.md", content) is None
    assert isinstance(outcome(Reader(limits), "x.md", deepest_plain()), Document) == (depth >= 28)


@pytest.mark.parametrize(
    "head", ["a:\n  - b: c", "a: 1\nb: 2", "a:\n- b\n- c", "a: b", "a:\r- b: c\r- b: d", "a:\nb:\nc:", ""]
)
def test_a_lower_limit_of_values_holds_both_ways(head):
    for nodes in range(20):
        limits = Limits(nodes=nodes)
        assert difference(Reader(limits), Reader(limits, fast=False), "x.md", fenced(head)) is None


def test_a_lower_limit_of_bytes_holds_both_ways():
    for fast in (True, False):
        assert isinstance(outcome(Reader(Limits(head_bytes=5), fast=fast), "x.md", fenced("a: b")), Document)
        error = outcome(Reader(Limits(head_bytes=5), fast=fast), "x.md", fenced("a: bc"))
        assert isinstance(error, Unreadable) and error.reason == "front_matter_too_large"


def test_a_text_within_the_limit_never_unfolds_beyond_it():
    head = "a: \"\\N\\x41\\u2028\"\nb: |\n  text\nc: >\n  text\n\n  text\nd: ''''\ne: [1,2]\n"
    assert isinstance(outcome(Reader(Limits(head_bytes=len(head) + 1), fast=False), "x.md", fenced(head)), Document)


@pytest.mark.parametrize("fast", [True, False])
def test_a_full_memo_is_emptied_and_nothing_is_lost(fast):
    reader = Reader(fast=fast)
    if fast:
        reader._blocks._memo_bytes = 1_000
    for number in range(200):
        content = fenced(f"a: {number}\nlist:\n  - b: {number % 7}\n    c: d\n  - {number}")
        assert reader.read("x.md", content).record == {
            "a": str(number),
            "list": [{"b": str(number % 7), "c": "d"}, str(number)],
        }
    if fast:
        assert reader._blocks._remembered <= 1_000
