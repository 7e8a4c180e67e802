"""Runs commands of ``matterhouse``, each in a process that is forked off this one and has its imports already.

Reads requests from standard input, a line of JSON each: ``arguments``, ``folder`` to work in, and ``stdout`` and
``stderr``, the files to write to. Writes a line with the exit code when the command has ended. Nothing is started or
opened here before, so that a forked process is as a fresh one but for what is imported.
"""

import json
import os
import signal
import sys
from importlib import import_module

from matterhouse import cli, process

# What most commands import sooner or later.
NEEDED = """
duckdb pandas pyarrow.parquet rich.console rich.progress
matterhouse.engine.page matterhouse.engine.run matterhouse.engine.validation matterhouse.transforms.tidy
matterhouse.warehouse.build matterhouse.warehouse.query matterhouse.warehouse.upkeep
"""
_LONGEST = 60  # seconds


def _serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if not child:
            _prepare(**request)
            cli.main()  # which ends the process
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _prepare(arguments: list[str], folder: str, stdout: str, stderr: str) -> None:
    """Make this process what the command's own would be."""
    for number, file, mode in ((0, os.devnull, os.O_RDONLY), (1, stdout, os.O_WRONLY), (2, stderr, os.O_WRONLY)):
        opened = os.open(file, mode)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    sys.argv = ["matterhouse", *arguments]
    signal.alarm(_LONGEST)


process.tune()
for name in NEEDED.split():
    import_module(name)
_serve()
