"""matterhouse.transforms.declared: a table's rows are what its DDL says."""

import pytest

from matterhouse.sql import schema
from matterhouse.transforms.computed import FUNCTIONS
from tests.transforms.batch import rows, tables

# By type, a value that a column of it takes, as it is written and as it is read.
VALUES = {
    "VARCHAR": "some text",
    "BIGINT": "7",
    "DOUBLE": "2.5",
    "BOOLEAN": "true",
    "TIMESTAMP WITH TIME ZONE": "2024-05-06T07:08:09Z",
}
# By function, a value that it makes something of, where that is no address.
TAKEN_BY = {
    "duration_seconds": "PT5M",
    "published_at": "2024-05-06",
    "updated_at": "2024-05-06",
    "is_draft": "true",
    "flag_or_date": "true",
}
PATHS = [
    (name, column.name, path)
    for name, table in schema.tables().items()
    if table.rows and table.rows.kind != schema.CODE
    for column in table.columns
    for path in column.paths
    if column.type in VALUES
]


def front_matter(path: str, value: str, lists: tuple[str, ...]) -> str:
    """YAML that has a value at a declared path, and where that stands beside a list, an item in the list."""
    beside = {of.rpartition(".")[2] for of in lists if "." in of and of.rpartition(".")[0] == path.rpartition(".")[0]}
    text = ", ".join([value, *(f"{name}: [a.png]" for name in beside)])
    for key in reversed(path.replace("[]", ".[]").replace("*", "any").split(".")):
        text = f"[{text}]" if key == "[]" else f"{{{key}: {text}}}"
    return text.removeprefix("{").removesuffix("}")


@pytest.mark.parametrize(("name", "column", "path"), PATHS)
def test_a_declared_path_is_read_into_its_column(name: str, column: str, path: str):
    table = schema.tables()[name]
    declared = next(each for each in table.columns if each.name == column)
    folder = f"_data/{table.rows.collection}" if table.rows.collection else "_news"
    written = TAKEN_BY.get(declared.function, "https://a.example/b") if declared.function else VALUES[declared.type]
    found = tables({f"{folder}/2024-01-02-a.md": front_matter(path, written, table.rows.of)})[name]
    assert [row for row in rows(found, column) if row != (None,)], (
        f"{path} is declared for {name}.{column}, and not read"
    )


OF_CONTENT = (schema.DOCUMENT, schema.ENTRY)


@pytest.mark.parametrize("name", [name for name, table in schema.tables().items() if table.belongs_to in OF_CONTENT])
def test_every_function_that_the_ddl_names_is_there(name: str):
    assert {column.function for column in schema.tables()[name].columns} <= {None, *FUNCTIONS}


@pytest.mark.parametrize("name", [name for name, table in schema.tables().items() if table.rows.kind != schema.CODE])
def test_rows_that_are_declared_belong_to_a_document_or_an_entry(name: str):
    assert schema.tables()[name].belongs_to in OF_CONTENT
