"""Sources that the warehouse knows and a run does not read: what becomes of their rows.

A source that the configuration names under another name is renamed, and its rows go at once. The rows of one that the
configuration does not name any more go when that is confirmed, or when ``retention.sources`` is over. A run whose
sources flags chose knows nothing of the other ones, and leaves them alone.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from matterhouse.engine.errors import MOST_TOLD
from matterhouse.engine.identity import Identity
from matterhouse.engine.plan import reading_limits
from matterhouse.settings.file import ConfigError
from matterhouse.settings.group import seconds
from matterhouse.settings.models import Settings
from matterhouse.warehouse.ledger import UNNAMED_SINCE

Facts = Mapping[str, Mapping[str, Any]]


@dataclass
class Others:
    """What becomes of sources that are in the warehouse and not in the settings.

    ``dropping`` are those whose rows go, each with the name that it has now, if it was renamed. ``staying`` is what is
    known of the others; those of them that the configuration does not name are ``unnamed``, each since when.
    ``notes`` tells about each.
    """

    dropping: dict[str, str | None]
    staying: Facts
    unnamed: dict[str, str]
    notes: list[str]
    may_be_left_out: bool

    def noted(self, known: Facts) -> dict[str, dict]:
        """What is known of sources, with a note since when the configuration does not name one."""
        found = {name: {key: each[key] for key in each if key != UNNAMED_SINCE} for name, each in known.items()}
        for name in self.unnamed.keys() & found.keys():
            found[name][UNNAMED_SINCE] = self.unnamed[name]
        return found

    @property
    def left_out(self) -> str:
        """A note that the rows that stay are left out, as all tables are made anew."""
        return f"left out, because this run was not told where they are: {_listed(self.staying)}"

    @property
    def refusal(self) -> str:
        """Why tables cannot be made anew: rows would go, and nobody has confirmed that."""
        first = sorted(self.staying)[0]
        return (
            "all tables have to be made anew, which takes every source, and this run was not told where to find"
            f" {_listed(self.staying)}; name them again, or let their rows go: with --accept-drop, or one by one with"
            f" `matterhouse forget {first}`"
        )


def judged(known: Facts, settings: Settings, asked: Collection[str], accept_drop: bool, now: datetime) -> Others:
    """What becomes of the sources that are ``known`` and not in the settings; those ``asked`` for go."""
    gone = {name: facts for name, facts in known.items() if name not in settings.sources}
    # One that was renamed cannot be forgotten before it is read by its new name: its rows may be the last good ones.
    # And what flags call otherwise for once has not another name where the configuration file names it.
    nameless = {name: facts for name, facts in gone.items() if name not in settings.of_file}
    dropping: dict[str, str | None] = {**dict.fromkeys(asked), **renamed(nameless, known, settings)}
    notes = [
        f"source {old} is called {new} now: its rows go when {new} is read, and come under that name"
        for old, new in dropping.items()
        if new is not None
    ]
    staying = {name: facts for name, facts in gone.items() if name not in dropping}
    if settings.are_sources_chosen:
        return Others(dropping, staying, {}, [*notes, *_kept(staying)], accept_drop)
    unnamed = {name: facts.get(UNNAMED_SINCE) or now.isoformat() for name, facts in staying.items()}
    retention = settings.retention.sources
    for name, since in unnamed.items():
        until = datetime.fromisoformat(since) + timedelta(seconds=seconds(retention)) if retention else None
        if accept_drop or (until is not None and until <= now):
            dropping[name] = None
            why = "as that is accepted" if accept_drop else f"as retention.sources ({retention}) is over"
            notes.append(f"source {name} is not configured any more: its rows go, {why}")
        else:
            notes.append(_unnamed(name, staying[name], until))
    staying = {name: facts for name, facts in staying.items() if name not in dropping}
    unnamed = {name: since for name, since in unnamed.items() if name in staying}
    return Others(dropping, staying, unnamed, notes[:MOST_TOLD], accept_drop or retention is not None)


def taken_twice(known: Facts, staying: Facts, settings: Settings) -> str:
    """Why the run cannot go on, or nothing: a source is read from another place than before, whose records stay under a
    name that the settings do not have, and would be there twice.
    """
    limits = reading_limits(settings)
    at_place = {Identity.known(facts).place: name for name, facts in staying.items()}
    for name, own in settings.sources.items():
        here = Identity.configured(own, limits)
        other = at_place.get(here.place)
        if name in known and other is not None and here.place != Identity.known(known[name]).place:
            return (
                f"{name} is to be read from {here.uri} now, whose records the warehouse has as {other}, a source that"
                f" is not configured any more, while {name} has those of {known[name]['uri']}; to rename {other},"
                f" take a name that was not there before; if its records may go, run `matterhouse forget {other}` first"
            )
    return ""


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


def renamed(gone: Facts, known: Facts, settings: Settings) -> dict[str, str]:
    """Sources that have another name in the settings now, by the old name.

    It is the same source when it is of the same place and ref, and read in the same way; or when it is the only one
    of that place and ref that went, and the new one the only one that came.
    """
    limits = reading_limits(settings)
    came = {name: Identity.configured(own, limits) for name, own in settings.sources.items() if name not in known}
    went = {name: Identity.known(facts) for name, facts in gone.items()}
    found = {old: new for olds, news in _alike(went, came) for old, new in zip(olds, news)}
    places_left = {name: each.place for name, each in went.items() if name not in found}
    places_new = {name: each.place for name, each in came.items() if name not in found.values()}
    return found | {olds[0]: news[0] for olds, news in _alike(places_left, places_new) if len(olds) == len(news) == 1}


def _alike(went: Mapping[str, tuple], came: Mapping[str, tuple]) -> Iterator[tuple[list[str], list[str]]]:
    """Names of sources that went, and of those that came, that have the same value."""
    by_value: tuple[dict[tuple, list[str]], ...] = ({}, {})
    for found, values in zip(by_value, (went, came)):
        for name in sorted(values):
            found.setdefault(values[name], []).append(name)
    for value, olds in by_value[0].items():
        if value in by_value[1]:
            yield olds, by_value[1][value]


def _kept(staying: Facts) -> list[str]:
    """A note, or none, on sources that flags did not name."""
    if not staying:
        return []
    how = f"`matterhouse forget {sorted(staying)[0]}` takes its rows out"
    return [f"kept from earlier runs, as this one was not told of them: {_listed(staying)}; {how}"]


def _unnamed(name: str, facts: Mapping[str, Any], until: datetime | None) -> str:
    for_now = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    sooner = " before" if until else ""
    return (
        f"source {name} is not configured any more and keeps {_records(facts)}{for_now};"
        f" `matterhouse forget {name}` or --accept-drop takes them out{sooner}"
    )


def _listed(facts: Facts) -> str:
    names = sorted(facts)
    more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
    return ", ".join(f"{name} ({_records(facts[name])})" for name in names[:MOST_TOLD]) + more


def _records(facts: Mapping[str, Any]) -> str:
    count = facts["counts"]["records"]
    return "1 record" if count == 1 else f"{count:,} records"
