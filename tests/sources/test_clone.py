"""A remote repository as a source: cloned, fetched, mended, and never trusted with more than that."""

import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from matterhouse.sources import SourceUnavailable, open_source


@pytest.fixture
def clones(tmp_path: Path) -> Path:
    return tmp_path / "state/clones"


@pytest.fixture
def opened(repository, clones: Path) -> Callable:
    """``opened(ref)`` is the sample repository as a remote source."""
    return lambda ref=None: open_source("news", f"file://{repository}", ref, clones=clones)


def contents(source) -> dict[str, bytes]:
    return {file.path: content for file, content in source.read(source.list().files)}


def clone_of(clones: Path) -> Path:
    """The one clone that there is, and nothing left over beside it."""
    [clone] = clones.iterdir()
    return clone


def test_a_url_is_cloned_bare_and_read(repository, opened: Callable, clones: Path):
    source = opened()
    assert not clones.exists()
    assert source.position() == repository.git("rev-parse", "main")
    assert contents(source) == {"_news/a.md": b"a", "_news/b.md": b"bb", "_data/topics/ai.yaml": b"x: 1"}
    clone = clone_of(clones)
    assert clone.name.startswith("news-") and clone.name.endswith(".git") and (clone / "HEAD").is_file()
    assert clone.stat().st_mode & 0o077 == 0 and str(repository) not in (clone / "config").read_text()


def test_every_position_fetches(repository, opened: Callable, clones: Path):
    source = opened()
    first = source.position()
    assert source.position() == first
    second = repository.commit({"_news/new.md": "new"})
    assert source.position() == opened().position() == second
    assert contents(source)["_news/new.md"] == b"new"
    clone_of(clones)


def test_rewritten_history_and_renamed_branches_are_followed(repository, opened: Callable):
    opened().position()
    repository.git("commit", "--quiet", "--amend", "-m", "rewritten")
    rewritten = repository.git("rev-parse", "HEAD")
    assert opened().position() == rewritten
    repository.git("branch", "-m", "main", "main/next")
    assert opened().position() == opened("main/next").position() == rewritten
    with pytest.raises(SourceUnavailable, match="no branch, tag or commit 'main'"):
        opened("main").position()


def test_the_default_branch_is_the_remotes(repository, opened: Callable):
    main = repository.git("rev-parse", "main")
    repository.git("checkout", "--quiet", "-b", "trunk")
    trunk = repository.commit({"_news/t.md": "t"})
    assert opened().position() == opened("HEAD").position() == trunk
    repository.git("checkout", "--quiet", "main")
    assert opened().position() == main
    repository.git("checkout", "--quiet", "--detach", trunk)
    assert opened().position() == trunk


def test_a_ref_is_a_branch_a_tag_or_a_commit(repository, opened: Callable):
    first = repository.git("rev-parse", "main")
    repository.git("tag", "-a", "v1", "-m", "first")
    repository.git("branch", "stable")
    second = repository.commit({"_news/c.md": "c"})
    assert {opened(ref).position() for ref in ("v1", "stable", first)} == {first}
    assert {opened(ref).position() for ref in ("main", second)} == {second}
    repository.git("tag", "-f", "v1")
    assert opened("v1").position() == second


@pytest.mark.parametrize("refs, names_head", [(["--all"], True), (["main"], False), (["trunk"], False)])
def test_a_bundle_is_cloned_with_or_without_a_head(
    repository, tmp_path: Path, clones: Path, refs: list[str], names_head: bool
):
    repository.git("branch", "trunk")
    bundle = tmp_path / "news.bundle"
    repository.git("bundle", "create", "--quiet", str(bundle), *refs)
    assert ("HEAD" in repository.git("bundle", "list-heads", str(bundle)).split()) is names_head
    for uri in (str(bundle), f"file://{bundle}"):
        source = open_source("news", uri, clones=clones)
        assert source.position() == source.position() == repository.git("rev-parse", "main")
    assert contents(source)["_news/a.md"] == b"a"
    second = repository.commit({"_news/c.md": "c"})
    repository.git("bundle", "create", "--quiet", str(bundle), *refs, "main")
    assert open_source("news", str(bundle), "main", clones=clones).position() == second


