"""Many sources: listed side by side, told in their order, and at the cost of what changed."""

import os
import shutil
import threading
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import Run, refresh
from matterhouse.settings.loading import load
from matterhouse.warehouse.ledger import Ledger
from tests.sources.servers import git_server
from tests.warehouses import rows

HEAD = "---\ntitle: {}\n---\nText.\n"
_PATIENCE = 60


@pytest.fixture
def repositories(make_repository, tmp_path: Path) -> list:
    """Four repositories with a story each, below tmp_path/served."""
    made = [make_repository(f"served/{name}") for name in "abcd"]
    for repository in made:
        repository.commit({"_news/a.md": HEAD.format(repository.folder.name)})
    return made


def run(tmp_path: Path, uris: dict[str, str], **options) -> Report:
    sources = [f"{name}={uri}" for name, uri in uris.items()]
    settings = load(None, sources, tmp_path / "w").model_copy(update=options)
    return refresh(settings)


def served(url: str) -> dict[str, str]:
    return {name: f"{url}/{name}" for name in "abcd"}


@pytest.fixture
def starts_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets a line with the arguments of every git that is started by the code under test."""
    log, folder = tmp_path / "starts", tmp_path / "bin"
    folder.mkdir()
    log.touch()
    script = folder / "git"
    script.write_text(f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{shutil.which("git")}" "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def test_servers_that_wait_for_each_other_are_asked_side_by_side(repositories, tmp_path):
    all_are_there = threading.Barrier(4)
    with git_server(tmp_path / "served", before=lambda: all_are_there.wait(_PATIENCE)) as url:
        uris = dict(reversed(served(url).items()))
        first = run(tmp_path, uris, sources_at_once=4)
        again = run(tmp_path, uris, sources_at_once=4)
    assert (first.state, again.state) == ("loaded", "unchanged")
    assert [account.source for account in first.sources] == [account.source for account in again.sources] == [*"dcba"]
    assert rows(tmp_path / "w", "SELECT source, title FROM records ORDER BY ALL") == [(name, name) for name in "abcd"]


def test_no_more_servers_are_asked_at_a_time_than_is_set(repositories, tmp_path):
    here, most, lock = 0, 0, threading.Lock()

    def count() -> None:
        nonlocal here, most
        with lock:
            here += 1
            most = max(most, here)
        threading.Event().wait(0.05)
        with lock:
            here -= 1

    with git_server(tmp_path / "served", before=count) as url:
        assert run(tmp_path, served(url), sources_at_once=2).state == "loaded"
    assert 1 <= most <= 2


def test_a_server_that_fails_stops_no_other_and_keeps_its_rows(repositories, tmp_path):
    with git_server(tmp_path / "served") as url:
        assert run(tmp_path, served(url)).state == "loaded"
        repositories[1].folder.rename(tmp_path / "gone")
        repositories[2].commit({"_news/b.md": HEAD.format("new")})
        partial = run(tmp_path, served(url))
    assert (partial.state, [failure.source for failure in partial.failures]) == ("partial", ["b"])
    assert [account.source for account in partial.sources if account.loaded] == ["c"]
    assert rows(tmp_path / "w", "SELECT title FROM records ORDER BY ALL") == [("a",), ("b",), ("c",), ("d",), ("new",)]
    down = run(tmp_path, served(url))
    assert [failure.source for failure in down.failures] == [*"abcd"]
    assert "its host does not answer" in down.failures[0].message and down.failures[0].may_pass


def test_what_is_interrupted_stops_git_at_every_server(repositories, tmp_path, child_processes):
    all_are_there, interrupted = threading.Barrier(5), threading.Event()

    def keep_waiting() -> None:
        all_are_there.wait(_PATIENCE)
        interrupted.wait(_PATIENCE)

    def interrupt() -> None:
        all_are_there.wait(_PATIENCE)
        os.kill(os.getpid(), 2)

    before = child_processes()
    with git_server(tmp_path / "served", before=keep_waiting) as url:
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, served(url), sources_at_once=4)
        assert child_processes() - before == set()
        interrupted.set()
    with git_server(tmp_path / "served") as url:
        assert run(tmp_path, served(url)).state == "loaded"


def test_nothing_changed_on_this_machine_starts_no_git(repositories, tmp_path, starts_of_git):
    here = {name: str(tmp_path / "served" / name) for name in "ab"} | {
        name: f"file://{tmp_path}/served/{name}" for name in "cd"
    }
    assert run(tmp_path, here).state == "loaded"
    assert starts_of_git.read_text()
    starts_of_git.write_text("")
    again = run(tmp_path, here)
    assert (again.state, starts_of_git.read_text()) == ("unchanged", "")
    assert [(each.unchanged, each.position) for each in again.sources] == [
        (1, repository.git("rev-parse", "main")) for repository in repositories
    ]
    for repository in repositories:
        repository.commit({"_news/a.md": HEAD.format("changed")})
    assert [each.loaded for each in run(tmp_path, here).sources] == [1, 1, 1, 1]


@pytest.mark.parametrize("ref, kind", [("main", "branch"), ("v1", "tag"), ("v2", "annotated tag"), (None, "HEAD")])
def test_nothing_changed_at_a_server_is_one_question(repositories, tmp_path, starts_of_git, ref, kind):
    repository = repositories[0]
    repository.git("tag", "v1")
    repository.git("tag", "-a", "v2", "-m", "two")

    def once(url: str) -> Report:
        settings = load(None, [f"a={url}/a"], tmp_path / "w")
        own = settings.sources["a"].model_copy(update={"ref": ref})
        return refresh(settings.model_copy(update={"sources": {"a": own}}))

    with git_server(tmp_path / "served") as url:
        assert once(url).state == "loaded"
        starts_of_git.write_text("")
        assert once(url).state == "unchanged"
        ours = [line for line in starts_of_git.read_text().splitlines() if "--git-dir" in line]
        assert len(ours) == 1 and "ls-remote" in ours[0]
        repository.commit({"_news/a.md": HEAD.format("changed")})
        repository.git("tag", "--force", "v1")
        repository.git("tag", "--force", "-a", "v2", "-m", "two")
        assert once(url).sources[0].loaded == 1


def test_a_run_asks_the_ledger_once_for_what_it_knows_of_the_sources(tmp_path, monkeypatch):
    for number in range(20):
        (tmp_path / f"s{number}").mkdir()
        (tmp_path / f"s{number}/a.md").write_text(HEAD.format(number))
    uris = {f"s{number}": f"folder:{tmp_path}/s{number}" for number in range(20)}
    run(tmp_path, uris)
    asked, sources = [], Ledger.sources
    monkeypatch.setattr(Ledger, "sources", lambda ledger: asked.append(1) or sources(ledger))
    assert run(tmp_path, uris).state == "unchanged"
    assert len(asked) < 5


def test_a_mistake_in_the_code_is_raised_from_side_by_side(repositories, tmp_path, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a mistake")

    monkeypatch.setattr("matterhouse.engine.run_sources.plan_source", broken)
    settings = load(None, [f"{name}=folder:{tmp_path}" for name in "abcdefghijkl"], tmp_path / "w")
    with pytest.raises(ZeroDivisionError), Run(settings) as started:
        started.list()
