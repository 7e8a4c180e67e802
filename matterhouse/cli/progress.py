"""How far a run is, shown on a terminal while it runs."""

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from matterhouse.engine.report import Progress

_DOING = {"list": "listing", "extract": "reading", "history": "reading commits", "load": "loading"}
_DOING |= {"check": "checking", "publish": "publishing"}


class Watch:
    """Takes a run's progress: ``last`` keeps what each stage said last, and a terminal shows a bar.

    The bar is rich's and made when there is something to read: a run that finds nothing changed does without.
    """

    def __init__(self, visible: bool):
        self.last: dict[str, Progress] = {}
        self._visible, self._line_is_used = visible, False
        self._bar: Bar | None = None
        self._begun = 0.0

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, *failure: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._erase_line()

    def __call__(self, progress: "Progress") -> None:
        is_new = progress.stage not in self.last
        self.last[progress.stage] = progress
        if is_new:
            self._begun = time.perf_counter()
        if not self._visible:
            return
        if self._bar is None and progress.stage == "list":
            sys.stderr.write("listing the sources ...")
            sys.stderr.flush()
            self._line_is_used = True
            return
        if self._bar is None:
            self._erase_line()
            self._bar = _bar()
            self._bar.start()
        if is_new:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(_DOING.get(progress.stage, progress.stage), total=None, files="", speed="")
        self._show(progress)

    def _show(self, progress: "Progress") -> None:
        seconds = time.perf_counter() - self._begun
        if self._bar is None:
            return
        self._bar.update(
            self._bar.task_ids[0],
            completed=progress.files,
            total=progress.of or None,
            files=progress.counts if progress.of else "",
            speed=f"{progress.bytes / 1e6 / seconds:,.1f} MB/s" if progress.bytes and seconds else "",
        )

    def _erase_line(self) -> None:
        if self._line_is_used:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._line_is_used = False


def _bar() -> "Bar":
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from matterhouse.cli.terminal import console

    texts = [
        TextColumn(f"{{task.{field}}}", markup=False) for field in ("description", "fields[files]", "fields[speed]")
    ]
    columns = (texts[0], BarColumn(), *texts[1:], TimeElapsedColumn())
    return Progress(*columns, console=console(sys.stderr), transient=True, auto_refresh=True)
