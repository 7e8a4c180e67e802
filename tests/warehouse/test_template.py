"""matterhouse.warehouse.template and what matterhouse.warehouse.schema keeps in it."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from matterhouse import sql
from matterhouse.warehouse import schema, template
from matterhouse.warehouse.template import Template

TEMPLATE = Template(b"a database\nof bytes\0", {"records": {"kind": "table", "comment": "é", "columns": []}})
ROOT = Path(__file__).parents[2]
TELL = "from matterhouse.warehouse import schema; print(schema.tables() | schema.views())"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return template.place(tmp_path, ["CREATE TABLE records"])


def test_what_is_kept_comes_back(file: Path):
    assert template.kept(file) is None
    template.keep(file, TEMPLATE)
    assert template.kept(file) == TEMPLATE


def test_other_texts_are_kept_elsewhere_and_replace_the_old_ones(tmp_path: Path, file: Path):
    template.keep(file, TEMPLATE)
    other = template.place(tmp_path, ["CREATE TABLE", "records"])
    assert template.kept(other) is None
    template.keep(other, TEMPLATE)
    assert list(file.parent.iterdir()) == [other]


@pytest.mark.parametrize("at", [0, 40, -1])
def test_a_spoilt_file_is_none(file: Path, at: int):
    template.keep(file, TEMPLATE)
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    assert template.kept(file) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"no template"])
def test_another_file_is_none(file: Path, content: bytes):
    file.parent.mkdir()
    file.write_bytes(content)
    assert template.kept(file) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path):
    (tmp_path / "__pycache__").write_text("no folder")
    file = template.place(tmp_path, ["CREATE TABLE records"])
    template.keep(file, TEMPLATE)
    assert template.kept(file) is None


def test_the_schema_is_the_same_from_the_ddl_and_from_the_template(tmp_path: Path):
    made = schema._run_ddl()
    assert made.relations == schema._template().relations
    (tmp_path / "made.duckdb").write_bytes(made.database)
    schema.create_database(tmp_path / "kept.duckdb")
    query = sql.read("catalog")
    catalogs = []
    for name in ("made", "kept"):
        with duckdb.connect(tmp_path / f"{name}.duckdb", read_only=True) as connection:
            catalogs.append(connection.execute(query).fetchall())
    assert catalogs[0] == catalogs[1] and len(catalogs[0]) > 200


@pytest.mark.skipif(not os.access(ROOT / "sql", os.W_OK), reason="nothing can be kept in sql/")
def test_another_process_finds_the_template():
    subprocess.run([sys.executable, "-m", "matterhouse.warehouse.schema"], cwd=ROOT, check=True)
    (kept,) = (ROOT / "sql" / "__pycache__").glob("schema-*.template")
    before = os.stat(kept)
    printed = subprocess.run([sys.executable, "-c", TELL], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert printed == f"{schema.tables() | schema.views()}\n"
    assert os.stat(kept).st_mtime_ns == before.st_mtime_ns
