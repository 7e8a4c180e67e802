"""The report of a run as a Markdown page: in the folder of its snapshot, and on Prefect's pages.

Paths, messages and excerpts come from files that anyone may have written: they stand in code spans,
in which Markdown and HTML mean nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from matterhouse.engine.report import (
    Report,
    accounts_told,
    breach,
    drift_in_words,
    histories_in_words,
    removed_in_words,
    skipped_in_words,
)

if TYPE_CHECKING:
    from matterhouse.warehouse.build import Build

MOST_REJECTS = 50
MOST_REMOVED = MOST_NOT_DUE = 20
MOST_FIELDS, MOST_COLLECTIONS = 10, 50
_COUNTS = ("found", "loaded", "unchanged", "rejected", "skipped", "removed")


def markdown(
    report: Report,
    snapshot: Path | None = None,
    before: Mapping[str, int] | None = None,
    rejects: Sequence[Mapping[str, object]] = (),
    examples: Mapping[str, tuple[Sequence[str], Sequence[Sequence[object]]]] | None = None,
) -> str:
    """The page.

    ``before`` has the rows of each table in the snapshot before, ``rejects`` rows of ``meta.rejects``,
    ``examples`` columns and some rows that broke each failed check.
    """
    parts = [_head(report, snapshot), _account(report), _removed(report), _tables(report, before or {})]
    parts += [_rejects(report, rejects), _checks(report, examples or {}), _drift(report), _seconds(report)]
    return "\n".join(line for part in parts for line in part).strip() + "\n"


def of_build(report: Report, build: "Build", before: Mapping[str, int]) -> str:
    """The page of a run that publishes, with what its database can tell."""
    examples = {check["name"]: build.offending_rows(check["name"]) for check in report.failed_checks}
    return markdown(report, build.final_path, before, build.rejects(MOST_REJECTS), examples)


def code(value: object) -> str:
    """A value as a code span on one line of a table; nothing for None."""
    if value is None:
        return ""
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in str(value)
    )
    return f"`{shown.replace('`', chr(0x2BC)).replace('|', chr(0xA6)).strip()}`" if shown.strip() else ""


def _head(report: Report, snapshot: Path | None) -> Iterator[str]:
    yield f"# Run {report.run_id}: {report.state}"
    yield ""
    if report.error is not None:
        yield f"{code(report.error)}"
        yield ""
    if report.published and snapshot is not None:
        yield f"Published [{report.snapshot}]({snapshot.as_uri()}): {code(snapshot)}."
        yield ""
    for note in report.notes:
        yield f"- {code(note)}"
    if report.notes:
        yield ""


def _account(report: Report) -> Iterator[str]:
    if not report.sources:
        return
    yield "## Files"
    yield ""
    told, others = accounts_told(report.sources)
    for_source = [
        [each.source, code((each.position or "")[:12]), *(getattr(each, name) for name in _COUNTS)] for each in told
    ]
    yield from _table(["source", "commit", *_COUNTS], for_source)
    if others:
        yield f"{others:,} more of {len(report.sources):,} sources are in `meta.run_sources`."
        yield ""
    if report.not_due:
        due = [f"{source} before {moment}" for source, moment in list(report.not_due.items())[:MOST_NOT_DUE]]
        more = f" and {len(report.not_due) - len(due):,} more" if len(report.not_due) > len(due) else ""
        yield f"Not due: {', '.join(due)}{more}."
        yield ""
    for line in histories_in_words(report.histories):
        yield line
        yield ""
    if report.skipped:
        yield f"Skipped: {skipped_in_words(report.skipped)}."
        yield ""


def _removed(report: Report) -> Iterator[str]:
    if not report.removed:
        return
    yield "## Files that are gone"
    yield ""
    for line in removed_in_words(report.removed, MOST_REMOVED):
        yield f"- {code(line)}"
    yield ""


def _tables(report: Report, before: Mapping[str, int]) -> Iterator[str]:
    changed = [(name, before.get(name), rows) for name, rows in report.rows.items() if before.get(name) != rows]
    changed = [row for row in changed if not row[0].startswith("meta.run")]
    if not report.rows:
        return
    yield "## Tables"
    yield ""
    if not changed:
        yield "Every table has as many rows as before."
        yield ""
        return
    yield from _table(["table", "rows before", "rows now"], [[code(name), was, now] for name, was, now in changed])


def _rejects(report: Report, rejects: Sequence[Mapping[str, object]]) -> Iterator[str]:
    files, items = sum(account.rejected for account in report.sources), report.rejected_items
    total = files + items
    if not total:
        return
    yield f"## {files:,} files{f' and {items:,} items of data files' if items else ''} that could not be read"
    yield ""
    if kept := sum(account.kept for account in report.sources):
        yield f"{kept:,} of these files keep the records that they had: `meta.files.kept_since` marks them."
        yield ""
    shown = rejects[:MOST_REJECTS]
    if shown:
        rows = [[code(_place(each)), code(each["reason"]), code(each["message"])] for each in shown]
        yield from _table(["where", "reason", "message"], rows)
    if total > len(shown):
        yield f"{total - len(shown):,} more are in `meta.rejects`; `matterhouse rejects` lists them all."
        yield ""


def _place(reject: Mapping[str, object]) -> str:
    numbers = [str(reject[name]) for name in ("line", "column") if reject.get(name) is not None]
    return ":".join([f"{reject['source']}: {reject['path']}", *numbers])


def _checks(report: Report, examples: Mapping[str, tuple[Sequence[str], Sequence[Sequence[object]]]]) -> Iterator[str]:
    if not report.failed_checks:
        return
    yield "## Checks that found something"
    yield ""
    for check in report.failed_checks:
        yield f"**{check['name']}** ({check['severity']}): {breach(check)}"
        yield ""
        if check["name"] in examples:
            columns, rows = examples[check["name"]]
            yield from _table([code(column) for column in columns], [[code(value) for value in row] for row in rows])


def _drift(report: Report) -> Iterator[str]:
    if not report.drift:
        return
    yield "## New in the front matter, in no declared table"
    yield ""
    for line in drift_in_words(report.drift, MOST_FIELDS, MOST_COLLECTIONS):
        yield f"- {code(line)}"
    yield ""


def _seconds(report: Report) -> Iterator[str]:
    yield "## Seconds"
    yield ""
    yield from _table(["stage", "seconds"], [[stage, f"{seconds:.2f}"] for stage, seconds in report.stages.items()])


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield _row(columns)
    yield _row(["---"] * len(columns))
    for row in rows:
        yield _row([f"{value:,}" if isinstance(value, int) else value for value in row])
    yield ""


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |"
