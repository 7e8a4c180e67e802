"""The command line in words: what ``--help`` says, for docs/cli.md.

python -m matterhouse.cli.reference > docs/cli.md
"""

import sys
from collections.abc import Iterator

import typer.main

from matterhouse.cli import app

_WIDTH = 90

_INTRODUCTION = """\
# The command line

Made by `python -m matterhouse.cli.reference > docs/cli.md` from what `--help` says. Change it in `matterhouse/cli`,
not here.

What is meant for people goes to standard output, what went wrong to standard error. Names and texts that come
from content are shown so that they cannot steer a terminal; CSV, JSON and Parquet hold them as they are.

| exit code | meaning |
|---|---|
| 0 | done: of a run, loaded or unchanged, whether or not its account could be printed |
| 1 | failed: a run published nothing, another command could not print all of its output, a check found errors |
| 2 | wrong usage or configuration |
| 3 | partial: published, but a source failed and keeps the rows that it had |
| 75 | another run holds the warehouse's lock: the message says who, and since when |
| 130, 143 | stopped by Ctrl-C, by SIGTERM: nothing was published, and `meta.runs` says `cancelled` |

Programs that read with Python need no command:

```python
import matterhouse

with matterhouse.open_snapshot("warehouse") as snapshot:  # read-only, and of one snapshot for as long as it is open
    articles = snapshot.execute("SELECT * FROM articles").df()
    files = snapshot.parquet("articles")  # a folder with the same rows as Parquet
```
"""


def text() -> str:
    """The whole reference as Markdown, ending in a newline."""
    return _INTRODUCTION + "\n".join(_helps()) + "\n"


def _helps() -> Iterator[str]:
    commands = typer.main.get_group(app)
    everything = commands.make_context("matterhouse", [], resilient_parsing=True, terminal_width=_WIDTH)
    yield from _section("matterhouse", everything.get_help())
    for name in commands.list_commands(everything):
        command = commands.get_command(everything, name)
        assert command is not None
        context = command.make_context(name, [], parent=everything, resilient_parsing=True)
        yield from _section(f"matterhouse {name}", context.get_help())


def _section(title: str, help: str) -> Iterator[str]:
    yield from ("", f"## {title}", "", "```text", *(line.rstrip() for line in help.splitlines()), "```")


if __name__ == "__main__":
    sys.stdout.buffer.write(text().encode())
