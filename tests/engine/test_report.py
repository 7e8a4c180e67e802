"""The report of a run as Markdown: what it says, and that content cannot write in it."""

from pathlib import Path

from matterhouse.engine.account import Account
from matterhouse.engine.page import MOST_REJECTS, code, markdown
from matterhouse.engine.report import Report

HOSTILE = "`|<script>alert(1)</script>\n# owned\x1b[31m\u202e"


def report(**facts) -> Report:
    account = Account("news", "0123456789abcdef", found=7, loaded=3, unchanged=1, rejected=2, skipped=1, removed=4)
    return Report(
        "20260101T000000Z-0a",
        "2026-01-01T00:00:00+00:00",
        sources=[account],
        stages={"list": 0.5, "extract": 1.25},
        **facts,
    )


LOADED = """\
# Run 20260101T000000Z-0a: loaded

Published [000002-x](file:///srv/w/snapshots/000002-x): `/srv/w/snapshots/000002-x`.

## Files

| source | commit | found | loaded | unchanged | rejected | skipped | removed |
| --- | --- | --- | --- | --- | --- | --- | --- |
| news | `0123456789ab` | 7 | 3 | 1 | 2 | 1 | 4 |

## Tables

| table | rows before | rows now |
| --- | --- | --- |
| `records` | 3 | 4 |

## 2 files that could not be read

| where | reason | message |
| --- | --- | --- |
| `news: a.md:3` | `yaml_syntax` | `no end` |

1 more are in `meta.rejects`; `matterhouse rejects` lists them all.

## New in the front matter, in no declared table

- `news: images[].caption, mood`
- `in no collection: b`

## Seconds

| stage | seconds |
| --- | --- |
| list | 0.50 |
| extract | 1.25 |
"""


def test_a_loaded_run():
    page = markdown(
        report(
            state="loaded",
            published=True,
            snapshot="000002-x",
            rows={"records": 4, "topics": 5},
            drift={"news": ["images[].caption", "mood"], "": ["b"]},
        ),
        Path("/srv/w/snapshots/000002-x"),
        {"records": 3, "topics": 5},
        [{"source": "news", "path": "a.md", "line": 3, "column": None, "reason": "yaml_syntax", "message": "no end"}],
    )
    assert page == LOADED


def test_a_failed_run_says_why_and_which_checks():
    check = {
        "name": "unique_keys",
        "severity": "error",
        "offending": 1200,
        "description": "Keys are unique.",
        "seconds": 0.1,
    }
    page = markdown(
        report(error="the checks found errors", failed_checks=[check]), examples={"unique_keys": (["id"], [(HOSTILE,)])}
    )
    assert "`the checks found errors`" in page
    assert "**unique_keys** (error): 1,200 rows break the rule: Keys are unique." in page
    assert "Published" not in page


def test_content_stays_in_its_code_span():
    shown = code(HOSTILE)
    assert shown.startswith("`") and shown.endswith("`") and shown.count("`") == 2
    assert "|" not in shown and "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown
    rejects = [{"source": "news", "path": HOSTILE, "line": 1, "column": 2, "reason": "x", "message": HOSTILE}] * (
        MOST_REJECTS + 9
    )
    page = markdown(report(drift={"news": [HOSTILE]}), rejects=rejects)
    assert "\n# owned" not in page
    assert page.count("owned") == 2 * MOST_REJECTS + 1


def test_nothing_is_an_empty_cell():
    assert code(None) == code("") == code(" ") == ""