def test_a_bundle_of_several_branches_without_head_needs_a_ref(repository, tmp_path: Path, clones: Path):
    repository.git("branch", "one"), repository.git("branch", "two")
    repository.git("bundle", "create", "--quiet", str(tmp_path / "news.bundle"), "one", "two")
    with pytest.raises(SourceUnavailable, match="set `ref`"):
        open_source("news", str(tmp_path / "news.bundle"), clones=clones).position()
    assert open_source("news", str(tmp_path / "news.bundle"), "two", clones=clones).position()


def test_a_bundle_that_builds_on_others_says_so(repository, tmp_path: Path, clones: Path):
    repository.commit({"_news/c.md": "c"})
    repository.git("bundle", "create", "--quiet", str(tmp_path / "news.bundle"), "main~1..main")
    with pytest.raises(SourceUnavailable, match="make it with --all"):
        open_source("news", str(tmp_path / "news.bundle"), clones=clones).position()


def test_a_shallow_remote_is_read_and_fetched(repository, make_repository: Callable, tmp_path: Path, clones: Path):
    repository.commit({"_news/c.md": "c"})
    repository.git("clone", "--quiet", "--bare", "--depth=1", f"file://{repository}", str(tmp_path / "shallow"))
    source = open_source("news", f"file://{tmp_path}/shallow", clones=clones)
    assert source.position() == repository.git("rev-parse", "main")
    second = repository.commit({"_news/d.md": "d"})
    repository.git("push", "--quiet", str(tmp_path / "shallow"), "main")
    assert source.position() == second and contents(source)["_news/d.md"] == b"d"


def test_what_a_killed_clone_left_behind_is_removed(opened: Callable, clones: Path):
    expected = opened().position()
    clone = clone_of(clones)
    clone.rename(clones / f"{clone.name}.part-123-abcd")
    (clones / f"{clone.name}.old-123-abcd/objects").mkdir(parents=True)
    assert opened().position() == expected
    assert clone_of(clones) == clone


def test_a_clone_of_another_source_is_left_alone(opened: Callable, clones: Path):
    (clones / "other-0123456789.git.part-1-a").mkdir(parents=True)
    opened().position()
    assert len(list(clones.iterdir())) == 2


@pytest.mark.parametrize("lock", ["packed-refs.lock", "refs/heads/main.lock", "refs/matterhouse/head.lock"])
def test_a_lock_of_a_killed_fetch_does_not_block(repository, opened: Callable, clones: Path, lock: str):
    opened().position()
    (clone_of(clones) / lock).write_text("")
    repository.git("branch", "other")
    second = repository.commit({"_news/c.md": "c"})
    assert opened().position() == second
    clone_of(clones)


def test_a_clone_that_is_no_repository_any_more_is_made_anew(opened: Callable, clones: Path):
    expected = opened().position()
    for damaged in ("HEAD", "config"):
        (clone_of(clones) / damaged).write_text("rubbish")
        assert opened().position() == expected
    shutil.rmtree(clone_of(clones) / "refs")
    assert opened().position() == expected


def objects_of(clone: Path) -> list[Path]:
    return [path for path in (clone / "objects").rglob("*") if path.is_file()]


