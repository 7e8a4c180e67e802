"""Switches of the whole process, set by entry points before they import anything heavy, and by nobody else.

Measured on two cores, in CPU seconds: each comment has its own figure.
"""

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn


def tune() -> None:
    """Set what makes a run cheaper; what the environment says already stays.

    Called first by ``matterhouse``, by the Prefect flows' processes and by worker processes.
    """
    # NumPy would start a thread per core to multiply matrices, which nothing here does: 0.02 s at import.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Arrow's own pool (mimalloc) gives memory back to the system after each batch, only to ask for it again; so does
    # the system's malloc with large pieces: 0.3 of 5.3 s for 7,000 documents.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "jemalloc" if sys.platform == "linux" else "system")
    # pydantic looks for plugins in every installed package: 0.02 s.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A run that finds nothing changed is mostly imports, which leave few cycles behind: 0.03 s of 0.3.
    gc.set_threshold(200_000, 10, 10)


def child_command(*arguments: str) -> list[str]:
    """The command that starts this Python with ``arguments``, which imports nothing from the current folder.

    That folder may hold content, and with it modules called ``yaml`` or ``prefect`` that strangers wrote.
    """
    return [sys.executable, "-P", *arguments]


def leave_out_the_current_folder() -> None:
    """For ``python -m``: import nothing from the current folder, unless Matterhouse itself lies there."""
    if "-m" not in sys.orig_argv or not sys.path:
        return
    module = sys.orig_argv[sys.orig_argv.index("-m") + 1 :][:1]
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if module and module[0].split(".")[0] == "matterhouse" and sys.path[0] == os.getcwd() != ours:
        del sys.path[0]


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """To look for cycles among hundreds of thousands of parsed values takes long; a run calls
    ``collect_new_garbage`` where some are left.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_new_garbage() -> None:
    """Free the cycles among the objects that were made since the last call; pandas leaves some, and they hold columns.

    Called once a batch: 0.02 s each, and 150 MB less after 70,000 documents.
    """
    gc.collect(0)


def give_memory_back() -> None:
    """Return freed memory to the system, which the system's malloc and Arrow keep for the next time: 0.05 s once."""
    if pyarrow := sys.modules.get("pyarrow"):
        pyarrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def leave(code: int) -> NoReturn:
    """End the process without giving memory back object by object, which takes a twentieth of a load of 7,000
    documents.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
