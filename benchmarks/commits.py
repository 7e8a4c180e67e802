"""Git repositories made of commits that a benchmark thought up."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

Tree = Mapping[str, str]  # path -> text
Change = tuple[Tree, Iterable[str]]  # the files that a commit writes, and those that it removes


def import_commits(repository: Path, changes: Iterable[Change], seconds_apart: int) -> None:
    """Make a repository with a commit for each change."""
    subprocess.run(["git", "init", "--quiet", "-b", "main", repository], check=True)
    importer = subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repository, stdin=subprocess.PIPE)
    assert importer.stdin is not None  # a pipe
    for number, (written, removed) in enumerate(changes):
        moment = 1_600_000_000 + seconds_apart * number
        head = f"commit refs/heads/main\ncommitter Bench <b@example.org> {moment} +0000\ndata 1\nx\n"
        importer.stdin.write((head + "".join(f"D {path}\n" for path in removed)).encode())
        for path, text in written.items():
            content = text.encode()
            importer.stdin.write(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
    importer.stdin.close()
    if importer.wait():
        raise subprocess.CalledProcessError(importer.returncode, "git fast-import")
