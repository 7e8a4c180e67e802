"""What a run builds on: the ledger, the last whole snapshot, and the sources that both know."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from matterhouse.engine import declared, fingerprint, others
from matterhouse.engine.errors import MOST_TOLD, RunFailed, SourceFailure, SourcesFailed
from matterhouse.engine.others import Others
from matterhouse.settings.models import Settings
from matterhouse.warehouse import recovery, snapshots
from matterhouse.warehouse.layout import Layout

if TYPE_CHECKING:
    from matterhouse.warehouse.base import Base


class Ground:
    """What a run of the settings builds on; ``notes`` gets what the operator should know of it.

    ``base`` is the newest whole snapshot, None where there is none, and the ``ledger`` mirrors it. With ``fresh`` all
    tables are made anew, with ``full`` every file is read again. ``others`` are the sources that the run does not read;
    those ``asked`` for are dropped.
    """

    base: Base | None
    others: Others
    fresh: bool

    def __init__(
        self,
        settings: Settings,
        layout: Layout,
        notes: list[str],
        now: datetime,
        *,
        full: bool,
        accept_drop: bool,
        asked: Collection[str],
    ):
        self._settings, self._layout, self._notes, self._now = settings, layout, notes, now
        self._accept_drop, self._asked = accept_drop, asked
        self.full = full
        self.declared = declared.fingerprints(settings)
        self.code = fingerprint.of_tables(fingerprint.of_code(), self.declared)
        snapshots.tidy_up(layout, notes)
        shutil.rmtree(layout.staging, ignore_errors=True)
        self.ledger = recovery.open_ledger(layout, notes)
        self.find_base()
        recovery.point_to_newest(layout, notes)

    def find_base(self, thorough: bool = False) -> None:
        """Find the snapshot to build on and bring the ledger in line with it; without one, all tables are made anew."""
        self.base = recovery.base_and_ledger(self._layout, self.ledger, self._notes, thorough)
        if self.base is not None and self.is_of_other_code:
            self._notes.append(fingerprint.why(self.base.manifest, self.code, self.declared))
        known = self.ledger.sources()
        self.others = others.judged(known, self._settings, self._asked, self._accept_drop, self._now)
        self._taken_twice = others.taken_twice(known, self.others.staying, self._settings)
        is_whole = not (self.others.staying or self._settings.chosen)
        self.fresh = self.base is None or self.is_of_other_code or (self.full and is_whole)
        if self.base is not None:
            self._note(self.others.notes if not self.leaves_out else [self.others.left_out])
        self.full = self.full or self.fresh

    def _note(self, notes: Sequence[str]) -> None:
        self._notes += [note for note in notes if note not in self._notes]

    @property
    def is_of_other_code(self) -> bool:
        """Whether the snapshot to build on was made by other code, or other tables of the user's."""
        return self.ledger.code != self.code

    @property
    def leaves_out(self) -> bool:
        """Whether rows of sources that the run does not read cannot stay."""
        return self.base is not None and self.is_of_other_code and bool(self.others.staying)

    def refuse_drop(self) -> None:
        """Raise ``ConfigError`` for a source to drop that the settings name, or that the warehouse does not know."""
        others.refuse_drop(self._asked, self.ledger.sources(), self._settings)

    def refuse_to_leave_out(self) -> None:
        """Raise ``RunFailed`` where rows would go with the old tables that nobody has given up, or be there twice."""
        if self._taken_twice:
            raise RunFailed(self._taken_twice)
        if self.leaves_out and not self.others.may_be_left_out:
            raise RunFailed(self.others.refusal)
        if self.leaves_out:
            self.others.dropping |= dict.fromkeys(self.others.staying)

    def keep_rows_of(self, failures: Sequence[SourceFailure], files: Sequence[str] = ()) -> None:
        """Build on the last snapshot if it has rows of a failed source, or of ``files`` that cannot be read any more.

        Where that cannot be, a failed source raises ``SourcesFailed``, and files are told.
        """
        if not self.fresh:
            return
        with_rows = {*self.ledger.sources(), *self.others.dropping.values()}  # under the name that they had, too
        has_rows = any(each.source in with_rows for each in failures)
        if self.base is not None and not self.is_of_other_code:
            self.fresh = not (has_rows or files)
        elif has_rows:
            raise SourcesFailed(failures, "; all tables have to be made anew, which takes every source")
        elif files and self.base is not None:
            more = f" and {len(files) - MOST_TOLD:,} more" if len(files) > MOST_TOLD else ""
            told = f"{', '.join(files[:MOST_TOLD])}{more}"
            self._note([f"files that cannot be read lost their records, as all tables are made anew: {told}"])

    def note_others(self) -> None:
        """Note in the ledger, in the transaction that is open, since when the configuration does not name a source."""
        known = self.ledger.sources()
        for name, facts in self.others.noted(known).items():
            if facts != known[name]:
                self.ledger.put_source(name, facts)

    def sources(self) -> dict[str, dict[str, Any]]:
        """What the ledger knows of every source whose rows stay, read or not."""
        return {} if self.fresh else self.others.noted(self.ledger.sources())
