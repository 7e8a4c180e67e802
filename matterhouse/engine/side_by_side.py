"""Does the same for many sources, some at a time: what waits for one server does not keep the others waiting."""

import sys
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_TICK_SECONDS = 0.05


def side_by_side(work: Callable[[T], R], items: Sequence[T], at_once: int) -> list[R]:
    """What ``work`` gives for each of ``items``, in their order; threads do at most so many ``at_once``.

    What ``work`` raises is raised here, for the first item in their order. Then, and when the wait is interrupted,
    git commands that run are stopped, and no more work is begun.
    """
    if at_once == 1 or len(items) < 2:
        return [work(item) for item in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(at_once) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            while not all(future.done() for future in futures):
                _stop_git()  # time and again: work whose command was stopped may begin another one
                time.sleep(_TICK_SECONDS)
            raise


def _stop_git() -> None:
    if git := sys.modules.get("matterhouse.sources.gitcommand"):
        git.stop_all()
