"""The data dictionary: complete, and docs/data-dictionary.md is what the DDL says now."""

import subprocess
import sys
from pathlib import Path

from matterhouse.sql import schema
from matterhouse.warehouse import dictionary

REPOSITORY = Path(__file__).parents[2]
COMMITTED = REPOSITORY / "docs" / "data-dictionary.md"


def test_the_committed_dictionary_is_current():
    remedy = "run: python -m matterhouse.warehouse.dictionary > docs/data-dictionary.md"
    assert COMMITTED.read_text("utf-8") == dictionary.text(), remedy


def test_the_module_prints_the_dictionary():
    done = subprocess.run(
        [sys.executable, "-m", "matterhouse.warehouse.dictionary"], cwd=REPOSITORY, capture_output=True, check=True
    )
    assert done.stdout.decode("utf-8").splitlines() == dictionary.text().splitlines()


def test_every_table_and_view_has_a_heading_and_a_line_for_every_column():
    sections = {section.partition("`")[0]: section for section in dictionary.text().split("\n### `")[1:]}
    relations = {**schema.tables(), **schema.views()}
    assert sections.keys() == relations.keys()
    for name, relation in relations.items():
        for column in relation.columns:
            assert f"\n| `{column.name}` | {column.type} | " in sections[name]


def test_signs_of_markdown_are_escaped_in_cells():
    assert dictionary._cell("a | b * c <d> \\") == "a \\| b \\* c \\<d> \\\\"
