"""Memory: of a large repository (70,000 documents, 1.4 GB), and of documents that share nothing."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.generate import Repository
from benchmarks.measure import Cost, measure
from tests.warehouses import parquet_differences, rows

pytestmark = pytest.mark.slow

DOCUMENTS = 70_000
GIGABYTE = 10**9


def run(content: Path, warehouse: Path, scratch: Path) -> Cost:
    """A run in a process of its own; raises where it fails."""
    arguments = ["run", "--warehouse", warehouse, "--source", f"content=folder:{content}"]
    cost, _ = measure([sys.executable, "-m", "matterhouse.cli", *arguments], scratch)
    return cost


@pytest.fixture
def content(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "content"
    Repository(DOCUMENTS).write(folder)
    yield folder
    shutil.rmtree(folder)


def test_a_large_repository_is_loaded_and_brought_up_to_date_in_little_memory(tmp_path, content):
    warehouse = tmp_path / "warehouse"
    assert run(content, warehouse, tmp_path).peak_bytes < GIGABYTE
    assert rows(warehouse, "SELECT count(*) FROM records") == [(DOCUMENTS,)]
    files = sorted(content.glob("_news/*.md"))
    for file in files[::100]:
        file.write_bytes(file.read_bytes().replace(b"\ntitle: ", b"\ntitle: Changed ", 1))
    assert run(content, warehouse, tmp_path).peak_bytes < GIGABYTE
    assert rows(warehouse, "SELECT count(*) FROM records WHERE title LIKE 'Changed %'") == [(len(files[::100]),)]
    assert parquet_differences(warehouse) == {}


def own_entries(folder: Path) -> None:
    """3,000 documents with 120 related entries each, that no other document has: 56 MB."""
    for story in range(3_000):
        entries = [
            f"  - title: Own entry {story}-{number}\n    type: article\n    webUrl: https://site{number}.example/{story}\n"
            f"    provider:\n      name: Site {story % 977}\n      domain: site{story % 977}.example\n"
            for number in range(120)
        ]
        head = f"title: Story {story}\npublishedDateTime: 2020-01-01T00:00:00Z\nrelated:\n{''.join(entries)}"
        (folder / f"2020-01-01-{story}.md").write_text(f"---\n{head}---\n")


def own_keys(folder: Path) -> None:
    """300 documents with 5,000 keys each, that no other document has: 34 MB."""
    for number in range(300):
        keys = "".join(f"key_{number}_{key}: value {key}\n" for key in range(5_000))
        (folder / f"wide-{number}.md").write_text(f"---\ntitle: Wide {number}\n{keys}---\n")


def load(tmp_path: Path, write: Callable[[Path], None]) -> Cost:
    content = tmp_path / "content" / "_news"
    content.mkdir(parents=True)
    write(content)
    return run(content.parent, tmp_path / "warehouse", tmp_path)


def test_entries_that_no_two_documents_share_are_loaded_in_little_memory(tmp_path):
    assert load(tmp_path, own_entries).peak_bytes < 800_000_000
    assert rows(tmp_path / "warehouse", "SELECT count(*), count(DISTINCT web_url) FROM related_articles") == [
        (360_000, 360_000)
    ]


def test_keys_that_no_two_documents_share_are_loaded_in_little_memory(tmp_path):
    assert load(tmp_path, own_keys).peak_bytes < GIGABYTE
    [(columns,)] = rows(tmp_path / "warehouse", "SELECT count(*) FROM (DESCRIBE content.news)")
    assert columns == 300
    others = rows(tmp_path / "warehouse", "SELECT count(*) FROM content.news_other")
    assert others == [(300 * 5_000 - (columns - len(("record_id", "title"))),)]
