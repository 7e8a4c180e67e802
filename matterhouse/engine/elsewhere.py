"""Snapshots that are published elsewhere, too: which places lack the current one, and how it gets there.

Nothing is imported for places that have it: what each was sent last is noted in the warehouse's state.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from matterhouse.settings.models import RetentionSettings
from matterhouse.sources.uris import redacted_text
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout


def lacking(layout: Layout, places: Sequence[str]) -> list[str]:
    """The places that were not sent the current snapshot."""
    if not places or not layout.current.exists():
        return []
    current, sent = snapshots.current(layout).id, _sent(layout)
    return [place for place in places if sent.get(place) != current]


def send(layout: Layout, places: Sequence[str], retention: RetentionSettings, notes: list[str]) -> dict[str, str]:
    """Send the current snapshot to places and retire old ones there; why it failed, by place."""
    from matterhouse.sources.stores import StoreFailed
    from matterhouse.warehouse import sending
    from matterhouse.warehouse.manifest import Damaged
    from matterhouse.warehouse.remote import Remote

    failed: dict[str, str] = {}
    snapshot = snapshots.current(layout)
    for place in places:
        try:
            remote = Remote(place)
            sending.send(remote, snapshot)
            _note(layout, place, snapshot.id)
        except (StoreFailed, Damaged, OSError) as error:
            failed[place] = redacted_text(str(error), place)
            continue
        try:
            sending.retire(remote, retention.keep, retention.grace_hours, notes)
        except (StoreFailed, OSError) as error:
            notes.append(f"old snapshots in {place} could not be retired; the next run tries again: {error}")
    return failed


def _sent(layout: Layout) -> dict[str, str]:
    try:
        return dict(json.loads(layout.sent.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _note(layout: Layout, place: str, snapshot: str) -> None:
    fresh = layout.sent.with_suffix(".part")
    fresh.write_text(json.dumps(_sent(layout) | {place: snapshot}), "utf-8")
    fresh.replace(layout.sent)
