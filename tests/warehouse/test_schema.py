"""matterhouse.warehouse.schema: what it derives from the DDL."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.sql.schema import Column, Rows
from matterhouse.warehouse.schema import create_all
from matterhouse.warehouse.schema import text as schema_text

TABLES = schema.tables()


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        create_all(connection)
        yield connection


def test_a_table_knows_its_names_grain_key_and_columns():
    table = TABLES["meta.rejects"]
    assert (table.schema, table.name, table.qualified, table.full_name) == (
        "meta",
        "rejects",
        "meta.rejects",
        "meta.rejects",
    )
    grain = (
        "file, or item of a data file, that could not be read, and per earlier version of one in a source with history"
    )
    assert (table.grain, table.key) == (grain, ("source", "path"))
    assert table.description == f"One row per {grain}."
    assert table.column_names[:5] == ("source", "path", "record_id", "line", "column")
    assert (TABLES["records"].qualified, TABLES["records"].full_name) == ("records", "main.records")


def test_sentences_between_grain_and_key_belong_to_the_description():
    table = TABLES["record_images"]
    assert table.grain == "image of a record"
    assert table.description.endswith("An image given as plain text has only a url.")


def test_a_column_knows_its_type_and_the_paths_it_comes_from():
    columns = {column.name: column for column in TABLES["record_images"].columns}
    assert columns["url"] == Column(
        name="url",
        type="VARCHAR",
        not_null=False,
        comment="Address of the image, as written. From: images[].url, images[].",
        paths=("images[].url", "images[]"),
    )
    assert columns["url"].meaning == "Address of the image, as written."
    assert columns["position"].not_null and columns["position"].paths == ()


def test_tables_can_be_changed_by_a_caller_without_harm():
    schema.tables().clear()
    assert schema.tables() == TABLES


def test_covered_paths_are_those_of_values():
    covered = schema.covered_paths()
    assert {"title", "name", "related[].images[].url", "services.*", "secured", "images[]"} <= covered
    assert not {"provider", "related", "related[]", "services"} & covered


@pytest.mark.parametrize("name", [*TABLES, *schema.views()])
def test_the_arrow_schema_has_duckdbs_types_and_the_comments(name, connection):
    table = {**TABLES, **schema.views()}[name]
    derived = table.arrow_schema
    assert derived.names == list(table.column_names)
    assert derived.types == connection.sql(f"FROM {table.full_name}").to_arrow_table().schema.types
    assert [field.nullable for field in derived] == [not column.not_null for column in table.columns]
    assert [field.metadata for field in derived] == [{b"comment": c.comment.encode()} for c in table.columns]
    assert derived.metadata == {b"comment": table.comment.encode()}


@pytest.mark.parametrize("name", TABLES)
def test_an_arrow_table_of_the_schema_goes_into_its_table(name, connection):
    values = {
        pa.string(): "it's",
        pa.bool_(): True,
        pa.int32(): 1,
        pa.int64(): 2**40,
        pa.float64(): 0.5,
        pa.timestamp("us", "UTC"): 0,
        pa.list_(pa.string()): ["a", None],
        pa.list_(pa.int32()): [0, 1],
        pa.map_(pa.string(), pa.float64()): [("a", 1)],
        pa.map_(pa.string(), pa.string()): [("a", "b")],
    }
    fields = TABLES[name].arrow_schema
    batch = pa.table([pa.array([values[field.type]], field.type) for field in fields], schema=fields)
    connection.register("batch", batch)
    connection.execute(f"INSERT INTO {name} BY NAME FROM batch").fetchall()
    assert connection.sql(f"FROM {name}").to_arrow_table().to_pylist() == batch.to_pylist()


def test_create_all_is_part_of_an_open_transaction():
    with duckdb.connect() as connection:
        connection.execute("BEGIN")
        create_all(connection)
        connection.execute("ROLLBACK")
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]


@pytest.mark.parametrize("comment", ["", "One row per thing.", "Rows. Key: a.", "One row per thing. Key: a. More."])
def test_a_table_comment_of_another_form_is_refused(comment):
    with pytest.raises(ValueError, match="main.things: the comment must read"):
        schema.relation("things", {"kind": "view", "comment": comment, "columns": []})


@pytest.mark.parametrize("comment", [None, "", "No full stop", "Meaning. From: .", "Meaning. From: a.  From: b."])
def test_a_column_comment_of_another_form_is_refused(comment):
    with pytest.raises(ValueError, match="things.a: the comment must be a sentence"):
        column = {"name": "a", "type": "VARCHAR", "not_null": False, "comment": comment}
        schema.relation("things", {"kind": "view", "comment": "One row per thing. Key: a.", "columns": [column]})


@pytest.mark.parametrize(
    "header",
    [{}, {"rows": "documents"}, {"rows": "thing", "belongs_to": "run"}, {"rows": "documents", "belongs_to": "nobody"}],
)
def test_a_table_that_does_not_say_where_its_rows_come_from_is_refused(header):
    described = {"kind": "table", "comment": "One row per thing. Key: a.", "columns": []} | header
    with pytest.raises(ValueError, match="main.things: the file must begin with `-- rows"):
        schema.relation("things", described)


def test_the_committed_description_of_the_schema_is_current():
    told = "run: python -m matterhouse.warehouse.schema"
    assert Path(sql.__file__).with_name(schema.FILE).read_text("utf-8") == schema_text(), told


def test_a_table_knows_what_its_rows_are_made_from_and_what_they_go_with():
    assert TABLES["events"].rows == Rows("documents", collection="events")
    assert TABLES["related_links"].rows == Rows("links", ("related",))
    assert TABLES["related_entry_images"].rows == Rows("distinct items", ("related[].images",))
    assert TABLES["record_provider_images"].rows == Rows("items", ("provider.images", "affiliation.images"))
    assert TABLES["providers"].rows == Rows("code", ("transforms/providers.py",))
    assert [TABLES[name].belongs_to for name in ("record_images", "related_entries", "providers", "meta.runs")] == [
        "document",
        "entry",
        "warehouse",
        "run",
    ]


def test_a_view_knows_the_tables_behind_it():
    expected = {"records", "providers", "record_topics", "record_images", "related_links"}
    assert schema.views()["articles"].reads == expected
    assert schema.views()["related_images"].reads == {"related_links", "related_entry_images"}


def test_neither_pandas_nor_pyarrow_is_imported_before_it_is_needed():
    code = """if True:
        import sys
        from matterhouse.sql import schema
        tables = schema.tables()
        assert not {"pandas", "pyarrow"} & set(sys.modules)
        tables["records"].arrow_schema
        assert "pandas" not in sys.modules
    """
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)
