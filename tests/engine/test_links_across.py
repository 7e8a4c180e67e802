"""Related entries lead to records of any source, and follow them when sources come, go and are renamed."""

from pathlib import Path

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from tests.warehouses import TIMES, differences, parquet_differences, rows

LINKS = """
SELECT entry.web_url, target.source
FROM related_articles AS entry
LEFT JOIN records AS target ON target.record_id = entry.related_record_id
ORDER BY ALL
"""


def write(home: Path, source: str, url: str, *related: str) -> None:
    (home / source).mkdir(exist_ok=True)
    entries = "".join(f"  - webUrl: {each}\n" for each in related)
    listed = f"related:\n{entries}" if related else ""
    (home / source / "a.md").write_text(f"---\ntitle: {source}\nwebUrl: {url}\n{listed}---\n")


def run(home: Path, sources: dict[str, str], **options) -> Report:
    named = "".join(f"  {name}: {{uri: 'folder:{folder}'}}\n" for name, folder in sources.items())
    (home / "matterhouse.yml").write_text(f"warehouse: w\nsources:\n{named}")
    report = refresh(loading.load(home / "matterhouse.yml"), **options)
    assert report.error is None and not parquet_differences(home / "w")
    return report


def test_links_follow_sources_that_come_go_and_are_renamed(tmp_path: Path):
    write(tmp_path, "one", "https://one.example/a", "https://www.two.example/a/")
    write(tmp_path, "two", "http://two.example/a", "https://one.example/a?utm_source=x")
    run(tmp_path, {"one": "one"})
    assert rows(tmp_path / "w", LINKS) == [("https://www.two.example/a/", None)]
    run(tmp_path, {"one": "one", "two": "two"})
    both = [("https://one.example/a?utm_source=x", "one"), ("https://www.two.example/a/", "two")]
    assert rows(tmp_path / "w", LINKS) == both
    run(tmp_path, {"uno": "one", "two": "two"})
    assert rows(tmp_path / "w", LINKS) == [(both[0][0], "uno"), both[1]]
    run(tmp_path, {"uno": "one"}, accept_drop=True)
    assert rows(tmp_path / "w", LINKS) == [("https://www.two.example/a/", None)]
    write(tmp_path, "one", "https://one.example/a", "https://one.example/a")
    run(tmp_path, {"uno": "one", "two": "two"})
    (tmp_path / "w").rename(tmp_path / "by_steps")
    run(tmp_path, {"uno": "one", "two": "two"})
    assert not differences(tmp_path / "w", tmp_path / "by_steps", without=TIMES)