def damage(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(b"\0" * path.stat().st_size)


def test_a_clone_that_is_damaged_throughout_is_made_anew(opened: Callable, clones: Path):
    expected = opened().position()
    for path in objects_of(clone_of(clones)):
        damage(path)
    source = opened()
    assert source.position() == expected and contents(source)["_news/a.md"] == b"a"


@pytest.mark.parametrize("what", ["main^{tree}", "main:_news/a.md"])
def test_a_clone_with_one_damaged_object_is_made_anew(repository, opened: Callable, clones: Path, what: str):
    expected = opened().position()
    object_id = repository.git("rev-parse", what)
    [path] = [path for path in objects_of(clone_of(clones)) if path.parent.name + path.name == object_id]
    damage(path)
    with pytest.raises(SourceUnavailable, match="is removed: the next run makes it anew"):
        contents(opened())
    source = opened()
    assert source.position() == expected and contents(source)["_news/a.md"] == b"a"
    clone_of(clones)


def test_a_missing_object_in_a_clone_is_our_damage_not_the_files_fault(opened: Callable, clones: Path):
    source = opened()
    files = source.list().files
    for path in objects_of(clone_of(clones)):
        path.unlink()
    with pytest.raises(SourceUnavailable, match="is removed: the next run makes it anew"):
        list(source.read(files))
    assert contents(opened())["_news/a.md"] == b"a"


def test_a_remote_that_is_gone_leaves_the_clone_as_it_was(repository, opened: Callable, clones: Path, tmp_path: Path):
    expected = opened().position()
    repository.folder.rename(tmp_path / "gone")
    with pytest.raises(SourceUnavailable, match=r"source news \(file://.*\): there is no git repository"):
        opened().position()
    assert clone_of(clones).is_dir()
    (tmp_path / "gone").rename(repository.folder)
    assert opened().position() == expected


def test_a_remote_without_a_commit_says_so(make_repository: Callable, clones: Path):
    with pytest.raises(SourceUnavailable, match="it has no commit yet"):
        open_source("news", f"file://{make_repository('empty')}", clones=clones).position()


@pytest.mark.parametrize("uri", [
    "https://me:s3cret@127.0.0.1:1/x.git?key=s3cret", "ssh://git:s3cret@127.0.0.1:1/x.git",
    "git://127.0.0.1:1/x.git", "git@127.0.0.1:x.git",
])  # fmt: skip
def test_a_host_that_does_not_answer_is_named_without_secrets(uri: str, clones: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_SSH_COMMAND", "sh -c 'echo ssh: connect to host: Connection refused >&2; exit 255'")
    with pytest.raises(SourceUnavailable, match="does not answer") as caught:
        open_source("news", uri, clones=clones).position()
    assert "s3cret" not in str(caught.value) + repr(caught.value) and caught.value.__suppress_context__
    assert list(clones.iterdir()) == []


def test_a_redirection_to_another_protocol_is_refused(tmp_path: Path, clones: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "gitconfig").write_text(f'[url "ext::touch {tmp_path}/executed"]\n\tinsteadOf = https://evil.example\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    with pytest.raises(SourceUnavailable, match="another protocol"):
        open_source("news", "https://evil.example/x.git", clones=clones).position()
    assert not (tmp_path / "executed").exists()


def test_no_hook_of_the_users_template_is_run(opened: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hook = tmp_path / "template/hooks/reference-transaction"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/executed\n")
    hook.chmod(0o755)
    settings = f"[init]\n\ttemplateDir = {tmp_path}/template\n[core]\n\thooksPath = {hook.parent}\n"
    (tmp_path / "gitconfig").write_text(settings)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    opened().position()
    assert not (tmp_path / "executed").exists()


def test_a_source_name_makes_no_path(repository, clones: Path):
    open_source("../../up/" + "x" * 300, f"file://{repository}", clones=clones).position()
    assert clone_of(clones).parent == clones


def test_two_urls_of_one_name_have_two_clones(repository, make_repository: Callable, clones: Path):
    other = make_repository("other")
    other.commit({"_news/o.md": "o"})
    for one in (repository, other):
        open_source("news", f"file://{one}", clones=clones).position()
    assert len(list(clones.iterdir())) == 2


def test_a_place_where_no_clone_can_be_kept_says_so(repository, tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceUnavailable, match="its clone cannot be kept at .*: Not a directory"):
        open_source("news", f"file://{repository}", clones=tmp_path / "file/clones").position()


class Interrupted(Exception):
    pass


def test_a_remote_that_hangs_can_be_interrupted(clones: Path, child_processes):
    children = child_processes()

    def interrupt(*_):
        raise Interrupted

    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = open_source("news", f"git://127.0.0.1:{silent.getsockname()[1]}/x", clones=clones)
        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            with pytest.raises(Interrupted):
                source.position()
        finally:
            signal.signal(signal.SIGALRM, before)
    assert child_processes() <= children
    assert list(clones.iterdir()) == []
