"""Runs a query so that it can be stopped at any moment: by a signal, after some time, or for the memory it takes."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from matterhouse.cli.failures import INTERRUPTED, Failure
from matterhouse.cli.terminal import size

if TYPE_CHECKING:
    import duckdb

_TICK_SECONDS = 0.1
_PATIENCE_SECONDS = 2.0
_STATM = Path("/proc/self/statm")
# What Python, DuckDB, Arrow and the rows on their way take beside the memory that DuckDB manages itself.
_OVERHEAD_BYTES = 500_000_000


def run_interruptibly(
    connection: "duckdb.DuckDBPyConnection", work: Callable[[], None], seconds: float, memory_bytes: int
) -> None:
    """Do ``work``, which uses ``connection``, in a thread of its own, and raise what it raises.

    This thread waits, so that signals are handled at once. Raises ``Failure`` after ``seconds`` (0: never), or when the
    process takes far more than ``memory_bytes``: DuckDB's own limit does not hold for single large values.
    A thread that cannot be stopped ends with the process.
    """
    raised: list[BaseException] = []
    thread = Thread(target=_noting_what_is_raised, args=(work, raised), daemon=True)
    thread.start()
    try:
        _wait(thread, time.monotonic() + seconds if seconds else None, seconds, memory_bytes)
    except BaseException as stopped:
        connection.interrupt()
        thread.join(_PATIENCE_SECONDS)
        if isinstance(stopped, KeyboardInterrupt):
            raise SystemExit(INTERRUPTED) from None
        raise
    if raised:
        raise raised[0]


def _noting_what_is_raised(work: Callable[[], None], raised: list[BaseException]) -> None:
    try:
        work()
    except BaseException as error:
        raised.append(error)


def _wait(thread: Thread, deadline: float | None, seconds: float, memory_bytes: int) -> None:
    while thread.is_alive():
        thread.join(_TICK_SECONDS)
        if deadline is not None and time.monotonic() > deadline and thread.is_alive():
            raise Failure(f"the query was stopped after {seconds:g} s; --timeout SECONDS allows more, 0 any time")
        if _resident_bytes() > memory_bytes + _OVERHEAD_BYTES:
            raise Failure(f"the query was stopped: it takes far more memory than {size(memory_bytes)} (--memory)")


def _resident_bytes() -> int:
    """The memory that this process has now; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
