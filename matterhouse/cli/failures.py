"""Failures as one clear message and an exit code; only a mistake in the code shows a traceback."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from matterhouse.cli.streams import discard_output, flush_output
from matterhouse.cli.terminal import complain, say

FAILED, WRONG_USAGE, PARTIAL, LOCKED, INTERRUPTED = 1, 2, 3, 75, 130


class Failure(Exception):
    """A command cannot do what it is asked to; the message says why and what to do."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what is raised inside into a message on standard error and an exit."""
    try:
        try:
            yield
        finally:
            flush_output()
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has enough
        discard_output()
        sys.exit(FAILED)
    except Exception as error:
        code = exit_code(error)
        if code is None:
            tell_mistake()
            sys.exit(FAILED)
        complain(message(error))
        discard_output()
        sys.exit(code)


def exit_code(error: Exception) -> int | None:
    """The exit code for a failure that explains itself; None for any other."""
    from matterhouse.settings.file import ConfigError
    from matterhouse.sources import SourceUnavailable
    from matterhouse.warehouse.lock import Locked
    from matterhouse.warehouse.snapshots import NoSnapshot

    if isinstance(error, ConfigError):
        return WRONG_USAGE
    if isinstance(error, Locked):
        return LOCKED
    if isinstance(error, RuntimeError) and str(error) == "Query interrupted":  # how DuckDB passes Ctrl-C on
        return INTERRUPTED
    explained = isinstance(error, (Failure, NoSnapshot, SourceUnavailable, OSError)) or _of_a_query(error)
    explained = explained or type(error).__name__ == "Newer"  # whose module imports DuckDB
    return FAILED if explained else None


def message(error: Exception) -> str:
    """What to say of a failure."""
    if isinstance(error, OSError) and error.strerror:
        return f"{os.fsdecode(error.filename)}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def tell_mistake() -> None:
    """Show the exception that is being handled in full: it should not have happened."""
    import traceback

    say(traceback.format_exc().rstrip(), sys.stderr)
    complain("this is a mistake in Matterhouse, not in your content; the lines above say where")


def _of_a_query(error: Exception) -> bool:
    """Whether DuckDB, or Arrow writing its rows, explains what is wrong; neither is imported to find out."""
    return type(error).__module__ in ("_duckdb", "pyarrow.lib")
