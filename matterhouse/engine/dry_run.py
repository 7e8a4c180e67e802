"""A dry run: what a run would read, reject and remove. It works in a copy, and writes nothing to the warehouse."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from matterhouse.engine.account import FileOutcome
from matterhouse.engine.plan import SourcePlan
from matterhouse.engine.report import RunState
from matterhouse.engine.run import Run
from matterhouse.settings.models import Settings
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Entry


class DryRun(Run):
    """A run that ends when the sources are read and transformed: ``report.files`` has what would become of each file.

    It works in a warehouse of its own in a temporary folder, which has the ledger's content and the copies of remote
    repositories, and leads to the snapshots. So it needs no lock. ``report.state`` is how the run would go as far as
    reading tells; tables are neither made nor checked.
    """

    def __init__(self, settings: Settings, **options: Any):
        self._held_copy = ExitStack()
        folder = self._held_copy.enter_context(TemporaryDirectory(prefix="matterhouse-dry-run-"))
        self._real = Layout(settings.warehouse.absolute())
        copy = {"warehouse": Path(folder) / "warehouse", "metrics_file": None, "publish": ()}
        super().__init__(settings.model_copy(update=copy), **options)

    def __enter__(self) -> DryRun:
        with ExitStack() as held:
            held.enter_context(self._held_copy)
            _copy(self._real, self._layout)
            super().__enter__()
            self._held_copy = held.pop_all()
        return self

    def __exit__(self, *error: Any) -> bool:
        with self._held_copy:
            return super().__exit__(*error)

    def stages(self) -> Iterator[Callable[[], None]]:
        """The stages that come before the load."""
        self.report.files = []
        for stage in super().stages():
            if stage.__name__ == "load":
                self.report.state = RunState.PARTIAL if self._sources.failures else RunState.LOADED
                self.report.tell_failures(self._sources.failures, self._ground.ledger)
                self.report.snapshot = self._ground.base.id if self._ground.base else None
                self.report.files = self._files()
                return
            yield stage

    def _files(self) -> list[dict[str, Any]]:
        """What would become of files that are new, changed, or gone, in the order of sources and paths."""
        reasons = {(each["source"], each["path"]): each for each in self.rejects}
        found = [_file(entry, _become(plan, entry)) for plan in self._sources.plans for entry in _read(plan)]
        for file in found:
            reason = reasons.get((file["source"], file["path"]), {})
            file |= {name: reason.get(name) for name in ("line", "column", "message")}
        gone = [entry for entries in self._sources.gone(self._ground.ledger) for entry in entries]
        found += [_file(entry, "removed") for entry in gone]
        return sorted(found, key=lambda file: (file["source"], file["path"]))


def _read(plan: SourcePlan) -> Iterator[Entry]:
    yield from plan.read
    yield from plan.unreadable


def _become(plan: SourcePlan, entry: Entry) -> str:
    """What would become of a file that was read: ``new``, ``changed``, ``read again``, ``rejected`` or ``skipped``."""
    if entry.outcome != FileOutcome.LOADED:
        return entry.outcome
    known = plan.known.get(entry.path)
    if known is None:
        return "new"
    return "read again" if known.content_hash == entry.content_hash else "changed"


def _file(entry: Entry, become: str) -> dict[str, Any]:
    kept = entry.kept_since is not None and become == FileOutcome.REJECTED
    return {"source": entry.source, "path": entry.path, "become": become, "reason": entry.reason, "keeps_records": kept}


def _copy(real: Layout, copy: Layout) -> None:
    """Make a warehouse that is like another one for a run that does not come to the load."""
    copy.state.mkdir(parents=True)
    copy.snapshots.mkdir()
    for snapshot in snapshots.snapshots(real):
        (copy.snapshots / snapshot.id).symlink_to(snapshot.path)
    with suppress(snapshots.NoSnapshot):
        copy.current.symlink_to(copy.snapshots / snapshots.current(real).id)
    if real.ledger.exists():
        with suppress(sqlite3.Error):  # a damaged one is made anew from the snapshot
            _copy_ledger(real.ledger, copy.ledger)
    if real.clones.is_dir():
        with suppress(shutil.Error):  # another run is changing them: what is not whole is made anew
            shutil.copytree(real.clones, copy.clones, symlinks=True, copy_function=_linked, ignore=_unfinished)


def _copy_ledger(real: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{real.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)


def _linked(source: str, target: str) -> None:
    """Link git's objects, which never change, where that is possible; copy all other files."""
    if f"{os.sep}objects{os.sep}" in source:
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _unfinished(folder: str, names: list[str]) -> set[str]:
    """What another run may be writing."""
    return {name for name in names if ".part-" in name or ".old-" in name or name.startswith("tmp_")}
