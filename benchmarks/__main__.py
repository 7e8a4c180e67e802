"""The benchmark: Matterhouse beside the script that anyone would write and dlt, in one run.

    python -m benchmarks [--documents 700,7000] [--rounds 1] ...

Prints the report and writes it to benchmarks/RESULTS.md, its main table also to README.md. Ends with 1 where the
contenders found different rows, a run of Matterhouse failed, or a ratio of benchmarks/ratios.json is missed by a fifth.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import history, ratios, report, rivals, sources
from benchmarks.contest import Contest, Result
from benchmarks.measure import ROOT, Failed
from benchmarks.repositories import Repository, Size, cloned, generated, shaped

RESULTS = Path(__file__).with_name("RESULTS.md")
_MOST_FOR_RIVALS = 20_000
_WARM_UP = Size(40, 35)


def main() -> int:
    given = _arguments().parse_args()
    try:
        rivals.install()
    except Failed as failure:
        print(f"dlt and rapidyaml are left out, .venv-bench cannot be made: {failure}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="matterhouse-bench-") as folder:
        scratch = Path(folder)
        Contest(generated(_WARM_UP, scratch), scratch).run(1, with_rivals=True)
        results = []
        for repository in _repositories(given, scratch):
            print(repository.name, file=sys.stderr)
            with_rivals = given.all or (len(repository.files) <= _MOST_FOR_RIVALS and "wide" not in repository.name)
            results.append(Contest(repository, scratch).run(given.rounds, with_rivals))
        of_sources = sources.table(map(int, filter(None, given.sources.split(","))), given.rounds, scratch)
        of_history = history.section(400, given.commits, given.rounds, scratch)
    text = report.render(results, given.rounds, of_sources, of_history)
    given.report.write_text(text, encoding="utf-8")
    if given.report == RESULTS:
        report.put_into(ROOT / "README.md", report.summary(text))
    print(text)
    missed = list(ratios.missed(results))
    print("\n".join(missed), file=sys.stderr)
    return int(bool(missed) or not all(map(_is_good, results)))


def _repositories(given: argparse.Namespace, scratch: Path) -> Iterator[Repository]:
    for size in given.documents.split(","):
        yield generated(Size.parse(size, given.repetition), scratch)
    for shape, _, documents in (each.partition(":") for each in filter(None, given.shapes.split(","))):
        yield shaped(shape, int(documents), scratch)
    for bundle in sorted(given.real.glob("*.bundle")):
        yield cloned(bundle, scratch)


def _is_good(result: Result) -> bool:
    return result.agree and not any(label.startswith("Matterhouse") for label in result.failures)


def _arguments() -> argparse.ArgumentParser:
    bundles = Path(os.environ.get("MATTERHOUSE_CORPORA") or ROOT.parent / "shared" / "corpora")
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--documents", default="700,700@1,7000,7000@1", help="sizes to generate; 700@1 sets its own repetition"
    )
    parser.add_argument(
        "--shapes",
        default="documentation:5000,wide:300,long:200",
        help="repositories of other shapes, each with its documents",
    )
    parser.add_argument("--sources", default="100", help="how many sources, for runs of many")
    parser.add_argument("--commits", type=int, default=3000, help="of the repository whose history is read")
    parser.add_argument("--repetition", type=float, default=35, help="how many documents list an article, on average")
    parser.add_argument("--real", type=Path, default=bundles, metavar="FOLDER", help="git bundles of real repositories")
    parser.add_argument("--rounds", type=int, default=1, help="rounds, of which the least counts")
    parser.add_argument("--all", action="store_true", help=f"the rivals too beyond {_MOST_FOR_RIVALS:,} documents")
    parser.add_argument("--report", type=Path, default=RESULTS, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
