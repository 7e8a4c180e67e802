"""What a flow shows on Prefect's pages: the account of each source, the report, and the progress.

A run never fails because of these: what Prefect does not accept is logged.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import get_run_logger
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from matterhouse.engine.report import Progress, Report
from matterhouse.settings.models import Settings

_PROGRESS_EVERY_SECONDS = 5.0
_SHARE_DONE = {"list": 0, "extract": 5, "history": 40, "load": 75, "check": 85, "publish": 90}
_SHARE_OF_READING = {"extract": 35, "history": 35}


def slug(warehouse: Path) -> str:
    """A warehouse's short name for keys: small letters, digits and dashes, from the last two folders of its path."""
    return "-".join(re.findall("[a-z0-9]+", "/".join(warehouse.parts[-2:]).lower()))


def warehouse_id(settings: Settings) -> str:
    """What events call a warehouse."""
    return f"matterhouse.warehouse.{slug(settings.warehouse)}"


def key(kind: str, warehouse: Path) -> str:
    """The key of an artifact, under which Prefect keeps its history: one per kind and warehouse."""
    return f"{kind}-{slug(warehouse)}"


def show_account(report: Report, warehouse: Path) -> None:
    """The account as a table, a row per source: found = loaded + unchanged + rejected + skipped."""
    rows = [
        {
            "source": account.source,
            "commit": (account.position or "")[:12],
            "found": account.found,
            "loaded": account.loaded,
            "unchanged": account.unchanged,
            "rejected": account.rejected,
            "skipped": account.skipped,
            "removed": account.removed,
        }
        for account in report.sources
    ]
    if rows:
        with _worth_trying():
            create_table_artifact(rows, key("account", warehouse), f"Run {report.run_id}: {report.state}")


def show_page(kind: str, markdown: str, warehouse: Path, description: str) -> None:
    """A page of Markdown, such as the report of a run."""
    with _worth_trying():
        create_markdown_artifact(markdown, key(kind, warehouse), description)


def show_link(url: str, warehouse: Path, run_id: str) -> None:
    """A link to the dashboard's page on data quality."""
    with _worth_trying():
        create_link_artifact(url, "Data quality", key("quality", warehouse), f"Run {run_id}: how good the data is now")


class ShowProgress:
    """Keeps a progress artifact up to date, at each stage and every few seconds in between."""

    def __init__(self, warehouse: Path, clock: Callable[[], float] = time.monotonic):
        self._key, self._clock = key("progress", warehouse), clock
        self._artifact: UUID | None = None
        self._stage, self._shown_at = "", 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.stage == self._stage and self._clock() - self._shown_at < _PROGRESS_EVERY_SECONDS:
            return
        self._stage, self._shown_at = progress.stage, self._clock()
        share = _SHARE_OF_READING.get(progress.stage, 0) * progress.files / progress.of if progress.of else 0
        counts = f": {progress.counts}, {progress.bytes / 1e6:,.1f} MB" if progress.of else ""
        self._show(_SHARE_DONE[progress.stage] + share, progress.stage + counts)

    def finish(self, state: str) -> None:
        """The run has ended."""
        self._show(100.0, state)

    def _show(self, percent: float, words: str) -> None:
        with _worth_trying():
            if self._artifact is None:
                created: Any = create_progress_artifact(percent, self._key, words)
                self._artifact = created
            else:
                update_progress_artifact(self._artifact, percent, words)


@contextmanager
def _worth_trying() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        get_run_logger().warning("Prefect did not take an artifact: %s", type(error).__name__)
