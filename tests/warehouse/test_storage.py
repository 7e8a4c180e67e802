"""The form of what is published: which DuckDB opens the database, and how much memory long documents take."""

import random
import struct
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks.measure import measure
from matterhouse.warehouse import memory
from tests.warehouse.damage import Project
from tests.warehouses import parquet_differences, rows

# By DuckDB's own table of storage versions: what 1.3 reads.
VERSION_OF_1_3 = 66


def storage_version(file: Path) -> int:
    """The number in the file's header: a DuckDB that knows only smaller ones refuses the file."""
    with file.open("rb") as opened:
        return struct.unpack("<Q", opened.read(20)[12:])[0]


def test_older_versions_of_duckdb_open_what_is_published(tmp_path):
    project = Project(tmp_path).make(1)
    assert storage_version(project.newest.database) <= VERSION_OF_1_3
    project.edit("Later")
    assert project.run().state == "loaded"
    assert storage_version(project.newest.database) <= VERSION_OF_1_3


def test_long_documents_are_written_in_smaller_groups(tmp_path):
    staged = tmp_path / "staged"
    (staged / "raw.documents").mkdir(parents=True)
    for number, size in enumerate((10, 40_000)):
        query = f"SELECT repeat('x', {size}) || range AS body FROM range(3000)"
        target = staged / "raw.documents" / f"{number:06}.parquet"
        duckdb.sql(f"COPY ({query}) TO '{target}' (ROW_GROUP_SIZE 2048)")
        assert memory.rows_of_a_group(staged) == (memory.USUAL_ROWS, memory.FEWEST_ROWS)[number]
    least = 2048 * 40_000
    base = tmp_path / "base"
    (base / "parquet" / "raw.documents").mkdir(parents=True)
    (base / "warehouse.duckdb").write_bytes(bytes(1_000_000))
    full, change = (int(memory.limit(staged, before).removesuffix("B")) for before in (None, base))
    assert least < full <= change < 1_000_000_000, "it follows what the documents and the database weigh"


def test_memory_of_a_full_load_follows_the_rows_that_are_staged_and_not_the_documents(tmp_path):
    def limits(*staged: tuple[str, int]) -> list[int]:
        for file, size in staged:
            (tmp_path / file).parent.mkdir(exist_ok=True)
            with (tmp_path / file).open("wb") as opened:
                opened.truncate(size)  # takes no room
        return [int(of(tmp_path, None).removesuffix("B")) for of in (memory.limit, memory.usual_limit)]

    few = limits(("records/000000-000000.arrow", 10_000_000))
    many = limits(("raw.scalars/000000-000000.arrow", 1_000_000_000), ("raw.scalars/000001-000000.arrow", 10**9))
    assert max(few) < 400_000_000 < min(many) < max(many) < 1_000_000_000


def test_comments_are_in_duckdb_and_in_the_parquet_fields(tmp_path):
    import pyarrow.parquet

    project = Project(tmp_path).make(1)
    comments = rows(
        project.root,
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'records' AND schema_name = 'main'",
    )
    assert len(comments) > 25 and all(comment for _, comment in comments)
    file = project.newest.parquet / "records" / "records.parquet"
    stored = pyarrow.parquet.read_schema(file)
    assert {field.name: field.metadata[b"comment"].decode() for field in stored} == dict(comments)


def write_long(folder: Path, count: int, size: int) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnop", k=chance.randint(3, 9))) for _ in range(5_000)]
    sentences = [" ".join(chance.choices(words, k=100)) for _ in range(20_000)]  # 14 MB, of which a body takes some
    (folder / "_news").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        body = " ".join(chance.choices(sentences, k=size // 600))[: size - 100]
        (folder / "_news" / f"long-{number:05}.md").write_text(f"---\ntitle: Long {number}\n---\n{body}\n")


@pytest.mark.slow
@pytest.mark.parametrize("count, size", [(2_600, 100_000), (400, 1_000_000), (120, 4_000_000), (26, 9_900_000)])
def test_long_documents_are_loaded_in_memory_that_follows_their_weight(tmp_path, count, size):
    content, warehouse = tmp_path / "content", tmp_path / "w"
    write_long(content, count, size)
    command = [sys.executable, "-m", "matterhouse.cli", "run", "--warehouse", warehouse]
    command += ["--source", f"news=folder:{content}"]
    cost, _ = measure(command, tmp_path)  # raises where the run fails
    assert cost.peak_bytes < 500_000_000 + 3 * min(2_048, count) * size
    assert rows(warehouse, "SELECT count(*) FROM raw.documents WHERE body IS NOT NULL") == [(count,)]
    changed = sorted((content / "_news").iterdir())[::3]
    for file in changed:
        file.write_text(file.read_text().replace("title: Long", "title: Longer"))
    cost, _ = measure(command, tmp_path)
    changed[0].write_text("---\ntitle: Longer, and alone\n---\n")  # written anew with its long neighbours
    measure(command, tmp_path)
    assert cost.peak_bytes < 500_000_000 + 3 * min(2_048, count) * size
    assert rows(warehouse, "SELECT count(*) FROM records WHERE title LIKE 'Longer%'") == [(len(changed),)]
    assert parquet_differences(warehouse) == {}


def test_memory_follows_long_front_matters_in_the_tables_behind_the_documents(tmp_path):
    """They failed in tables such as ``content.news``: 450 documents of 900,000 bytes, after a run with one short one."""
    base = tmp_path / "base"
    base.mkdir()
    (base / "warehouse.duckdb").write_bytes(bytes(1_000_000))
    (tmp_path / "raw.documents").mkdir()
    target = tmp_path / "raw.documents" / "000000.parquet"
    for count, longer in ((10, False), (600, True)):
        text = "repeat(md5(i::VARCHAR), 10_000)"
        query = f"SELECT i::VARCHAR AS record_id, {text} AS front_matter FROM range({count}) AS r(i)"
        duckdb.sql(f"COPY ({query}) TO '{target}' (ROW_GROUP_SIZE 2048)")
        limits = [memory.usual_limit(tmp_path, before) for before in (None, base)] + [memory.limit(tmp_path, base)]
        assert all((int(limit.removesuffix("B")) >= 3 * count * 320_000) for limit in limits)
        assert all((int(limit.removesuffix("B")) > 400_000_000) == longer for limit in limits)
