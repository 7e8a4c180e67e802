"""The mark of a run that is going on: left over, it tells of a run that was killed."""

import json
import os
import socket
from pathlib import Path
from typing import Any

from matterhouse.engine.report import Report, RunState
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger

_OF_A_RUN = {"run_id", "started_at", "facts", "pid", "host", "stage"}


class Marker:
    """The file that says which run is going on, and in which stage; there is none while no run is.

    ``facts`` are what the ledger is to know of the run if it is killed: its ``trigger``, ``flow_run_id`` and
    ``full_refresh``.
    """

    def __init__(self, layout: Layout, report: Report, **facts: Any):
        self._file = layout.running
        self._known: dict[str, Any] = {"run_id": report.run_id, "started_at": report.started_at, "facts": facts}
        self._known |= {"pid": os.getpid(), "host": socket.gethostname()}

    def put(self, stage: str) -> None:
        """Say that the run is in a stage."""
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._known | {"stage": stage}))
        part.rename(self._file)

    def remove(self) -> None:
        """Say that the run has ended."""
        self._file.unlink(missing_ok=True)


def killed(layout: Layout) -> dict[str, Any] | None:
    """The run that left its mark, as the ledger has runs; None where there is none, or its process is still there."""
    known = _read(layout.running)
    return None if known is None or _is_alive(known) else _row(known)


def note_killed(layout: Layout, ledger: Ledger, notes: list[str]) -> None:
    """Note in the ledger, and in ``notes``, the run that left its mark, if one did: the lock is held by another now."""
    known = _read(layout.running)
    if known is None:
        return
    row = _row(known)
    if any(run["run_id"] == row["run_id"] for run in ledger.runs()):  # it had published, or ended but for its mark
        return
    notes.append(f"the run {row['run_id']} did not end: {row['error']}")
    with ledger.transaction():
        ledger.put_runs([row])


def _read(file: Path) -> dict[str, Any] | None:
    try:
        known = json.loads(file.read_text())
        return known if isinstance(known, dict) and known.keys() >= _OF_A_RUN else None
    except (OSError, ValueError):
        return None


def _is_alive(known: dict[str, Any]) -> bool:
    if known["host"] != socket.gethostname():
        return True  # nobody here can know
    try:
        os.kill(known["pid"], 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _row(known: dict[str, Any]) -> dict[str, Any]:
    report = Report(known["run_id"], known["started_at"], RunState.KILLED)
    report.error = f"process {known['pid']} on {known['host']} was killed in the stage {known['stage']}"
    return report.row([], **known["facts"])
