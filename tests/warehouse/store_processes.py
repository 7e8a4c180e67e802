"""A sender and a reader as processes of their own, for the kill tests.

``python -m tests.warehouse.store_processes send WAREHOUSE URL`` says ``ready``, waits for a line, sends the current
snapshot and retires old ones. ``... read URL`` reads what is current, whole, until its standard input is closed, and
prints what it saw as JSON.
"""

import json
import os
import sys
import threading
from pathlib import Path

import obstore

from matterhouse.sources.stores import open_store
from matterhouse.warehouse import sending, snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.remote import Remote
from tests.stores import current_of


def send(warehouse: str, url: str) -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    remote = Remote(url)
    sending.send(remote, snapshots.current(Layout(Path(warehouse))))
    sending.retire(remote, 2, 0, [])


def pointer(url: str) -> bytes:
    return bytes(obstore.get(open_store(url), "current.json").bytes())


def look(url: str) -> str | None:
    """What is wrong with the current snapshot; nothing where it was retired while it was read."""
    before = pointer(url)
    try:
        current_of(url)
    except (AssertionError, FileNotFoundError) as error:
        return repr(error) if isinstance(error, AssertionError) or pointer(url) == before else None
    return None


def read(url: str) -> None:
    os.nice(10)
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    reads, wrong = 0, []
    while not over.is_set():
        problem = look(url)
        reads += 1
        wrong += [problem] if problem else []
    print(json.dumps({"reads": reads, "wrong": wrong}))


if __name__ == "__main__":
    {"send": send, "read": read}[sys.argv[1]](*sys.argv[2:])
