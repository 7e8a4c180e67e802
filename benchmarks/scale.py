"""How costs grow: generated repositories of 7,000, 70,000 and 700,000 documents, watched step by step.

    python -m benchmarks.scale [--documents 7000,70000,700000] [--limit 4] [--scratch FOLDER] [--report FILE]

Each is a git repository of one commit, of the family's shape (``benchmarks.generate``, stories of five documents). It
is loaded, looked at again unchanged, with one document changed, and with the newest hundredth changed. Prints the
tables of docs/scaling.md and writes them there. A run that takes more than ``--limit`` gigabytes, over all of its
processes, is killed. 700,000 documents need 20 GB of disk and half an hour.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks import scale_report
from benchmarks.generate import Repository
from benchmarks.measure import ROOT, Failed
from benchmarks.report import put_into
from benchmarks.scale_report import FULL, NEWEST, ONE, UNCHANGED, Scale
from benchmarks.watch import bytes_below, watch

DOCS = ROOT / "docs" / "scaling.md"
_STORY = 5
_NEWS = "_news/"
_HEAT = re.compile(rb"^heat: .*$", re.MULTILINE)
_GIGABYTE = 10**9


def measured(documents: int, limit: int, scratch: Path) -> Scale:
    """Make a repository below ``scratch``, and measure on it. Raises ``Failed``."""
    repository, warehouse = scratch / "content.git", scratch / "warehouse"
    warehouse.mkdir(parents=True)
    scale = Scale(documents, _made(repository, documents))
    scale.store_bytes = bytes_below(repository)

    def run(name: str) -> None:
        print(f"{documents:,}: {name}", file=sys.stderr)
        scale.runs[name] = watch(warehouse, str(repository), limit)

    run(FULL)
    snapshot = (warehouse / "current").resolve()
    scale.database_bytes = (snapshot / "warehouse.duckdb").stat().st_size
    scale.parquet_bytes = bytes_below(snapshot / "parquet")
    run(UNCHANGED)
    _change_newest(repository, 1, heat=301)
    run(ONE)
    _change_newest(repository, max(1, documents // 100), heat=302)
    run(NEWEST)
    return scale


def _made(repository: Path, documents: int) -> int:
    """Make a repository of one commit; the bytes of its documents."""
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", repository], check=True)
    texts = Repository(documents, story=_STORY).texts()
    return _commit(repository, ((path, text.encode()) for path, text in texts), 1_600_000_000)


def _commit(repository: Path, files: Iterable[tuple[str, bytes]], moment: int) -> int:
    """Commit files to branch main, besides those that it has; their bytes."""
    marks, index = repository / "marks", repository / "index"
    options = ["-c", "core.compression=1", "fast-import", "--quiet", "--depth=0", f"--export-marks={marks}"]
    importer = subprocess.Popen([*_git(repository), *options], stdin=subprocess.PIPE)
    assert importer.stdin is not None  # a pipe
    paths, total = [], 0
    for path, text in files:
        paths.append(path)
        total += len(text)
        importer.stdin.write(f"blob\nmark :{len(paths)}\ndata {len(text)}\n".encode() + text + b"\n")
    importer.stdin.close()
    if importer.wait():
        raise subprocess.CalledProcessError(importer.returncode, "git fast-import")
    # An importer that is given a folder's files one by one looks through all that it has for each.
    ids = dict(line.split() for line in marks.read_text().splitlines())
    names = "".join(f"100644 {ids[f':{number}']}\t{path}\n" for number, path in enumerate(paths, 1))
    with_index = os.environ | {"GIT_INDEX_FILE": str(index)}
    _run(repository, "update-index", "--index-info", given=names, environment=with_index)
    tree = _run(repository, "write-tree", environment=with_index)
    author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"]
    dated = os.environ | {f"GIT_{who}_DATE": f"{moment} +0000" for who in ("AUTHOR", "COMMITTER")}
    before = _run(repository, "for-each-ref", "--format=%(objectname)", "refs/heads/main")
    after = ["-p", before] if before else []
    _run(
        repository,
        "update-ref",
        "refs/heads/main",
        _run(repository, *author, "commit-tree", tree, *after, "-m", "x", environment=dated),
    )
    return total


def _git(repository: Path) -> list[str]:
    return ["git", f"--git-dir={repository}"]


def _run(repository: Path, *arguments: str, given: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """What git says, without the line break at its end."""
    command = [*_git(repository), *arguments]
    ran = subprocess.run(command, input=given.encode(), env=environment, stdout=subprocess.PIPE, check=True)
    return ran.stdout.decode().strip()


def _change_newest(repository: Path, count: int, heat: int) -> None:
    """Commit another heat of the newest news; their names begin with their day."""
    names = _run(repository, "ls-tree", "-z", "main", _NEWS).split("\0")[:-1]
    entries = [entry.split("\t") for entry in sorted(names, key=lambda entry: entry.partition("\t")[2])[-count:]]
    contents = _contents(repository, [head.split()[2] for head, _ in entries])
    files = ((path, _HEAT.sub(b"heat: %d" % heat, content, count=1)) for (_, path), content in zip(entries, contents))
    _commit(repository, files, 1_700_000_000 + heat)


def _contents(repository: Path, ids: Iterable[str]) -> Iterator[bytes]:
    """The contents of some objects."""
    command = [*_git(repository), "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin is not None and reader.stdout is not None  # pipes
        for object_id in ids:
            reader.stdin.write(f"{object_id}\n".encode())
            reader.stdin.flush()
            size = int(reader.stdout.readline().split()[2])
            yield reader.stdout.read(size + 1)[:size]


def main() -> int:
    """Measure; 1 where a run failed."""
    given = _arguments().parse_args()
    scales: list[Scale] = []
    with tempfile.TemporaryDirectory(prefix="matterhouse-scale-", dir=given.scratch) as folder:
        for documents in map(int, given.documents.split(",")):
            try:
                with tempfile.TemporaryDirectory(dir=folder) as scratch:
                    scales.append(measured(documents, int(given.limit * _GIGABYTE), Path(scratch)))
            except Failed as failure:
                print(f"{documents:,} documents: {failure}", file=sys.stderr)
                return 1
    text = scale_report.render(scales, given.limit)
    print(text)
    put_into(given.report, text, scale_report.BEGIN)
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", default="7000,70000,700000", help="sizes to generate")
    parser.add_argument("--limit", type=float, default=4, help="gigabytes of memory for a run")
    parser.add_argument("--scratch", type=Path, metavar="FOLDER", help="where repository and warehouse are made")
    parser.add_argument("--report", type=Path, default=DOCS, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
