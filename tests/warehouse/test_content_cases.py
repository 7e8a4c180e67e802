"""The tables that content makes of small inputs of other kinds; skips where these are absent."""

from datetime import UTC, date, datetime

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from tests.shared import cases
from tests.warehouses import rows


@pytest.mark.parametrize(
    "case, query, expected",
    [
        ("01-toml", "SELECT title FROM content.root", [("A post",)]),
        ("10-bad-date", "SELECT date FROM content.glossary", [("2020-16-04",)]),
        ("12-list-of-names", "SELECT value FROM content.articles_related", [("leadership",), ("legal",)]),
        (
            "14-blog-post",
            "SELECT date, draft, lastmod FROM content.posts",
            [(datetime(2014, 3, 12, 14, 11, tzinfo=UTC), False, date(2015, 1, 2))],
        ),
        (
            "15-dotted-key",
            "SELECT path, count(*) FROM raw.scalars WHERE path LIKE '%date%' GROUP BY ALL ORDER BY 1",
            [('"ms.date"', 1), ("ms.date", 1)],
        ),
        ("19-prose-key", "SELECT value FROM content.posts_other", [("it has a colon",)]),
    ],
)
def test_small_inputs_of_other_kinds(case, query, expected, tmp_path):
    report = refresh(config.load(None, [f"case=folder:{cases(case)}"], tmp_path / "w"))
    assert report.error is None
    assert rows(tmp_path / "w", query) == expected
