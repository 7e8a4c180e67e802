"""The command line as people and scripts use it: a process of its own, in a folder of its own."""

import atexit
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
# Whatever a terminal may act on; line breaks are fine.
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# A file name, a title and a broken line that want to paint the terminal, move its cursor and speak rich's markup.
HOSTILE_NAME = "\x1b[31mred\x1b]0;owned\x07 [bold]\u202egnp.md"
HOSTILE_TITLE = "\x1b[2J\x9b31m[red]title[/red]\u202e :bomb:"


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "matterhouse.cli", *map(str, arguments)]


def matterhouse(*arguments: object, cwd: Path, **options) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal. With options or another environment it is started anew."""
    if options or _environment() != _environment_of_server:
        return in_a_process_of_its_own(*arguments, cwd=cwd, **options)
    return _forked(*map(str, arguments), cwd=cwd)


def in_a_process_of_its_own(*arguments: object, cwd: Path, **options) -> subprocess.CompletedProcess[str]:
    """Run a command as a shell does."""
    return subprocess.run(command(*arguments), cwd=cwd, capture_output=True, encoding="utf-8", timeout=180, **options)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


_environment_of_server = _environment()


@cache
def _server() -> subprocess.Popen[str]:
    """``tests.command_server``, which has imported what commands need, so that each does not take a second for it."""
    start = [sys.executable, "-m", "tests.command_server"]
    server = subprocess.Popen(start, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def _forked(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    with tempfile.NamedTemporaryFile() as stdout, tempfile.NamedTemporaryFile() as stderr:
        request = {"arguments": arguments, "folder": str(cwd), "stdout": stdout.name, "stderr": stderr.name}
        server = _server()
        print(json.dumps(request), file=server.stdin, flush=True)
        code = int(server.stdout.readline())
        told = [file.read().decode() for file in (stdout, stderr)]
    return subprocess.CompletedProcess(command(*arguments), code, *told)


def on_a_terminal(*arguments: object, cwd: Path) -> tuple[int, str]:
    """Run a command on a terminal of 80 columns; its exit code, and all that the terminal got."""
    own, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    with subprocess.Popen(
        command(*arguments), cwd=cwd, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as process:
        os.close(theirs)
        shown = b""
        while block := _read(own):
            shown += block
    os.close(own)
    return process.returncode, shown.decode()


def plant_packages(folder: Path, *more: str) -> Path:
    """Put packages into ``folder`` that note in the file returned that they were imported, and fail."""
    marker = folder / "imported"
    names = (
        "prefect yaml flows transforms sql duckdb pandas pyarrow pydantic typer rich orjson uvicorn json csv sqlite3"
    )
    for name in (*names.split(), *more):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(
            f"open({str(marker)!r}, 'a').write({name + chr(10)!r})\nraise SystemExit('planted {name}')\n"
        )
    return marker


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


@cache
def _loaded() -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder with content, a configuration and a warehouse of two snapshots, and what the first run told."""
    folder = Path(tempfile.mkdtemp(prefix="matterhouse-cli-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    content = Path(shutil.copytree(SAMPLE, folder / "content"))
    (folder / "matterhouse.yml").write_text("warehouse: warehouse\nsources:\n  sample:\n    uri: folder:content\n")
    hostile = f'---\ntitle: "{HOSTILE_TITLE.encode("unicode_escape").decode()}"\nheat: "\\e[31mhot"\n---\n'
    (content / "_news" / "hostile.md").write_text(hostile)
    (content / "_news" / HOSTILE_NAME).write_text("---\ntitle: '\x1b[31m never closed\n---\n")
    first = _load(folder)
    (content / "_news" / "later.md").write_text("---\ntitle: Later\n---\n")
    _load(folder)
    return folder, first


def _load(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run once on files of yesterday: those that changed just now would be read again by the next run, to be sure."""
    yesterday = time.time() - 86_400
    for file in (folder / "content").rglob("*"):
        os.utime(file, (yesterday, yesterday))
    done = in_a_process_of_its_own("run", "--profile", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return done


def project() -> Path:
    """The shared project, for tests that only look."""
    return _loaded()[0]


def first_run() -> subprocess.CompletedProcess[str]:
    """What ``run --profile`` told when it made the project's first snapshot."""
    return _loaded()[1]


def project_of_its_own(folder: Path) -> Path:
    """A copy of the project, for a test that changes it."""
    return Path(shutil.copytree(project(), folder / "project", symlinks=True))
