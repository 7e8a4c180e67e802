"""A run, told step by step: what ``benchmarks.scale`` starts as a program and watches from outside.

    python -m benchmarks.stages WAREHOUSE SOURCE

Prints a line of JSON when a step begins: its name, the CPU seconds so far of the process and its children, and the wall
clock; the last line is the run's report.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path

START, END = "start and end", "over"


def tell(step: str, **more: object) -> None:
    """Say that a step begins, or, with ``END``, that the run is over."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    print(json.dumps({"step": step, "cpu": cpu, "at": time.time(), **more}), flush=True)


class Steps:
    """The step that goes on; a step inside of another one ends where the other goes on."""

    def __init__(self) -> None:
        self._around = [START]
        tell(START)

    def around(self, owner: object, method: str, step: str, prepare: Callable[[], None] = lambda: None) -> None:
        """Let every call of a method be a step; ``prepare`` is called before it."""
        inner: Callable = getattr(owner, method)

        @wraps(inner)
        def told(*arguments: object, **named: object) -> object:
            self._around.append(step)
            tell(step)
            prepare()
            try:
                return inner(*arguments, **named)
            finally:
                self._around.pop()
                tell(self._around[-1])

        setattr(owner, method, told)


def main() -> None:
    steps = Steps()
    from matterhouse.engine.run import Run, refresh
    from matterhouse.settings.loading import load

    steps.around(Run, "__enter__", "open")
    for stage in ("list", "extract", "check", "publish"):
        steps.around(Run, stage, stage)
    steps.around(Run, "load", "load", lambda: _inside(steps))
    warehouse, source = sys.argv[1:]
    settings = load(None, sources=[f"content={source}"], warehouse=Path(warehouse))
    report = refresh(settings)
    tell(END, state=report.state, error=report.error, rows=report.rows, notes=report.notes)


def _inside(steps: Steps) -> None:
    """The steps of which loading and publishing consist; a run that changes nothing imports none of it."""
    from matterhouse.warehouse import build, database, manifest, parts, rewriting
    from matterhouse.warehouse.content import Content

    steps.around(database.Load, "documents", "load: rows")
    steps.around(database.Load, "derive", "load: derived")
    steps.around(Content, "make", "load: content tables")
    steps.around(build.Build, "_write_parquet", "publish: marts and others as Parquet")
    steps.around(parts.PartFiles, "write_batches", "publish: bulk Parquet")
    steps.around(parts.PartFiles, "write_changes", "publish: bulk Parquet")
    steps.around(rewriting, "copy", "publish: database written anew")
    steps.around(manifest, "write", "publish: checksums")


if __name__ == "__main__":
    main()
