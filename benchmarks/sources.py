"""Many sources: what a run costs that finds nothing changed, as their number grows.

    python -m benchmarks.sources [--sources 100,500] [--rounds 3]

Of five sources three are folders, one is a git repository and one the ``file://`` URL of one, each with one document.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks.measure import Cost, least, measure

_KINDS = ("folder", "folder", "folder", "repository", "url")
_GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org")


def main() -> int:
    given = _arguments().parse_args()
    with tempfile.TemporaryDirectory(prefix="matterhouse-bench-") as folder:
        print(table(map(int, given.sources.split(",")), given.rounds, Path(folder)), end="")
    return 0


def table(counts: Iterable[int], rounds: int, scratch: Path) -> str:
    """The costs of runs with so many sources, as Markdown; empty for no counts."""
    lines = []
    one = None
    for count in counts:
        one = one or _costs(scratch / "sources-1", 1, rounds)[1]
        first, again = _costs(scratch / f"sources-{count}", count, rounds)
        each = (again.cpu - one.cpu) / count * 1000
        lines.append(
            f"| {count:,} | {first.cpu:.2f} | {again.cpu:.2f} | {each:.2f} | {again.wall:.1f}"
            f" | {again.peak_bytes / 1e6:.0f} |\n"
        )
    header = "| sources | first load, CPU s | nothing changed, CPU s | of which per source, ms | wall s | peak MB |\n"
    return "".join([header, "|---|---|---|---|---|---|\n", *lines]) if lines else ""


def _costs(home: Path, count: int, rounds: int) -> tuple[Cost, Cost]:
    """The costs of the first run and of the least of those in which nothing changed."""
    make(home, count)
    command = [sys.executable, "-m", "matterhouse.cli", "run", "--config", home / "matterhouse.yml"]
    first, _ = measure(command, home)
    return first, least([measure(command, home)[0] for _ in range(rounds)])


def make(home: Path, count: int) -> None:
    """Write ``count`` sources below ``home``, and the configuration that names them."""
    repository = home / "repository"
    _write_document(repository)
    for arguments in (("init", "--quiet", "-b", "main"), ("add", "."), ("commit", "--quiet", "-m", "first")):
        subprocess.run([*_GIT, *arguments], cwd=repository, check=True)
    lines = ["sources:"]
    for number in range(count):
        folder, kind = home / f"source-{number}", _KINDS[number % len(_KINDS)]
        if kind == "folder":
            _write_document(folder)
        else:
            shutil.copytree(repository, folder)
        prefix = {"folder": "folder:", "repository": "git+", "url": "file://"}[kind]
        lines += [f"  s{number}:", f"    uri: {prefix}{folder}"]
    (home / "matterhouse.yml").write_text("\n".join(lines) + "\n")


def _write_document(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("---\ntitle: A document\ntopics: [one, two]\n---\nText.\n")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sources", description=__doc__.partition("\n")[0])
    parser.add_argument("--sources", default="100,500", help="how many sources; their first load is 0.1 s each")
    parser.add_argument("--rounds", type=int, default=3, help="runs without changes, of which the least counts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
