"""What a dry run found, told to people."""

from typing import TYPE_CHECKING

from matterhouse.cli import account
from matterhouse.cli.terminal import counted, safe, say

if TYPE_CHECKING:
    from matterhouse.engine.report import Report

_SHOWN = 20  # files of each kind; --json has all
_KINDS = {
    "new": "would be loaded, new",
    "changed": "would be loaded, changed",
    "read again": "would be loaded again",
    "rejected": "would be rejected",
    "skipped": "would be skipped",
    "removed": "would be removed",
}


def tell(report: "Report") -> None:
    """The account of each source, files by what would become of them, and how the run would go."""
    for note in report.notes:
        say(f"Note: {note}.")
    if report.sources or report.not_due:
        account.tell_accounts(report)
    files = report.files or []
    for kind, words in _KINDS.items():
        of_kind = [file for file in files if file["become"] == kind]
        if not of_kind:
            continue
        say(f"{counted(len(of_kind), 'file')} {words}:")
        for file in of_kind[:_SHOWN]:
            say(f"  {safe(file['source'])}: {_place(file)}{_why(file)}")
        if more := len(of_kind) - _SHOWN if len(of_kind) > _SHOWN else 0:
            say(f"  and {more:,} more; --json lists them all")
    if report.state == "unchanged":
        say("Nothing changed: a run would publish nothing.")
    say("Dry run: nothing was written; tables were neither made nor checked.")


def _place(file: dict) -> str:
    numbers = [file.get("line"), file.get("column")]
    return ":".join([safe(file["path"]), *(str(number) for number in numbers if number is not None)])


def _why(file: dict) -> str:
    message = file.get("message") or file["reason"] if file["become"] in ("rejected", "skipped") else None
    kept = " (keeps the records that it has)" if file["keeps_records"] else ""
    return f"  {safe(message)}{kept}" if message else ""
