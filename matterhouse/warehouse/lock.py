"""One writer at a time: an operating-system lock, which no dead process can hold on to."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from matterhouse.warehouse.layout import Layout


class Locked(Exception):
    """Another run writes to the warehouse; the message says who and since when."""


@contextmanager
def exclusive(layout: Layout) -> Iterator[None]:
    """Hold the warehouse's write lock. Raises ``Locked`` at once when another process holds it."""
    layout.state.mkdir(parents=True, exist_ok=True)
    holder = layout.state / "holder.json"
    lock = FileLock(str(layout.lock))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Locked(_message(layout, holder)) from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _message(layout: Layout, holder: Path) -> str:
    try:
        who = json.loads(holder.read_text())
        return f"process {who['pid']} on {who['host']} has been writing to {layout.root} since {who['since']}"
    except (OSError, ValueError, KeyError):
        return f"another process is writing to {layout.root}"
