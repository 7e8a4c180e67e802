"""Which sources a run looks at: those that are asked for, or those that are due by their ``every``."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from matterhouse.engine.identity import Identity
from matterhouse.engine.plan import reading_limits
from matterhouse.settings.group import seconds
from matterhouse.settings.models import Settings
from matterhouse.settings.source import SourceSettings
from matterhouse.sources import Limits

# A schedule of the same interval does not start to the second, and must not find a source due every other time only.
_EARLY_SHARE, _EARLY_SECONDS = 0.1, 60.0


def not_due(settings: Settings, known: Mapping[str, Mapping[str, Any]], now: datetime) -> dict[str, datetime]:
    """The sources that are not to be listed ``now``, with the moment when each is due."""
    limits = reading_limits(settings)
    found = {name: _due_at(own, known.get(name), limits, now) for name, own in settings.sources.items()}
    return {name: due for name, due in found.items() if due is not None}


def _due_at(own: SourceSettings, facts: Mapping[str, Any] | None, limits: Limits, now: datetime) -> datetime | None:
    """When a source is due by its last good listing, of which the ledger's ``facts`` tell; None: now.

    It is due now, too, if files of it are to be tried again, if its settings changed, or if the clock was set back.
    """
    if own.every is None or facts is None or facts.get("retry"):
        return None
    if Identity.configured(own, limits) != Identity.known(facts):
        return None
    listed_at, interval = datetime.fromisoformat(facts["refreshed_at"]).astimezone(UTC), seconds(own.every)
    due = listed_at + timedelta(seconds=interval)
    early = timedelta(seconds=min(_EARLY_SECONDS, _EARLY_SHARE * interval))
    return due if listed_at <= now < due - early else None
