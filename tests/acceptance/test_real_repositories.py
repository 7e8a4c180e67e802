"""Real repositories of the family, from their bundles: nothing is rejected without a reason, and our tables say
what another program, which wrote the JSON files below ``api/``, read from the same documents."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config

pytestmark = pytest.mark.parametrize("name, items", [("power-apps", 2992), ("algorithm", 93)])

_RECORDS = """
SELECT path, title, excerpt, type, heat, published_at, amp_url, cdn_amp_url, original_url, name, domain,
       (SELECT list(topic ORDER BY position) FROM record_topics WHERE record_id = records.record_id),
       (SELECT list([url, width::VARCHAR, height::VARCHAR] ORDER BY position) FROM record_images WHERE record_id = records.record_id)
FROM records LEFT JOIN providers USING (provider_id)
"""


@pytest.fixture(scope="module")
def loaded(real_repository, tmp_path_factory):
    """Load a repository once; gives its clone, the report and a connection to the snapshot."""
    known = {}

    def load(name: str):
        if name not in known:
            clone = real_repository(name)
            warehouse = tmp_path_factory.mktemp("warehouse")
            report = refresh(config.load(None, [f"{name}={clone}"], warehouse))
            assert report.error is None
            connection = duckdb.connect(warehouse / "current" / "warehouse.duckdb", read_only=True)
            connection.execute("SET TimeZone = 'UTC'").fetchall()
            known[name] = clone, report, connection
        return known[name]

    yield load
    for _, _, connection in known.values():
        connection.close()


def test_the_account_closes_and_nothing_is_rejected(loaded, name, items):
    _, report, _ = loaded(name)
    [account] = report.sources
    assert account.closes
    assert account.loaded == account.found > 0


def test_records_agree_with_what_another_program_read(loaded, name, items):
    clone, _, connection = loaded(name)
    ours = {row[0]: row[1:] for row in connection.execute(_RECORDS).fetchall()}
    compared = 0
    for file, item in _items(clone):
        if (clone / item["path"]).is_file():
            row = ours[item["path"]]
            assert _ours(row, item) == _theirs(item), f"{file}: {item['path']}"
            compared += 1
    assert compared == items


def test_children_have_their_records_and_keys_are_unique(loaded, name, items):
    _, _, connection = loaded(name)
    found = connection.execute("SELECT name, offending_rows FROM meta.checks WHERE severity = 'error'").fetchall()
    assert len(found) >= 8
    assert [check for check in found if check[1]] == []


def test_no_front_matter_path_is_left_without_a_column(loaded, name, items):
    _, _, connection = loaded(name)
    assert connection.execute("SELECT field, example_path FROM meta.drift").fetchall() == []
    assert connection.execute("SELECT path, field, value FROM meta.field_errors").fetchall() == []


_FIELDS = ("title", "excerpt", "type", "heat", "publishedDateTime", "ampWebUrl", "cdnAmpWebUrl", "originalUrl")


def _items(clone: Path) -> Iterator[tuple[Path, dict]]:
    """Every object of the JSON files that names a path; templates, which are no JSON, are left out."""
    for file in sorted((clone / "api").rglob("*.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        for item in _walk(content):
            yield file, item


def _walk(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        if isinstance(value.get("path"), str):
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _walk(inner)


def _theirs(item: dict) -> dict:
    """What an item says; what it leaves out is not compared."""
    said = {field: item[field] for field in _FIELDS if field in item}
    if said.get("publishedDateTime"):
        said["publishedDateTime"] = datetime.fromisoformat(said["publishedDateTime"])
    if item.get("provider"):
        said["provider"] = item["provider"]["name"], item["provider"]["domain"]
    if "topics" in item:
        said["topics"] = item["topics"]
    if "images" in item:
        said["images"] = item["images"] and [
            [image["url"], str(image["width"]), str(image["height"])] for image in item["images"]
        ]
    return said


def _ours(row: tuple, item: dict) -> dict:
    values = dict(zip(_FIELDS, row[:8])) | {"provider": row[8:10], "topics": row[10], "images": row[11]}
    return {field: values[field] for field in _theirs(item)}
