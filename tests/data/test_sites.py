"""The sites of docs/sites.md become the tables that stand there; so does the blog in data/."""

import re
from pathlib import Path

import pytest

from tests.commands import matterhouse
from tests.warehouses import rows

ROOT = Path(__file__).parents[2]
SITES = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", (ROOT / "docs" / "sites.md").read_text("utf-8"), re.S | re.M))


@pytest.mark.parametrize("site", SITES)
def test_a_site_becomes_the_tables_that_are_shown(site: str, tmp_path: Path):
    for path, text in re.findall(r"^`([^`]+)`:\n\n```text\n(.*?)```", SITES[site], re.S | re.M):
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_text(text, encoding="utf-8")
    done = matterhouse("run", "--source", "site=site", "--warehouse", "tables", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"```sql\n(.*?)```\n\n```csv\n(.*?)```", SITES[site], re.S)
    for query, expected in shown:
        told = matterhouse("query", "--warehouse", "tables", "--format", "csv", query, cwd=tmp_path)
        assert (told.stdout, told.stderr) == (expected, ""), query
    assert shown


def test_the_blog_has_heads_of_three_formats_and_two_languages(tmp_path: Path):
    done = matterhouse("run", "--source", f"blog={ROOT / 'data' / 'blog'}", "--warehouse", "tables", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    tables = tmp_path / "tables"
    query = "SELECT language, format, count(*) FROM records JOIN raw.documents USING (record_id) WHERE records.path LIKE '%.md%'"
    assert rows(tables, f"{query} GROUP BY ALL ORDER BY ALL") == [
        ("en", "json", 2), ("en", "toml", 1), ("en", "yaml", 3), ("fr", "toml", 1), ("fr", "yaml", 1),
    ]  # fmt: skip
    authors = "SELECT name, count(*) FROM record_authors GROUP BY ALL ORDER BY ALL"
    assert rows(tables, authors) == [("Ilo Brandt", 2), ("Maren Vosk", 4)]
    assert rows(tables, "SELECT max(watts), count(*) FROM content.posts_lamps") == [(40.0, 2)]
    assert rows(tables, "SELECT path, reason FROM meta.files WHERE reason = 'template'") == [
        ("archetypes/default.md", "template")
    ]
