"""Waiting for what other processes do."""

import time
from collections.abc import Callable

PATIENCE = 300  # seconds until something is taken for hung: also a busy machine is quicker


def wait_until(true: Callable[[], object], what: str):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.3)
    raise AssertionError(f"after {PATIENCE} s not {what}")
