"""Real repositories, every document and every version it ever had: two ways of reading, one answer."""

import io
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from matterhouse.reading.envelope import open_envelope
from matterhouse.reading.reader import Document, Reader
from matterhouse.sources.errors import Unreadable
from matterhouse.sources.files import Globs
from tests.reading.oracle import difference, disagreement, outcome

ROOT = Path(__file__).parents[2]


def versions(repository: Path, revision: str) -> Iterator[tuple[str, bytes]]:
    """Path and content of all documents that ``revision`` reaches, each content once.

    A commit reaches its whole history, ``HEAD^{tree}`` what is there now.
    """

    def git(*command: str, stdin: bytes = b"") -> bytes:
        return subprocess.run(["git", "-C", repository, *command], input=stdin, check=True, capture_output=True).stdout

    wanted = Globs().wants
    objects = [
        line.decode().split(" ", 1) for line in git("rev-list", "--objects", revision).splitlines() if b" " in line
    ]
    documents = [(object_id, path) for object_id, path in objects if wanted(path)]
    contents = io.BytesIO(
        git("cat-file", "--batch", stdin="".join(f"{object_id}\n" for object_id, _ in documents).encode())
    )
    for _, path in documents:
        _, kind, size = contents.readline().split()
        content = contents.read(int(size))
        contents.readline()
        if kind == b"blob":
            yield path, content


def compare(documents: Iterable[tuple[str, bytes]]) -> dict[str, int]:
    """Read every document with one reader that remembers, with the authority, and with PyYAML; count them."""
    fast, slow = Reader(), Reader(fast=False)
    count = {"versions": 0, "declined": 0, "rejected": 0}
    for path, content in documents:
        assert difference(fast, slow, path, content) is None, path
        read = outcome(fast, path, content)
        count["versions"] += 1
        count["declined"] += isinstance(read, Document) and read.declined
        count["rejected"] += isinstance(read, Unreadable)
        if isinstance(read, Document) or (isinstance(read, Unreadable) and read.reason.startswith("yaml")):
            assert disagreement(slow, open_envelope(path, content).head) is None, path
    return count


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[dict[str, int]], None]:
    """Puts figures into the test report (``--junit-xml``) and prints them (``-s`` shows it)."""

    def say(count: dict[str, int]) -> None:
        for name, number in count.items():
            record_property(name, number)
        print(
            f"{count['versions']:,} versions, {count['declined'] / count['versions']:.2%} declined, {count['rejected']} rejected"
        )

    return say


def test_sample(tell):
    sample = ROOT / "data" / "sample"
    files = [
        file.relative_to(sample)
        for file in sorted(sample.rglob("*"))
        if file.suffix in (".md", ".markdown", ".html", ".yaml", ".yml")
    ]
    count = compare((file.as_posix(), (sample / file).read_bytes()) for file in files)
    tell(count)
    assert count["versions"] >= 60


@pytest.mark.parametrize("name, at_least", [("algorithm", 100), ("power-apps", 800)])
def test_documents_now(real_repository, tell, name, at_least):
    count = compare(versions(real_repository(name), "HEAD^{tree}"))
    tell(count)
    assert count["versions"] >= at_least
    assert count["declined"] <= count["versions"] / 100 and count["rejected"] == 0


@pytest.mark.parametrize(
    "name, at_least", [("algorithm", 150), pytest.param("power-apps", 10_000, marks=pytest.mark.slow)]
)
def test_every_version_ever(real_repository, tell, name, at_least):
    count = compare(versions(real_repository(name), "HEAD"))
    tell(count)
    assert count["versions"] >= at_least
    assert count["declined"] <= count["versions"] / 100
