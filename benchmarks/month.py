"""A month of scheduled runs: whether a warehouse that many runs changed costs and takes more than a fresh one.

    python -m benchmarks.month [--repository REPOSITORY]... [--documents 2000] [--steps 40]

Each step is a commit further and a run. At some steps the same commit is also loaded by a fresh warehouse that has
the commit before: the table has its figures beside those of the old one, and both have to hold the same rows. Without
``--repository``, one is made that begins with a tenth of its documents; of a git repository (a folder, a URL or a
bundle) so many commits are taken, spread evenly over its history.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.commits import Tree, import_commits
from benchmarks.generate import Repository
from benchmarks.measure import Cost, measure

_TOLD = (1, 10, 20, 40)
_CHANGED, _REMOVED = 0.01, 0.003  # shares of the documents that a step changes and removes
_HEADER = (
    "| step | records | run, CPU s: old / fresh | DuckDB MB: old / fresh | Parquet MB: old / fresh"
    " | parts: old / fresh |\n"
    "|---:|---:|---:|---:|---:|---:|\n"
)


@dataclass(frozen=True)
class Figures:
    """Bytes and part files of a snapshot, and the rows of each table that tells of content."""

    database: int
    parquet: int
    parts: int
    rows: dict[str, int]

    @classmethod
    def of(cls, warehouse: Path) -> "Figures":
        manifest = json.loads((warehouse / "current" / "manifest.json").read_bytes())
        tables = manifest["tables"]
        files = [file for table in tables.values() for file in table["files"]]
        rows = {name: table["rows"] for name, table in tables.items() if not name.startswith(("meta.", "marts."))}
        parts = sum("/part-" in file["path"] for file in files)
        return cls(manifest["database"]["bytes"], sum(file["bytes"] for file in files), parts, rows)


class Month:
    """Runs on a repository below ``home``, of which one commit after the other becomes the newest."""

    def __init__(self, home: Path, repository: Path | str, steps: int):
        self._home, self._work = home, home / "clone.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", repository, self._work], check=True)
        self._branch = self._git("symbolic-ref", "HEAD").strip()
        commits = self._git("rev-list", "--first-parent", "--reverse", "HEAD").split()
        last = len(commits) - 1
        self.commits = [commits[round(last * number / min(steps, last))] for number in range(min(steps, last) + 1)]

    def lines(self, told: Sequence[int]) -> Iterator[str]:
        """A line of the table for each step that is to be told; the last one is told as well."""
        self._run("old", 0)
        for step in range(1, len(self.commits)):
            cost = self._run("old", step)
            if step in told or step == len(self.commits) - 1:
                shutil.rmtree(self._home / "fresh", ignore_errors=True)
                self._run("fresh", step - 1)
                yield self._line(step, cost, self._run("fresh", step))

    def _line(self, step: int, old_cost: Cost, fresh_cost: Cost) -> str:
        old, fresh = (Figures.of(self._home / name) for name in ("old", "fresh"))
        if old.rows != fresh.rows:
            apart = {name for name in old.rows.keys() | fresh.rows.keys() if old.rows.get(name) != fresh.rows.get(name)}
            raise AssertionError(f"step {step}: the old warehouse has other rows than a fresh one in {sorted(apart)}")
        cells = [
            f"{step}",
            f"{old.rows['records']:,}",
            f"{old_cost.cpu:.2f} / {fresh_cost.cpu:.2f}",
            f"{old.database / 1e6:.1f} / {fresh.database / 1e6:.1f}",
            f"{old.parquet / 1e6:.1f} / {fresh.parquet / 1e6:.1f}",
            f"{old.parts} / {fresh.parts}",
        ]
        return f"| {' | '.join(cells)} |\n"

    def _run(self, name: str, step: int) -> Cost:
        """Let the step's commit be the newest, and refresh a warehouse."""
        self._git("update-ref", self._branch, self.commits[step])
        command = [sys.executable, "-m", "matterhouse.cli", "run", "--warehouse", self._home / name, "--quiet"]
        return measure([*command, "--accept-drop", "--source", f"content={self._work}"], self._home)[0]

    def _git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", "-C", self._work, *arguments], text=True)


def make(repository: Path, documents: int, steps: int) -> None:
    """Make a repository with a commit for the beginning and one for each step."""
    with tempfile.TemporaryDirectory() as folder:
        Repository(documents).write(Path(folder))
        paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        texts = {path.relative_to(folder).as_posix(): path.read_text() for path in paths}
    import_commits(repository, _changes(texts, steps), 3_600)


def _changes(texts: Tree, steps: int) -> Iterator[tuple[Tree, list[str]]]:
    """The files that each commit adds or changes, and those that it removes."""
    chance = random.Random(17)
    waiting = chance.sample(sorted(texts), len(texts))
    there = waiting[: len(texts) // 10]
    del waiting[: len(there)]
    yield {path: texts[path] for path in there}, []
    arriving = len(waiting) // steps
    for step in range(steps):
        removed = chance.sample(there, max(1, int(len(there) * _REMOVED)))
        there = [path for path in there if path not in removed]
        edited = chance.sample(there, max(1, int(len(there) * _CHANGED)))
        new = waiting[step * arriving : (step + 1) * arriving]
        there += new
        yield {path: texts[path] for path in new} | {path: _edited(texts[path], step) for path in edited}, removed


def _edited(text: str, step: int) -> str:
    """A document of which the title and a sentence of the text are others."""
    return text.replace("title: ", f"title: As of {step}, ", 1) + f"Written anew at step {step}.\n"


def table(repository: Path | str, steps: int, home: Path) -> str:
    """The figures of a month on a repository, as Markdown."""
    month = Month(home, repository, steps)
    return _HEADER + "".join(month.lines(_TOLD))


def main() -> int:
    given = _arguments().parse_args()
    with tempfile.TemporaryDirectory(prefix="matterhouse-bench-") as folder:
        repositories = given.repository
        if not repositories:
            make(Path(folder) / "made", given.documents, given.steps)
            repositories = [str(Path(folder) / "made")]
        for number, repository in enumerate(repositories):
            home = Path(folder) / str(number)
            home.mkdir()
            print(f"{Path(repository).stem}\n\n{table(repository, given.steps, home)}", flush=True)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month", description=__doc__.partition("\n")[0])
    parser.add_argument("--repository", action="append", help="a git repository: a folder, a URL or a bundle")
    parser.add_argument("--documents", type=int, default=2000, help="documents of the repository that is made")
    parser.add_argument("--steps", type=int, default=40, help="runs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
