"""Sources that the warehouse knows and a run was not told of: their rows stay, unless the run is to drop them."""

from collections.abc import Collection, Mapping
from typing import Any

from matterhouse.engine import fingerprint
from matterhouse.engine.errors import MOST_TOLD
from matterhouse.engine.plan import reading_limits
from matterhouse.settings.file import ConfigError
from matterhouse.settings.models import Settings
from matterhouse.sources import redacted

Facts = Mapping[str, Mapping[str, Any]]


def refuse_drop(dropping: Collection[str], known: Collection[str], settings: Settings) -> None:
    """Raise ``ConfigError`` for a source to drop that the run reads, or that the warehouse does not know."""
    problems = []
    for name in sorted(dropping):
        if name in settings.sources:
            problems.append(f"{name} cannot be forgotten: the configuration names it; take it out there first")
        elif name not in known:
            there = ", ".join(sorted(known)) or "none"
            problems.append(f"{name} cannot be forgotten: the warehouse has no such source; there are: {there}")
    if problems:
        raise ConfigError(*problems)


def renamed(known: Facts, settings: Settings, notes: list[str]) -> dict[str, str]:
    """Sources that have another name in the settings now, by the old name; ``notes`` gets a sentence for each.

    It is the same source when it is of the same place and ref, and the same files are read in the same way.
    """
    limits = reading_limits(settings)
    named = {
        (redacted(own.uri), own.ref, fingerprint.of_source(own, limits)): name
        for name, own in settings.sources.items()
        if name not in known
    }
    gone = untold(known, settings.sources.keys())
    places = {name: (facts["uri"], facts["ref"], facts["fingerprint"]) for name, facts in gone.items()}
    found = {name: named[place] for name, place in places.items() if place in named}
    told = (f"source {old} is called {new} now: its rows go, and come under the new name" for old, new in found.items())
    notes += [note for note in told if note not in notes]
    return found


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
    how = f"`matterhouse forget {names[0]}` takes its rows out"
    return [f"kept from earlier runs, as this one was not told of them: {told}{more}; {how}"]


def _records(facts: Mapping[str, Any]) -> str:
    count = facts["counts"]["records"]
    return "1 record" if count == 1 else f"{count:,} records"
