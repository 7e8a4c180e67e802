"""A large repository: 70,000 documents, 1.4 GB."""

import shutil
import sys
from collections.abc import Iterator
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
