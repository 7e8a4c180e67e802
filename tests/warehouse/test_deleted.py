"""What is taken out of the sources is in no byte of what is published next."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from matterhouse.warehouse import snapshots
from matterhouse.warehouse.snapshots import Snapshot
from tests.warehouse.damage import Project
from tests.warehouses import parquet_differences, rows

WAYS = ["removed", "changed", "passed over", "an item of a list"]
PLACES = ["title", "tag", "related", "body"]
TEXT = "---\ntitle: {0}\ntags: [{1}]\nrelated:\n  - title: {2}\n    webUrl: https://example.org/{2}\n---\nAnd {3}.\n"
ITEMS = "- title: {0}\n  tags: [{1}]\n- title: {2}\n  slug: {3}\n"


def sentence(way: str, place: str) -> str:
    """A text that a compression by frequent signs or by repetition cannot make shorter."""
    return b64encode(sha256(f"{way} {place}".encode()).digest()).decode().translate({43: "x", 47: "y", 61: "z"})


SENTENCES = {sentence(way, place): f"{place}, {way}" for way in WAYS for place in PLACES}


def sentences_in(content: bytes) -> set[str]:
    return {told for each, told in SENTENCES.items() if each.encode() in content}


def texts(snapshot: Snapshot) -> Iterator[tuple[Path, bytes]]:
    """Every published byte, and every value of Parquet dictionaries, also those that no row points to."""
    for file in snapshot.path.rglob("*"):
        if file.is_file():
            yield file, file.read_bytes()
        if file.suffix == ".parquet":
            yield file, repr(values(file)).encode()


def values(file: Path) -> list[object]:
    schema = pq.read_schema(file)
    names = [field.name for field in schema if pa.types.is_string(field.type)]
    found: list[object] = []
    with pq.ParquetFile(file, read_dictionary=names, arrow_extensions_enabled=False) as parquet:
        for group in range(parquet.num_row_groups):
            for column in parquet.read_row_group(group, names).columns:
                for chunk in column.chunks:
                    found += (chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk).to_pylist()
    return found


def found_in(snapshot: Snapshot) -> dict[str, set[str]]:
    """The sentences in each kind of file."""
    found: dict[str, set[str]] = {}
    for file, content in texts(snapshot):
        found.setdefault(file.suffix, set()).update(sentences_in(content))
    return found


def leftovers(database: Path) -> tuple[int, list[tuple]]:
    """Blocks of a database that nothing uses, and tables whose groups have more rows than the table."""
    with duckdb.connect(database, read_only=True) as connection:
        [[free]] = connection.execute("SELECT free_blocks FROM pragma_database_size()").fetchall()
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT temporary"
        ).fetchall()
        more = []
        for schema, name in tables:
            in_groups = f"""
                SELECT coalesce(sum(rows), 0)
                FROM (
                    SELECT sum(count) AS rows
                    FROM pragma_storage_info('{schema}."{name}"')
                    WHERE column_id = 0 AND segment_type <> 'VALIDITY'
                    GROUP BY row_group_id
                )
            """
            [counts] = connection.execute(f'SELECT ({in_groups}), (SELECT count(*) FROM {schema}."{name}")').fetchall()
            if counts[0] != counts[1]:
                more.append((schema, name, *counts))
    return free, more


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose last run took the sentences out, each way."""
    project = Project(tmp_path_factory.mktemp("deleted")).make(1)
    news, data = project.content / "_news", project.content / "_data"
    data.mkdir()
    files = {way: data / "list.yml" if "list" in way else news / f"{way}.md" for way in WAYS}
    for way, file in files.items():
        text = ITEMS if "list" in way else TEXT
        file.write_text(text.format(*(sentence(way, place) for place in PLACES)))
    assert project.run().state == "loaded"
    found = found_in(project.newest)
    assert found[".parquet"] == set(SENTENCES.values()), "else it is not seen that they go"
    assert len(found[".duckdb"]) > len(SENTENCES) / 2, "DuckDB compresses some"
    files["removed"].unlink()
    files["changed"].write_text(TEXT.format(*"abcd"))
    files["passed over"].rename(news / "passed over.bak")
    files["an item of a list"].write_text("- title: Another\n")
    assert project.run().state == "loaded"
    return project


def test_no_published_byte_has_a_sentence_that_was_taken_out(project: Project):
    assert {suffix: found for suffix, found in found_in(project.newest).items() if found} == {}
    assert rows(project.root, "SELECT count(*) FROM records") == [(14,)]
    assert parquet_differences(project.root) == {}


def test_the_database_has_neither_free_blocks_nor_rows_that_are_gone(project: Project):
    assert leftovers(project.newest.database) == (0, [])


def test_a_database_that_was_written_anew_has_what_the_one_before_had(project: Project, tmp_path: Path):
    """Tables, views, macros, comments, defaults: by what DuckDB says of them."""
    before, after = (described(each.database) for each in snapshots.snapshots(project.layout)[-2:])
    assert len(after) > 500 and after == before


def described(database: Path) -> set[tuple]:
    """What DuckDB says of all that is in a database, but for the tables of schema `content`, which follow the content."""
    functions = (
        "SELECT schema_name, function_name, macro_definition, comment, parameters::VARCHAR FROM duckdb_functions()"
    )
    queries = [
        f"{functions} WHERE NOT internal",
        "SELECT schema_name, table_name, sql, comment, NULL FROM duckdb_tables()",
        "SELECT schema_name, view_name, sql, comment, NULL FROM duckdb_views() WHERE NOT internal",
        "SELECT schema_name, table_name, column_name, comment, column_index::VARCHAR FROM duckdb_columns()",
    ]
    with duckdb.connect(database, read_only=True) as connection:
        found = [row for query in queries for row in connection.execute(query).fetchall()]
    return {row for row in found if row[0] != "content"}


def test_runs_that_add_documents_do_not_open_a_part_each(tmp_path: Path):
    """Where the part of a new document's neighbour is full, the document goes to the part with the most room."""
    project = Project(tmp_path).make(1)
    news = project.content / "_news"
    (news / "story-01-long.md").write_text(f"---\ntitle: Long\n---\n{'x ' * 2_000}\n")
    assert project.run().state == "loaded"
    parts = "SELECT count(DISTINCT part) FROM meta.files"
    [(before,)] = rows(project.root, parts)
    for number in range(3, 0, -1):
        (news / f"story-01-long{number}.md").write_text("---\ntitle: Short\n---\n")
        assert project.run().state == "loaded"
    assert rows(project.root, parts) == [(before,)]
