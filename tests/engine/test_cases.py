"""What becomes of small inputs of other kinds, each a source of one run; skips where these are absent."""

from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from tests.shared import cases
from tests.warehouses import rows

# case -> its files that are loaded, with format, collection, slug, title and the day of publication
LOADED = {
    "01-toml": [("content/Post-1.md", "toml", None, "Post-1", "A post", "2025-01-02")],
    "02-json-fence": [("src/ISSUE-1.md", "json", None, "ISSUE-1", "ISSUE-1", None)],
    "03-json-brace": [("content/post.md", "json", None, "post", "A post", "2020-01-02")],
    "04-mdx": [("docs/page.mdx", "yaml", "docs", "page", "A page", None)],
    "06-leading-blank": [("_posts/2019-01-02-post.md", "yaml", "posts", "post", "A post", "2019-01-02")],
    "09-first-run-dead-end": [("Notes/note.md", "yaml", "Notes", "note", "A note", None)],
    "10-bad-date": [("glossary/term.md", "yaml", "glossary", "term", "Term", None)],
    "12-list-of-names": [("_articles/metrics.md", "yaml", "articles", "metrics", "Metrics", None)],
    "14-blog-post": [("content/posts/2014-03-12-hello.md", "yaml", "posts", "hello", "Hello", "2014-03-12")],
    "16-index-slug": [
        ("content/en/docs/concepts/_index.md", "yaml", "docs", "concepts-page", "Concepts", None),
        ("files/en-us/web/api/window/index.md", "yaml", "web", "Web/API/Window", "Window", None),
    ],
    "17-data-list": [
        ("_data/navigation.yml#0", "yaml", "navigation", "navigation-0", "Home", None),
        ("_data/navigation.yml#1", "yaml", "navigation", "navigation-1", "Docs", None),
        ("docs/_data/nested.yml", "yaml", "data", "nested", "in a sub-folder", None),
    ],
    "20-duplicate": [("_posts/2018-04-11-post.md", "yaml", "posts", "post", "A post", "2018-05-05")],
    "22-bom-crlf-dots": [
        ("docs/bom.md", "yaml", "docs", "bom", "BOM and CRLF", None),
        ("docs/dots.md", "yaml", "docs", "dots", "Dots", None),
        ("docs/empty.md", "yaml", "docs", "empty", None, None),
    ],
    "23-hexo-no-open": [("source/_posts/a.md", "yaml", "posts", "a", "No opening fence", "2013-07-13")],
}
# case -> path, outcome and reason of its files that are not loaded
NOT_LOADED = {
    "07-comment-first": [("includes/index.md", "skipped", "comment_first")],
    "08-template": [("Templates/Book.md", "skipped", "template"), ("archetypes/default.md", "skipped", "template")],
    "09-first-run-dead-end": sorted((f"Templates/T{number}.md", "skipped", "template") for number in range(1, 12)),
    "11-handle": [
        ("People/someone.md", "rejected", "yaml_syntax"),
        ("reference/ForEach.md", "rejected", "yaml_syntax"),
    ],
    "26-rst": [("pep-0001.rst", "skipped", "no_front_matter")],
}
CASES_TOLD = sorted(LOADED.keys() | NOT_LOADED.keys())


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    sources = [f"{case.name}=folder:{case}" for case in sorted(cases().iterdir()) if case.is_dir()]
    report = refresh(loading.load(None, sources, folder / "w"))
    assert report.error is None
    assert all(account.closes for account in report.sources)
    return folder / "w"


def test_what_is_loaded(warehouse):
    query = (
        "SELECT records.source, records.path, format, collection, slug, title, strftime(published_at, '%Y-%m-%d')"
        " FROM records JOIN raw.documents USING (record_id) ORDER BY ALL"
    )
    found: dict[str, list[tuple]] = {}
    for case, *row in rows(warehouse, query):
        found.setdefault(case, []).append(tuple(row))
    assert {case: found.get(case) for case in LOADED} == LOADED


def test_what_is_not_loaded_has_its_reason(warehouse):
    found: dict[str, list[tuple]] = {}
    query = "SELECT source, path, outcome, reason FROM meta.files WHERE outcome <> 'loaded' ORDER BY ALL"
    for case, *row in rows(warehouse, query):
        found.setdefault(case, []).append(tuple(row))
    assert {case: found.get(case, []) for case in CASES_TOLD} == {case: NOT_LOADED.get(case, []) for case in CASES_TOLD}


def test_what_is_told_of_single_values(warehouse):
    errors = "SELECT field, value, line FROM meta.field_errors WHERE source = '{}' ORDER BY ALL"
    assert rows(warehouse, errors.format("12-list-of-names")) == []
    assert rows(warehouse, "SELECT count(*) FROM related_articles WHERE record_id IS NOT NULL AND title IS NULL") == [
        (0,)
    ]
    [(field, value, line)] = rows(warehouse, errors.format("20-duplicate"))
    assert (field, line) == ("date", 3) and value.startswith("2018-04-11")
    assert [row[:2] for row in rows(warehouse, errors.format("10-bad-date"))] == [("date", "2020-16-04")]
    places = "SELECT line, \"column\" FROM meta.rejects WHERE source = '11-handle' ORDER BY path"
    assert all(line and column for line, column in rows(warehouse, places))
    drafts = "SELECT is_draft, strftime(updated_at, '%Y-%m-%d') FROM records WHERE source = '14-blog-post'"
    assert rows(warehouse, drafts) == [(False, "2015-01-02")]
    types = "SELECT type FROM records WHERE source = '25-type-list'"
    kept = "SELECT count(*) FROM raw.scalars JOIN records USING (record_id) WHERE source = '25-type-list' AND raw.scalars.path = 'type[]'"
    assert rows(warehouse, types)[0][0] is not None and rows(warehouse, kept)[0][0] >= 1
    assert rows(warehouse, "SELECT language FROM records WHERE source = '16-index-slug' ORDER BY path") == [
        ("en",),
        ("en-us",),
    ]
