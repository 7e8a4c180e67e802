"""Alarms: what is wrong with a warehouse is told when it begins, again while it lasts, and when it is over.

An alarm is of a kind and about a source or a flow. Its text may change, with the numbers in it for instance, without
that it is another one. Which are open stands in a file of the warehouse's state.
"""

import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from matterhouse.flows import notices
from matterhouse.settings.models import Settings

OPENED, STILL_OPEN, RECOVERED, REOPENED = "opened", "still open", "recovered", "reopened"
_REMEMBERED = 500
_Log = logging.Logger | logging.LoggerAdapter


@dataclass
class _Alarm:
    """What is known of an alarm; times are seconds since 1970. ``run`` is the flow run that raised it last."""

    text: str
    opened_at: float
    told_at: float
    is_open: bool = True
    run: str | None = None


class Alarms:
    """The alarms of a warehouse; ``run`` is the id of the flow run that raises them.

    ``told_by_others`` are the ways of telling (``notices.WAYS``) that somebody else uses for these alarms.
    """

    def __init__(self, settings: Settings, log: _Log, run: object = None, told_by_others: frozenset[str] = frozenset()):
        self._settings, self._log, self._run = settings, log, str(run) if run is not None else None
        self._told_by_others = told_by_others
        self._file = settings.warehouse / "state" / "alarms.json"
        self._known = _read(self._file)

    def open(self, kind: str, about: str, text: str) -> bool:
        """Tell that something is wrong, unless that is known and was told not long ago; whether it was told.

        ``kind`` is one of ``notices``; ``about`` names a source or a flow, see ``source`` and ``flow``.
        """
        if not notices.has_receiver(self._settings):
            return False
        key, now = f"{kind}/{about}", time.time()
        alarm = self._known.get(key)
        is_open = alarm is not None and alarm.is_open
        if alarm is not None and is_open and now < alarm.told_at + self._settings.notices.repeat_hours * 3600:
            alarm.text, alarm.run = text, self._run
            self._keep()
            return False
        state = STILL_OPEN if is_open else REOPENED if alarm is not None else OPENED
        since = alarm.opened_at if alarm is not None and is_open else now
        if not self._tell(key, state, f"{text} (since {_moment(since)})" if is_open else text):
            return False
        self._known[key] = _Alarm(text, since, now, True, self._run)
        self._keep()
        return True

    def recover(self, kind: str, about: str, why: str = "this is over") -> bool:
        """Tell that nothing is wrong any more, where an alarm is open; whether it was told."""
        key = f"{kind}/{about}"
        alarm = self._known.get(key)
        if alarm is None or not alarm.is_open:
            return False
        if not self._tell(key, RECOVERED, f"{why} (it began {_moment(alarm.opened_at)}): {alarm.text}"):
            return False
        alarm.is_open, alarm.told_at = False, time.time()
        self._keep()
        return True

    def recover_sources_but(self, names: set[str]) -> None:
        """Close the alarms about sources that the configuration does not name any more."""
        for key in list(self._known):
            kind, _, about = key.partition("/")
            if about.startswith(source("")) and about.removeprefix(source("")) not in names:
                self.recover(kind, about, "the source is not configured any more")

    def has_raised(self, run: object) -> bool:
        """Whether a flow run raised an alarm that is open."""
        return any(alarm.is_open and alarm.run == str(run) for alarm in self._known.values())

    def _tell(self, key: str, state: str, text: str) -> bool:
        kind, _, about = key.partition("/")
        what = kind if state == OPENED else f"{kind}, {state}"
        notice = {"kind": kind, "state": state, "key": key, "about": about}
        title = f"Matterhouse {what}: {self._settings.warehouse}"
        return notices.send(self._settings.notices, notice, title, text, self._log, self._told_by_others)

    def _keep(self) -> None:
        newest = sorted(self._known.items(), key=lambda each: (each[1].is_open, each[1].told_at))[-_REMEMBERED:]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        unfinished.write_text(json.dumps({key: asdict(alarm) for key, alarm in newest}))
        unfinished.replace(self._file)


def source(name: str) -> str:
    """What an alarm is about that concerns a source."""
    return f"source/{name}"


def store(url: str) -> str:
    """What an alarm is about that concerns an object store to publish to."""
    return f"store/{url}"


def flow(name: str) -> str:
    """What an alarm is about that concerns all of a flow."""
    return f"flow/{name}"


def _read(file: Path) -> dict[str, _Alarm]:
    names = {field.name for field in fields(_Alarm)}
    found: dict[str, _Alarm] = {}
    with suppress(OSError, ValueError, AttributeError, TypeError):  # a file that cannot be read is no memory
        known: dict[str, dict[str, Any]] = json.loads(file.read_text())
        for key, facts in known.items():
            found[key] = _Alarm(**{name: value for name, value in facts.items() if name in names})
    return found


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
