"""The history of a repository: what it costs to read every commit, beside the least that it could cost.

    python -m benchmarks.history [--stories 400] [--commits 3000] [--repository FOLDER]

Made repositories have stories whose figures move, as the family's do: of ten changes of a story seven rewrite its
encrypted text alone. The floor is git listing the commits and giving all contents, and the imports of a run. Where
.venv-bench is there, git-history and Matterhouse read a repository of one JSON file, which is what git-history can do.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks import rivals
from benchmarks.commits import Tree, import_commits
from benchmarks.measure import Cost, least, measure

_IMPORTS = "import duckdb, pandas, pyarrow.parquet"
_FLOOR = """
git -C "$1" log --first-parent --raw -z --no-abbrev --format=%H HEAD > log
tr '\\0' '\\n' < log | sed -nE 's/^:[0-9]+ [0-9]+ [0-9a-f]+ ([0-9a-f]+) [AM].*/\\1/p' | sort -u > blobs
git -C "$1" cat-file --batch --buffer < blobs > /dev/null
"""


def main() -> int:
    given = _arguments().parse_args()
    with tempfile.TemporaryDirectory(prefix="matterhouse-bench-") as folder:
        home = Path(folder)
        repository = given.repository
        if repository is None:
            repository = home / "repository"
            make(repository, stories(given.stories), given.commits)
        print(table(measured(home / "whole", repository, given.rounds)))
        if rivals.installed():
            print(table(of_one_file(home / "one", given.rounds)))
    return 0


def section(count: int, commits: int, rounds: int, scratch: Path) -> str:
    """The costs of a made repository and of one file, for the report; empty without commits."""
    if not commits:
        return ""
    make(scratch / "history", stories(count), commits)
    costs = measured(scratch / "history-whole", scratch / "history", rounds)
    costs |= of_one_file(scratch / "history-one", rounds) if rivals.installed() else {}
    return f"{count:,} stories, {commits:,} commits of four changes each.\n\n{table(costs)}"


def measured(home: Path, repository: Path, rounds: int) -> dict[str, Cost]:
    """The floor, and runs without history, with it, and with the newest hundredth of the commits to read."""
    home.mkdir()
    work = home / "clone"
    subprocess.run(["git", "clone", "--quiet", "--bare", repository, work], check=True)
    costs = {
        "imports": least([measure([sys.executable, "-c", _IMPORTS], home)[0] for _ in range(rounds)]),
        "git lists commits and gives contents": least(
            [measure(["sh", "-c", _FLOOR, "floor", work], home)[0] for _ in range(rounds)]
        ),
        "run without history": _run(home, work, "false", rounds),
        "run with history": _run(home, work, "true", rounds),
    }
    newest = subprocess.check_output(["git", "-C", work, "rev-list", "--first-parent", "HEAD"], text=True).split()
    few = max(1, len(newest) // 100)
    head = subprocess.check_output(["git", "-C", work, "symbolic-ref", "HEAD"], text=True).strip()
    subprocess.run(["git", "-C", work, "update-ref", head, newest[few]], check=True)
    _run(home, work, "true", 1)
    subprocess.run(["git", "-C", work, "update-ref", head, newest[0]], check=True)
    costs[f"run that reads {few:,} new commits"] = measure(_command(home), home)[0]
    costs["run that finds nothing new"] = measure(_command(home), home)[0]
    return costs


def of_one_file(home: Path, rounds: int) -> dict[str, Cost]:
    """git-history and Matterhouse on a repository of one JSON file of items."""
    home.mkdir()
    repository = home / "repository"
    make(repository, one_file(100), 300)
    command = [rivals.PYTHON.with_name("git-history"), "file", home / "out.db", "_data/stories.json"]
    command += ["--repo", repository, "--id", "id", "--silent"]
    subprocess.run(["git", "-C", repository, "checkout", "--quiet", "main"], check=True)

    def rival() -> Cost:
        (home / "out.db").unlink(missing_ok=True)
        return measure(command, home)[0]

    return {
        "one file of 300 versions: git-history": least([rival() for _ in range(rounds)]),
        "one file of 300 versions: run with history": _run(home, repository, "true", rounds),
    }


def _run(home: Path, repository: Path, history: str, rounds: int) -> Cost:
    text = f"sources:\n  content:\n    uri: {repository}\n    history: {history}\n"
    (home / "matterhouse.yml").write_text(text)
    costs = []
    for _ in range(rounds):
        shutil.rmtree(home / "warehouse", ignore_errors=True)
        costs.append(measure(_command(home), home)[0])
    return least(costs)


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "matterhouse.cli", "run", "--config", str(home / "matterhouse.yml")]


def stories(count: int) -> Iterator[Tree]:
    """The files that each commit changes: some stories get another encrypted text, few another heat or coverage."""
    chance = random.Random(11)
    figures = [{"heat": chance.randrange(200), "related": chance.sample(range(300), 12)} for _ in range(count)]
    yield {_path(number): _story(number, figures[number], chance) for number in range(count)}
    while True:
        changed = chance.sample(range(count), 4)
        for number in changed:
            if chance.random() < 0.3:
                figures[number]["heat"] = max(1, figures[number]["heat"] * chance.randrange(60, 115) // 100)
            if chance.random() < 0.05:
                figures[number]["related"].append(chance.randrange(300))
        yield {_path(number): _story(number, figures[number], chance) for number in changed}


def one_file(count: int) -> Iterator[Tree]:
    """A JSON file of items, of which each commit changes some figures."""
    chance = random.Random(12)
    items = [{"id": f"s{number}", "title": f"Story {number}", "heat": chance.randrange(200)} for number in range(count)]
    while True:
        yield {"_data/stories.json": json.dumps(items, indent=1)}
        for item in chance.sample(items, 10):
            item["heat"] = chance.randrange(200)


def make(repository: Path, changes: Iterator[Tree], commits: int) -> None:
    """Commit so many changes to a new repository, two hours apart."""
    import_commits(repository, ((tree, ()) for tree in islice(changes, commits)), 7_200)


def _path(number: int) -> str:
    return f"_news/2020-09-{number % 28 + 1:02}-story-{number}.md"


def _story(number: int, figures: dict, chance: random.Random) -> str:
    related = "".join(
        f'  - title: "Another story {each}, told elsewhere"\n    excerpt: "What {each} has to say about it."\n'
        f"    publishedDateTime: 2020-09-0{each % 9 + 1}T00:52:00Z\n    webUrl: https://example.org/news/{each}/\n"
        f"    type: article\n    provider:\n      name: Paper {each % 40}\n      domain: paper{each % 40}.example\n"
        for each in figures["related"]
    )
    return (
        f'---\ntitle: "Story {number}"\nexcerpt: "Of what happened at place {number}."\ntype: article\nquality: 40\n'
        f"heat: {figures['heat']}\npublished: true\npublishedDateTime: 2020-09-09T00:52:00Z\n"
        f"webUrl: https://stories.example/{number}/\nprovider:\n  name: Stories\n  domain: stories.example\n"
        f'topics:\n  - Topic {number % 7}\nrelated:\n{related}secured: "{chance.randbytes(90).hex()};abcd=="\n---\n'
    )


def table(costs: dict[str, Cost]) -> str:
    """The costs as Markdown."""
    lines = [
        f"| {label} | {cost.cpu:.2f} | {cost.wall:.1f} | {cost.peak_bytes / 1e6:.0f} |" for label, cost in costs.items()
    ]
    return "\n".join(["| history | CPU s | wall s | peak MB |", "|---|---|---|---|", *lines, ""])


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=__doc__.partition("\n")[0])
    parser.add_argument("--stories", type=int, default=400)
    parser.add_argument("--commits", type=int, default=3000, help="of four changes each")
    parser.add_argument("--repository", type=Path, metavar="FOLDER", help="a repository to read instead of a made one")
    parser.add_argument("--rounds", type=int, default=1, help="rounds, of which the least counts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
