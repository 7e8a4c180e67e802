"""matterhouse describe: the data dictionary of a warehouse, with the tables that content makes."""

import json

from tests.commands import HOSTILE_TITLE, STEERING, matterhouse, project


def test_every_table_is_described_as_markdown_and_as_json():
    told = matterhouse("describe", cwd=project())
    described = json.loads(matterhouse("describe", "--format", "json", cwd=project()).stdout)
    assert (told.returncode, told.stderr) == (0, "")
    assert {"records", "articles", "raw.scalars", "meta.runs", "content.news"} <= described.keys()
    assert [line for line in told.stdout.splitlines() if line.startswith("## ")] == [f"## {name}" for name in described]
    assert described["records"]["rows"] == 78
    assert not STEERING.search(told.stdout)
    assert HOSTILE_TITLE not in told.stdout


def test_one_table_is_described():
    told = matterhouse("describe", "content.news", cwd=project()).stdout
    assert told.startswith("## content.news\n\nOne row per document of the collection news. Key: record_id. Rows: ")
    [line] = [line for line in told.splitlines() if line.startswith("| published_date_time |")]
    assert line.startswith("| published_date_time | TIMESTAMP WITH TIME ZONE | In ")
    assert line.endswith("From: publishedDateTime. |")


def test_a_table_that_is_not_there_is_told_with_names_alike():
    refused = matterhouse("describe", "content.newz", cwd=project())
    assert refused.returncode == 1
    assert "there is no table 'content.newz'" in refused.stderr and "content.news" in refused.stderr
