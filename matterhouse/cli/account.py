"""What a run did, told to people and to programs."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from matterhouse.cli.terminal import complain, counted, moment, say, say_json, size, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matterhouse.engine.report import Progress, Report

_COUNTS = ("found", "loaded", "unchanged", "rejected", "skipped", "removed")
_NAMED, _COLLECTIONS = 5, 20


def tell_json(report: "Report") -> None:
    """The report as one JSON object on one line."""
    say_json(asdict(report))


def tell(report: "Report", warehouse: Path) -> None:
    """A line for a run that changed nothing, else the account of each source and what is worth knowing."""
    for note in report.notes:
        say(f"Note: {note}.")
    _tell_nothing_loaded(report)
    if report.state == "unchanged":
        _tell_unchanged(report, warehouse)
        return
    if report.sources or report.not_due:
        tell_accounts(report)
    if report.published:
        _tell_findings(report)
        rows = counted(report.rows["records"], "record")
        say(f"Loaded {rows} in {_seconds(report):.1f} s: {warehouse / 'snapshots' / str(report.snapshot)}")


def _tell_nothing_loaded(report: "Report") -> None:
    """Say on standard error, too, that there is no record, and what became of the files."""
    from matterhouse.engine.report import skipped_in_words

    if report.state == "loaded" and not report.rows["records"]:
        counts = {name: sum(getattr(account, name) for account in report.sources) for name in _COUNTS}
        files = ", ".join(f"{counts[name]:,} {name}" for name in ("found", "rejected", "skipped", "removed"))
        why = f" ({skipped_in_words(report.skipped)})" if report.skipped else ""
        complain(f"no record was loaded; files: {files}{why}")


def tell_failure(report: "Report", warehouse: Path) -> None:
    """Why the run, or some of its sources, failed, and what readers have now."""
    from matterhouse.engine.errors import MOST_TOLD
    from matterhouse.warehouse import snapshots
    from matterhouse.warehouse.layout import Layout

    if report.state == "partial":
        for failure in report.failures[:MOST_TOLD]:
            complain(f"partial: {failure.message}; {failure.source} {_keeps(failure.source, report.stale)}")
        if more := len(report.failures[MOST_TOLD:]):
            complain(f"partial: {more:,} more sources failed and keep the rows that they had")
        for told in report.unsent_in_words.values():
            complain(f"partial: {told}")
        return
    complain(f"{report.state}: {report.error}")
    try:
        complain(f"readers keep snapshot {snapshots.current(Layout(warehouse)).id}")
    except snapshots.NoSnapshot:
        complain("there is no snapshot yet")


def _keeps(source: str, stale: "Mapping[str, str]") -> str:
    """What readers have of a source that failed, and of when that is."""
    return f"keeps the rows that it had at {moment(stale[source])}" if source in stale else "has no rows yet"


def tell_profile(report: "Report", last: "dict[str, Progress]") -> None:
    """Seconds of each stage, as meta.runs has them, with the files and bytes that it read."""
    rows = []
    for stage, seconds in report.stages.items():
        files = sum(account.found for account in report.sources) if stage == "list" else last[stage].files or None
        read = report.bytes_read if stage == "extract" else None
        rows.append((stage, f"{seconds:.3f}", files, size(read) if read else "", _speed(read, seconds)))
    rows.append(("all", f"{_seconds(report):.3f}", None, "", ""))
    say()
    columns = ("stage", "seconds", "files", "bytes", "MB/s")
    table(columns, rows, columns[1:])
    say(_resources())


def _tell_unchanged(report: "Report", warehouse: Path) -> None:
    from matterhouse.warehouse import snapshots
    from matterhouse.warehouse.layout import Layout

    if report.not_due:
        tell_accounts(report)
    say(f"Nothing changed in {_sources(report)}; snapshot {report.snapshot} stands ({_seconds(report):.2f} s).")
    current = snapshots.current(Layout(warehouse)).id
    if current != report.snapshot:
        say(f"Readers have {current} since a rollback; `matterhouse rollback {report.snapshot}` goes forward again.")


def _tell_findings(report: "Report") -> None:
    from matterhouse.engine.report import (
        breach,
        drift_in_words,
        histories_in_words,
        removed_in_words,
        skipped_in_words,
    )

    for line in histories_in_words(report.histories):
        say(line)
    if report.skipped:
        say(f"Skipped: {skipped_in_words(report.skipped)}; `matterhouse rejects --all` lists the files.")
    rejected = sum(account.rejected for account in report.sources)
    if rejected:
        kept = sum(account.kept for account in report.sources)
        still = f" ({kept:,} of them with the records of before)" if kept else ""
        say(f"{counted(rejected, 'file')} could not be read{still}: `matterhouse rejects` shows why.")
    _tell_items(report)
    if errors := report.rows.get("meta.field_errors"):
        say(f"{counted(errors, 'value')} did not fit the column: `matterhouse rejects --all` lists them.")
    if report.removed:
        say("Removed (`meta.removed` has all):")
    for line in removed_in_words(report.removed, _NAMED):
        say(f"  {line}")
    if report.drift:
        say("New in the front matter, in no declared table:")
    for line in drift_in_words(report.drift, _NAMED, _COLLECTIONS):
        say(f"  {line}")
    for check in report.failed_checks:
        say(f"Check {check['name']} ({check['severity']}): {breach(check)} `matterhouse check` shows them.")


def _tell_items(report: "Report") -> None:
    """Tell of data files that hold several records."""
    if report.rejected_items:
        items = counted(report.rejected_items, "item")
        say(f"{items} of data files could not be read: `matterhouse rejects` shows why.")
    files = sum(account.loaded + account.unchanged + account.kept for account in report.sources)
    records = sum(account.records for account in report.sources)
    if records != files:
        say(f"{counted(files, 'file')} hold {counted(records, 'record')}: in data files an item may be one.")


def tell_accounts(report: "Report") -> None:
    """A line for each source; where they are very many, for those of which something is to be told, and the sum."""
    from matterhouse.engine.account import totals
    from matterhouse.engine.errors import MOST_TOLD
    from matterhouse.engine.report import accounts_told

    told, others = accounts_told(report.sources)
    rows = [(account.source, *(getattr(account, name) for name in _COUNTS)) for account in told]
    if others:
        summed = totals(report.sources)
        rows.append((f"all {_sources(report)}", *(summed[name] for name in _COUNTS)))
    if report.not_due:
        rows += [(name, *[None] * len(_COUNTS), moment(due)) for name, due in list(report.not_due.items())[:MOST_TOLD]]
        table(("source", *_COUNTS, "not due before"), [(*row, None)[: len(_COUNTS) + 2] for row in rows], _COUNTS)
        if more := len(report.not_due) - MOST_TOLD if len(report.not_due) > MOST_TOLD else 0:
            say(f"{more:,} more sources are not due.")
    else:
        table(("source", *_COUNTS), rows, _COUNTS)
    say()


def _sources(report: "Report") -> str:
    if len(report.sources) == 1:
        return report.sources[0].source
    return f"{len(report.sources):,} sources"


def _seconds(report: "Report") -> float:
    ended = datetime.fromisoformat(report.ended_at or report.started_at)
    return (ended - datetime.fromisoformat(report.started_at)).total_seconds()


def _speed(count: int | None, seconds: float) -> str:
    return f"{count / 1e6 / seconds:,.1f}" if count and seconds else ""


def _resources() -> str:
    """CPU time and memory of this process and of those that it waited for."""
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    return f"CPU {cpu:.2f} s with start and imports, peak memory {size(max(each.ru_maxrss for each in used) * 1024)}"
