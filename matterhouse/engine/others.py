"""Sources that the warehouse knows and a run was not told of: their rows stay, unless the run is to drop them."""

from collections.abc import Collection, Mapping
from typing import Any

from matterhouse.engine.errors import MOST_TOLD
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings


def refuse_drop(dropping: Collection[str], known: Collection[str], settings: Settings) -> None:
    """Raise ``ConfigError`` for a source to drop that the run reads, or that the warehouse does not know."""
    problems = []
    for name in sorted(dropping):
        if name in settings.sources:
            problems.append(f"--drop-source {name}: this run reads that source; take it out of the configuration first")
        elif name not in known:
            there = ", ".join(sorted(known)) or "none"
            problems.append(f"--drop-source {name}: the warehouse has no such source; there are: {there}")
    if problems:
        raise ConfigError(*problems)


Facts = Mapping[str, Mapping[str, Any]]


def untold(known: Facts, told: Collection[str]) -> Facts:
    """What is known of the sources that a run was not ``told`` of."""
    return {name: facts for name, facts in known.items() if name not in told}


def notes(untold: Facts, left_out: bool) -> list[str]:
    """A sentence, or none, on what becomes of the rows of such sources: they stay, or are ``left_out``."""
    if not untold:
        return []
    names = sorted(untold)
    more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
    if left_out:
        return [f"left out, because this run was not told where they are: {', '.join(names[:MOST_TOLD])}{more}"]
    told = ", ".join(f"{name} ({_records(untold[name])})" for name in names[:MOST_TOLD])
    how = f"`matterhouse run --drop-source {names[0]}` takes its rows out"
    return [f"kept from earlier runs, as this one was not told of them: {told}{more}; {how}"]


def _records(facts: Mapping[str, Any]) -> str:
    count = facts["counts"]["records"]
    return "1 record" if count == 1 else f"{count:,} records"
