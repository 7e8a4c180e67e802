"""What a warehouse needs every night: proved whole, checked, old snapshots retired, tables that grew compacted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from matterhouse.settings.models import Settings
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout

if TYPE_CHECKING:
    from matterhouse.warehouse.checks import Check


@dataclass
class Findings:
    """What one maintenance run found and did.

    ``damaged`` has the damaged files by snapshot, ``checks`` those of the newest snapshot, ``miscounted`` a sentence
    per table whose files differ in rows, ``retired`` ids of snapshots, ``made_anew`` why all tables are made anew.
    """

    damaged: dict[str, list[str]] = field(default_factory=dict)
    checks: "list[Check]" = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    made_anew: str | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether files or tables are not as they were published."""
        return bool(self.damaged or self.miscounted)

    @property
    def troubles(self) -> list[str]:
        """What a person has to look at."""
        damaged = [f"{snapshot} is damaged ({', '.join(files[:3])})" for snapshot, files in self.damaged.items()]
        failed = [f"check {check.name}: {check.offending:,} rows" for check in self.checks if check.stops]
        return [*damaged, *self.miscounted, *failed]

    def told(self, anew: str | None) -> str:
        """All of it in a line; ``anew`` is how the run ended that made the tables anew."""
        done = [f"retired {len(self.retired)} snapshots"] if self.retired else []
        if anew is not None:
            what = "made the tables anew" if self.is_damaged else "compacted the tables"
            done.append(f"{what}, as {self.made_anew}: {anew}")
        return "; ".join([*self.troubles, *self.notes, *done]) or "everything is whole, nothing to do"


class Maintenance:
    """One maintenance run on a warehouse that has a snapshot; its ``parts`` are called in order.

    ``locked`` calls what takes the warehouse's lock, and may try again while another run holds it. DuckDB is imported
    by the parts that need it.
    """

    def __init__(self, settings: Settings, locked: Callable[[Callable[[], Any]], Any] = lambda work: work()):
        self._settings, self._locked = settings, locked
        self._layout = Layout(settings.warehouse)
        self.findings = Findings()
        self._newer: str | None = None

    @property
    def parts(self) -> dict[str, Callable[[], None]]:
        """What to do before it is known whether the tables are to be made anew (``findings.made_anew``)."""
        return {
            "compare files with their checksums": self._prove,
            "check the tables": self._check,
            "retire old snapshots": self._retire,
            "judge the layout": self._judge,
        }

    def set_aside(self) -> None:
        """Move damaged snapshots out of the way. Raises ``matterhouse.warehouse.lock.Locked``."""
        from matterhouse.warehouse import upkeep

        found = self.findings
        if found.damaged:
            self._locked(lambda: upkeep.set_aside(self._layout, found.damaged, found.notes))

    def _newest(self) -> snapshots.Snapshot:
        newest = snapshots.newest(self._layout)
        assert newest is not None  # there is a current one
        return newest

    def _prove(self) -> None:
        from matterhouse.warehouse import upkeep

        self.findings.damaged = upkeep.damaged(self._layout)

    def _check(self) -> None:
        from matterhouse.warehouse import upkeep

        newest = self._newest()
        if newest.id in self.findings.damaged:
            return
        self._newer = upkeep.newer(newest)
        if self._newer:
            self.findings.notes.append(self._newer)
        else:
            self.findings.checks = upkeep.deep_checks(newest)
            self.findings.miscounted = upkeep.miscounted(newest)

    def _retire(self) -> None:
        from matterhouse.warehouse import upkeep

        keep, grace = self._settings.retention.keep, self._settings.retention.grace_hours
        self.findings.retired = self._locked(lambda: upkeep.retire(self._layout, keep, grace, self.findings.notes))

    def _judge(self) -> None:
        """Whether the newest snapshot is damaged or has grown too much."""
        from matterhouse.warehouse import upkeep

        newest = self._newest()
        if self._newer:
            return
        damaged = newest.id in self.findings.damaged or self.findings.miscounted
        folder = self._layout.staging.with_name("maintenance")
        self.findings.made_anew = (
            f"snapshot {newest.id} is damaged" if damaged else upkeep.reason_to_compact(newest, folder)
        )
