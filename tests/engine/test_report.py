"""The report of a run as Markdown: what it says, and that content cannot write in it."""

from pathlib import Path

from matterhouse.cli.account import tell, tell_failure
from matterhouse.engine.account import Account
from matterhouse.engine.errors import SourceFailure, SourcesFailed
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


def many_accounts() -> list[Account]:
    """5,000 sources; of two files were loaded, of one removed, and one failed."""
    accounts = [Account(f"s{number:04}", None, 9, 0, 9, 0, 0, 0) for number in range(5000)]
    accounts[7] = Account("s0007", None, 9, 2, 7, 0, 0, 0)
    accounts[4000] = Account("s4000", None, 8, 0, 8, 0, 0, 1)
    accounts[4999] = Account("s4999", None, 0, 0, 0, 0, 0, 0, error="it is gone")
    return accounts


def test_of_very_many_sources_those_are_told_that_changed_or_failed(capsys):
    many = report(state="partial", snapshot="000002-x")
    many.sources = many_accounts()
    page = markdown(many)
    named = [line.split(" | ")[0] for line in page.splitlines() if line.startswith(("| s0", "| s4"))]
    assert named == [
        "| s0007",
        "| s4000",
        "| s4999",
    ]
    assert "4,997 more of 5,000 sources are in `meta.run_sources`." in page
    tell(many, Path("/srv/w"))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in lines if line and line[0][:2] in ("s0", "s4")] == ["s0007", "s4000", "s4999"]
    assert ["all", "5,000", "sources", "44,990", "2", "44,988", "0", "0", "1"] in lines


def test_of_very_many_failures_the_first_are_told_and_the_others_counted(capsys):
    failures = [SourceFailure(f"s{number:04}", "unavailable", f"s{number:04} is gone") for number in range(5000)]
    told = str(SourcesFailed(failures))
    assert told.startswith("s0000 is gone; s0001 is gone; ") and told.endswith(
        "s0049 is gone; and 4,950 more sources failed"
    )
    tell_failure(report(state="partial", failures=failures), Path("/srv/w"))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 51 and lines[-1].endswith("4,950 more sources failed and keep the rows that they had")
    assert str(SourcesFailed(failures[:2])) == "s0000 is gone; s0001 is gone"
