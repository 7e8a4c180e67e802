"""The empty database that full loads begin with: kept in the user's cache, and never used when it is not what it was."""

from pathlib import Path

import duckdb
import pytest

from matterhouse import sql
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.warehouse import empty_database, schema


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "matterhouse"


def catalog(database: Path) -> list[tuple]:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute(sql.read("catalog")).fetchall()


def write(target: Path) -> Path:
    empty_database.write(target)
    return target


def test_what_is_kept_is_what_the_statements_make(cache: Path, tmp_path: Path):
    with duckdb.connect() as connection:
        schema.create_all(connection)
        expected = connection.execute(sql.read("catalog")).fetchall()
    first = write(tmp_path / "first.duckdb")
    [kept] = cache.iterdir()
    second = write(tmp_path / "second.duckdb")
    assert catalog(first) == catalog(second) == expected
    assert first.read_bytes() == second.read_bytes() == kept.read_bytes()


def test_a_damaged_one_and_one_of_other_statements_are_made_anew(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    expected = catalog(write(tmp_path / "first.duckdb"))
    [kept] = cache.iterdir()
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    assert catalog(write(tmp_path / "second.duckdb")) == expected
    more = schema.statements() + "CREATE TABLE main.more (a INTEGER);"
    monkeypatch.setattr(schema, "statements", lambda: more)
    assert len(catalog(write(tmp_path / "third.duckdb"))) == len(expected) + 1
    assert len(list(cache.iterdir())) == 1, "those of other statements are removed"


def test_without_a_folder_for_it_the_warehouse_is_made_all_the_same(cache: Path, tmp_path: Path):
    cache.parent.write_text("no folder")
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("---\ntitle: One\n---\n")
    report = refresh(load(None, [f"news=folder:{tmp_path / 'content'}"], tmp_path / "w"))
    assert (report.error, report.rows["records"]) == (None, 1)
