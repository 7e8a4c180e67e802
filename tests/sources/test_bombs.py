"""Delta bombs: a few bytes of a document, for which git has to build a blob of gigabytes first."""

import sys
from pathlib import Path

import pytest

from benchmarks.measure import measure
from matterhouse.sources import Limits, SourceUnavailable, open_source
from tests.sources.bombs import write_delta_bomb

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process that runs"),
]

DOCUMENT = b"---\ntitle: Small\n---\nText.\n"
GIGABYTE = 10**9


def bombed(repository, megabytes: int) -> Path:
    """The repository with a document of few bytes that takes so many megabytes to read."""
    blob = write_delta_bomb(repository.folder / ".git/objects", DOCUMENT, megabytes)
    news = repository.tree(("100644", b"small.md", blob))
    repository.commit_tree(("40000", b"_news", news))
    packs = (repository.folder / ".git/objects/pack").glob("*.pack")
    assert sum(pack.stat().st_size for pack in packs) < 3_000
    return repository.folder


def test_a_delta_bomb_is_read_where_the_limit_lets_git_take_as_much_and_else_refused(repository):
    folder = bombed(repository, 1_000)

    def read(limits: Limits) -> list[bytes]:
        source = open_source("news", str(folder), limits=limits)
        return [content for _, content in source.read(source.list().files)]

    assert read(Limits()) == [DOCUMENT]
    with pytest.raises(SourceUnavailable, match="git took more memory than the limit `git_memory`"):
        read(Limits(git_memory=GIGABYTE))


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_run_refuses_a_delta_bomb_within_the_limit_of_memory(repository, tmp_path, prefix):
    folder = bombed(repository, 6_000)
    run = [sys.executable, "-m", "matterhouse.cli", "run", "--quiet", "--warehouse", tmp_path / "w"]
    run += ["--source", f"news={prefix}{folder}"]
    print_code = "import subprocess, sys; print(subprocess.run(sys.argv[1:]).returncode)"
    cost, told = measure([sys.executable, "-c", print_code, *run], tmp_path)
    assert "git took more memory than the limit `git_memory`" in told
    assert told.splitlines()[-1] == "1"
    assert not (tmp_path / "w" / "current").exists()
    assert cost.peak_bytes < GIGABYTE  # of what it was to take, 6 GB
