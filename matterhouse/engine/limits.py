"""When a source has lost too much to be believed: of its documents, or of its rows in a table.

Every source is judged by itself. It loses too much if it has no document left, or lost more than ``dropped_share``, and
more than a few, of its documents, or of its rows in one table without as many of their documents. Documents are
compared before anything is loaded: the source fails, and the others go on. Rows are known when the tables are made: the
run fails.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import TYPE_CHECKING

from matterhouse.engine.errors import DROP, REJECTS, RunFailed, SourceFailure
from matterhouse.engine.plan import SourcePlan
from matterhouse.settings.models import LimitSettings, Settings

if TYPE_CHECKING:
    from matterhouse.warehouse.base import Base
    from matterhouse.warehouse.build import Build
    from matterhouse.warehouse.rowcounts import BySource

FEW = 10  # documents or rows that may go, whatever share that is: small sources and tables change by large ones
_ACCEPT = "if that is right, run again with --accept-drop"


def judged(plan: SourcePlan, limits: LimitSettings, accept_drop: bool) -> SourceFailure | None:
    """Why an extracted source breaks its limits; None if it keeps them, or has not changed.

    Its documents are compared with those that the ledger knows, by the name that it had if it was renamed. With
    ``accept_drop`` it may lose any number of them.
    """
    if plan.comparison is None:
        return None
    account = plan.account
    if account.rejected > limits.rejected_count and account.rejected > limits.rejected_share * account.found:
        return SourceFailure(plan.name, REJECTS, _of_rejects(plan.name, account.rejected, account.found, limits))
    before = sum(entry.records for entry in plan.known.values()) or plan.records_before
    # At another place the same number of documents may be other ones: those that were known have to be there.
    gone = sum(entry.records for entry in plan.comparison.removed) if plan.has_moved else 0
    now = min(account.records, before - gone)
    if accept_drop or not is_sudden(before, now, limits.dropped_share):
        return None
    if account.records > now:
        change = f"{plan.name} would lose {gone:,} of {before:,} documents, and get others, at the place of its uri now"
        return SourceFailure(plan.name, DROP, f"{change} (the limit is {limits.dropped_share:.0%} less); {_ACCEPT}")
    was_called = f" ({plan.was_called} until now)" if plan.was_called else ""
    change = f"{plan.name}{was_called} would go from {before:,} to {account.records:,} documents"
    if not account.found:
        look = "no file of it is found any more: look at its uri, whether it is mounted, and at include and exclude"
        return SourceFailure(plan.name, DROP, f"{change}, as {look}; {_ACCEPT}")
    return SourceFailure(plan.name, DROP, f"{change} (the limit is {limits.dropped_share:.0%} less); {_ACCEPT}")


def refuse_drops(
    build: Build, base: Base, settings: Settings, other_code: bool, redeclared: Container[str] = ()
) -> None:
    """Raise ``RunFailed`` where a source lost too many rows of a table since ``base``.

    Tables of schema ``content`` are not judged after a change of the code: they may be made in another way. Nor are
    those that the user has ``redeclared``.
    """
    share, shrinking = settings.limits.dropped_share, build.may_shrink(all_content=other_code)
    before = {name: counts for name, counts in base.rows_by_source.items() if name not in redeclared}
    dropped = sudden_drops(build.rows_by_source, before, share, shrinking, settings.sources)
    if dropped:
        raise RunFailed(f"nothing was published: {'; '.join(dropped)}; {_ACCEPT}")


def sudden_drops(
    rows: BySource, before: BySource, share: float, may_shrink: Mapping[str, str | None], sources: Container[str]
) -> list[str]:
    """A sentence per table and source that lost more than ``share`` of its rows, and more than a few, since ``before``.

    Rows may go with documents: a table whose documents' table, ``records`` or the one that ``may_shrink`` names, lost
    as much is not told, since documents are judged by themselves. Where ``may_shrink`` has None, any rows may go. Only
    ``sources`` are judged, and tables whose rows are of no source unless all rows of another source went.
    """
    told = []
    went = before.get("records", {}).keys() - rows.get("records", {}).keys()
    others_went = any(source not in sources for source in went)
    for name, counts in sorted(before.items()):
        for source, was in sorted(counts.items()):
            now = rows.get(name, {}).get(source, 0)
            if was - now <= max(FEW, share * was) or (source not in sources if source else others_went):
                continue
            with_documents = may_shrink.get(name, "records")
            if with_documents is None or _share_lost(with_documents, source, rows, before) >= share:
                continue
            of = f"{name} of {source}" if source else name
            told.append(f"{of} would go from {was:,} to {now:,} rows (the limit is {share:.0%} less)")
    return told


def _share_lost(name: str, source: str, rows: BySource, before: BySource) -> float:
    """Which share of its rows of a source a table lost; nothing where it had none."""
    was = before.get(name, {}).get(source, 0)
    return 1 - rows.get(name, {}).get(source, 0) / was if was else 0


def _of_rejects(name: str, rejected: int, found: int, limits: LimitSettings) -> str:
    return (
        f"{rejected:,} of {found:,} files of {name} could not be read (the limits are {limits.rejected_share:.0%} and"
        f" {limits.rejected_count:,}); `matterhouse rejects` says why: mend them, or raise the limits"
    )


def is_sudden(before: int, now: int, share: float) -> bool:
    """Whether all documents (or commits) are gone, or more than a few and more than the share."""
    return (before > 0 and now == 0) or before - now > max(FEW, share * before)
