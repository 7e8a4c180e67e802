"""When a run has lost too much to be believed."""

from collections.abc import Iterable, Mapping

from matterhouse.engine.account import Account

# A table that loses no more rows than this is not looked at: small tables change by large shares.
FEW_ROWS = 10


def too_many_rejects(accounts: Iterable[Account], share: float, count: int) -> list[str]:
    """A sentence per source of which more than ``share`` of the files, and more than ``count``, were rejected."""
    return [
        f"{account.rejected:,} of {account.found:,} files of {account.source} could not be read"
        f" (the limits are {share:.0%} and {count:,}); `matterhouse rejects` and meta.rejects say why"
        for account in accounts
        if account.rejected > count and account.rejected > share * account.found
    ]


def sudden_drops(rows: Mapping[str, int], before: Mapping[str, int], share: float) -> list[str]:
    """A sentence per table that lost more than ``share`` of its rows, and more than a few, since ``before``.

    The bookkeeping in schema ``meta`` may shrink freely.
    """
    return [
        f"{name} would go from {before[name]:,} to {rows.get(name, 0):,} rows (the limit is {share:.0%} less)"
        for name in sorted(before)
        if not name.startswith("meta.") and before[name] - rows.get(name, 0) > max(FEW_ROWS, share * before[name])
    ]
