"""When a source, or a table, has lost too much to be believed."""

from collections.abc import Mapping

from matterhouse.engine.account import FileOutcome
from matterhouse.engine.errors import DROP, REJECTS, SourceFailure
from matterhouse.engine.plan import SourcePlan
from matterhouse.settings.models import LimitSettings

# A source or table that loses no more than this, and not all it has, is not judged: small ones change by large shares.
FEW = 10
_ACCEPT = "if that is right, run again with --accept-drop"


def judged(plan: SourcePlan, limits: LimitSettings, accept_drop: bool) -> SourceFailure | None:
    """Why an extracted source breaks its limits; None if it keeps them, or has not changed.

    Its documents are compared with those that the ledger knows. With ``accept_drop`` it may lose any number of them.
    """
    if plan.comparison is None:
        return None
    account = plan.account
    if account.rejected > limits.rejected_count and account.rejected > limits.rejected_share * account.found:
        return SourceFailure(plan.name, REJECTS, _of_rejects(plan.name, account.rejected, account.found, limits))
    before = sum(entry.outcome == FileOutcome.LOADED for entry in plan.known.values())
    now = account.loaded + account.unchanged
    if accept_drop or not _is_sudden(before, now, limits.dropped_share):
        return None
    change = f"{plan.name} would go from {before:,} to {now:,} documents"
    if not account.found:
        look = "no file of it is found any more: look at its uri, whether it is mounted, and at include and exclude"
        return SourceFailure(plan.name, DROP, f"{change}, as {look}; {_ACCEPT}")
    return SourceFailure(plan.name, DROP, f"{change} (the limit is {limits.dropped_share:.0%} less); {_ACCEPT}")


def sudden_drops(rows: Mapping[str, int], before: Mapping[str, int], share: float) -> list[str]:
    """A sentence per table that lost more than ``share`` of its rows, and more than a few, since ``before``.

    The bookkeeping in schema ``meta`` may shrink freely, and so may schema ``content``: its tables come and go with
    what authors write.
    """
    return [
        f"{name} would go from {before[name]:,} to {rows.get(name, 0):,} rows (the limit is {share:.0%} less)"
        for name in sorted(before)
        if not name.startswith(("meta.", "content."))
        and before[name] - rows.get(name, 0) > max(FEW, share * before[name])
    ]


def _of_rejects(name: str, rejected: int, found: int, limits: LimitSettings) -> str:
    return (
        f"{rejected:,} of {found:,} files of {name} could not be read (the limits are {limits.rejected_share:.0%} and"
        f" {limits.rejected_count:,}); `matterhouse rejects` says why: mend them, or raise the limits"
    )


def _is_sudden(before: int, now: int, share: float) -> bool:
    """Whether all documents are gone, or more than a few and more than the share."""
    return (before > 0 and now == 0) or before - now > max(FEW, share * before)
