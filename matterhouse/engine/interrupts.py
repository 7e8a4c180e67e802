"""Ctrl-C and SIGTERM end a run in order: nothing is published, and its row in the ledger says ``cancelled``."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(KeyboardInterrupt):
    """Somebody stopped the run, with the signal of that number."""

    def __init__(self, number: int):
        super().__init__(f"stopped by {'Ctrl-C' if number == signal.SIGINT else signal.Signals(number).name}")
        self.exit_code = 128 + number


class Interrupts:
    """Signals that are only noted, but for ``heeded`` stretches, where they raise ``Stopped``."""

    def __init__(self) -> None:
        self._number: int | None = None
        self._raising = False

    def receive(self, number: int, frame: FrameType | None) -> None:
        """What a signal calls."""
        self._number = number
        if self._raising:
            raise Stopped(number)

    def between(self, steps: Iterable[T]) -> Iterator[T]:
        """The steps, until a signal came: what runs inside of a library may have swallowed its exception."""
        for step in steps:
            if self._number is not None:
                raise Stopped(self._number)
            yield step

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Raise ``Stopped`` for a signal inside, or for one that came before.

        A library may turn the exception into one of its own (DuckDB: "Query interrupted"); it ends as ``Stopped`` too.
        """
        self._raising = True
        try:
            if self._number is not None:
                raise Stopped(self._number)
            yield
        except Exception:
            if self._number is None:
                raise
            raise Stopped(self._number) from None
        finally:
            self._raising = False


@contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Receive Ctrl-C and SIGTERM inside. One that the parent process chose to ignore stays ignored."""
    received = Interrupts()
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:
            signal.signal(number, received.receive)
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
