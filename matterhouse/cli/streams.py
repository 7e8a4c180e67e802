"""Standard input, output and error: always open, and an error that says which of them it is about."""

import io
import os
import sys
from typing import Any


class _StandardOutput(io.FileIO):
    """Standard output; an error names it, as errors about other files have their name."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            raise OSError(error.errno, error.strerror, "standard output") from None


def set_up() -> None:
    """Open those of the three that were closed (``>&-``), so that no other file gets their number.

    What is then printed to standard output fails; standard input is empty, and standard error goes nowhere.
    """
    for number, access in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, access)  # gets the lowest number that is free
    sys.stdin = sys.stdin or os.fdopen(0, closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
    encoding = sys.stdout.encoding if sys.stdout else "utf-8"
    output = _StandardOutput(1, "w", closefd=False)
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(output), encoding, errors="backslashreplace", line_buffering=output.isatty()
    )


def flush_output() -> None:
    """Write what was printed; where that fails, throw it away. Raises ``OSError``."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()
        raise


def discard_output() -> None:
    """Throw away what was printed and is not written yet, and what will be printed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
