"""A git repository on this machine as a source: tiny real ones, some of them hostile."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from matterhouse.sources import Limits, SourceUnavailable, Unreadable, open_source
from matterhouse.sources.files import File, blob_id
from matterhouse.sources.gitcommand import output_of


def contents(source) -> dict[str, bytes | str]:
    """What the source reads: path to content, or to the reason why there is none."""
    found = source.read(source.list().files)
    return {file.path: content.reason if isinstance(content, Unreadable) else content for file, content in found}


def test_the_committed_files_are_listed_and_read_in_the_order_given(repository):
    (repository.folder / "_news/a.md").write_text("not committed")
    source = open_source("news", str(repository))
    assert source.kind == "git"
    assert source.position() == repository.git("rev-parse", "HEAD")
    files = source.list().files
    assert [file.path for file in files] == ["_data/topics/ai.yaml", "_news/a.md", "_news/b.md"]
    assert files[1] == File("_news/a.md", b"_news/a.md", 1, 0, blob_id(b"a"))
    twice_backwards = [*files[::-1], files[1]]
    assert list(source.read(twice_backwards)) == list(zip(twice_backwards, [b"bb", b"a", b"x: 1", b"a"]))
    assert list(source.read([])) == []


def test_git_and_folder_agree(repository):
    by_git, by_folder = open_source("news", str(repository)), open_source("news", f"folder:{repository}")
    assert by_folder.kind == "folder" and contents(by_git) == contents(by_folder)
    hashes = [[file.content_hash for file, _ in source.read(source.list().files)] for source in (by_git, by_folder)]
    assert hashes[0] == hashes[1]


def test_bare_repositories_and_worktrees_are_read_in_place(repository, tmp_path: Path):
    expected = contents(open_source("news", str(repository)))
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    repository.git("worktree", "add", "--quiet", str(tmp_path / "worktree"))
    for folder in ("bare", "worktree"):
        source = open_source("news", str(tmp_path / folder), trust=folder == "worktree")
        assert (source.kind, contents(source)) == ("git", expected)


def test_a_ref_is_a_branch_a_tag_or_a_commit(repository):
    first = repository.git("rev-parse", "HEAD")
    repository.git("tag", "-a", "v1", "-m", "first")
    repository.git("branch", "old/branch")
    second = repository.commit({"_news/c.md": "c"})
    for ref in ("v1", "old/branch", "refs/heads/old/branch", first, first[:10], "main~1", "main^"):
        assert open_source("news", str(repository), ref).position() == first, ref
    for ref in (None, "HEAD", "main", second):
        assert open_source("news", str(repository), ref).position() == second
    assert "_news/c.md" not in contents(open_source("news", str(repository), "v1"))


def test_a_branch_comes_before_a_tag_of_the_same_name(repository):
    """Else a tag that somebody makes would freeze the source, without a word."""
    repository.git("tag", "main", "HEAD")
    repository.git("tag", "v1", "HEAD")
    first = repository.git("rev-parse", "HEAD")
    second = repository.commit({"_news/c.md": "c"})
    assert open_source("news", str(repository), "main").position() == second
    assert open_source("news", str(repository), "refs/tags/main").position() == first
    assert open_source("news", str(repository), "v1").position() == first


@pytest.mark.parametrize("ref", ["nowhere", "0" * 40, "refs/heads/", "$(touch x)", "main;x", "@{x}"])
def test_an_unknown_ref_is_unavailable(repository, ref: str):
    with pytest.raises(SourceUnavailable, match="no branch, tag or commit|not a name"):
        open_source("news", str(repository), ref).position()


def test_a_ref_that_names_no_commit_is_unavailable(repository):
    repository.git("tag", "content", "HEAD:_news/a.md")
    with pytest.raises(SourceUnavailable, match="does not name a commit"):
        open_source("news", str(repository), "content").position()


def test_a_listing_is_of_the_commit_that_position_gave(repository):
    source = open_source("news", str(repository))
    before = source.position()
    assert repository.commit({"_news/new.md": "new"}) != before
    assert "_news/new.md" not in contents(source)
    assert source.position() != before
    assert contents(source)["_news/new.md"] == b"new"


def test_the_digest_tells_of_every_change_of_content_alone(repository):
    source = open_source("news", str(repository))

    def digest_after(change: dict[str, str]) -> str:
        repository.commit(change)
        source.position()
        return source.list().digest

    first = source.list().digest
    assert digest_after({}) == digest_after({"script.js": "other"}) == first
    assert len({first, digest_after({"_news/a.md": "z"}), digest_after({"_news/z.md": "z"})}) == 3


@pytest.mark.parametrize("what, words", [
    ("missing", "no git repository"), ("folder", "no git repository"), ("broken", "no git repository"),
    ("empty", "no commit yet"),
])  # fmt: skip
def test_what_is_no_repository_is_unavailable(make_repository: Callable, tmp_path: Path, what: str, words: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "broken/.git").mkdir(parents=True)
    make_repository("empty")
    with pytest.raises(SourceUnavailable, match=words):
        open_source("news", f"git+{tmp_path}/{what}").position()


def test_links_and_submodules_are_not_followed(repository):
    (repository.folder / "_news/link.md").symlink_to("/etc/passwd")
    (repository.folder / "_people").symlink_to("/etc")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},_news/module.md")
    repository.git("add", "_news/link.md", "_people")
    repository.git("commit", "--quiet", "-m", "links")
    listing = open_source("news", str(repository)).list()
    assert [(file.path, reason) for file, reason in listing.skipped] == [
        ("_news/link.md", "symlink"), ("_news/module.md", "submodule"), ("_people", "symlink"),
    ]  # fmt: skip
    assert [file.path for file in listing.files] == ["_data/topics/ai.yaml", "_news/a.md", "_news/b.md"]


HOSTILE_NAMES = [
    b"-rf.md", b"--batch.md", b"a\nb.md", b"\t.md", b"quote'\".md", "📚é.md".encode(), b"\x1b[31m.md",
    b"\xff.md", rb"\xff.md",
]  # fmt: skip


def test_hostile_names_are_listed_and_read(repository):
    news = repository.tree(*[("100644", name, repository.blob(name)) for name in sorted(HOSTILE_NAMES)])
    repository.commit_tree(("40000", b"_n\xe9ws", news))
    source = open_source("news", str(repository))
    files = source.list().files
    assert sorted(file.raw_path for file in files) == sorted(b"_n\xe9ws/" + name for name in HOSTILE_NAMES)
    assert len({file.path for file in files}) == len(HOSTILE_NAMES)
    assert all(content == file.raw_path.removeprefix(b"_n\xe9ws/") for file, content in source.read(files))


def test_names_that_git_forbids_are_only_names(repository):
    one, two = repository.blob(b"one"), repository.blob(b"two")
    folder = repository.tree(("100644", b"passwd.md", one))
    above = [("40000", b"..", folder), ("40000", b".git", folder), ("100644", b"/etc/x.md", one)]
    repository.commit_tree(*above, ("100644", b"a.md", one), ("100644", b"a.md", two))
    source = open_source("news", str(repository))
    assert contents(source) == {"a.md": b"one"}
    assert [(file.path, reason) for file, reason in source.list().skipped] == [("a.md", "duplicate")]
    assert contents(open_source("news", str(repository), exclude=[]))["../passwd.md"] == b"one"


def test_a_folder_disguised_as_a_file_is_rejected(repository):
    one = repository.blob(b"one")
    folder = repository.tree(("100644", b"x.md", one))
    repository.commit_tree(("100644", b"a.md", folder), ("100644", b"b.md", one))
    assert contents(open_source("news", str(repository))) == {"a.md": "not_a_file", "b.md": b"one"}


def test_a_tree_that_unfolds_without_end_is_refused(repository):
    empty = repository.blob(b"")
    bomb = repository.tree(*[("100644", b"%d.md" % number, empty) for number in range(10)])
    for _ in range(20):
        bomb = repository.tree(*[("40000", b"%d" % number, bomb) for number in range(10)])
    repository.commit_tree(("40000", b"bomb", bomb))
    with pytest.raises(SourceUnavailable, match="more than 20,000 files"):
        open_source("news", str(repository), limits=Limits(files=20_000)).list()


def test_a_name_without_end_is_refused(repository):
    repository.commit_tree(("100644", b"x" * 3_000_000 + b".md", repository.blob(b"")))
    with pytest.raises(SourceUnavailable, match="too long names"):
        open_source("news", str(repository), limits=Limits(files=100)).list()


def test_a_missing_object_is_rejected_and_the_rest_is_read(repository):
    source = open_source("news", str(repository))
    files = source.list().files
    repository.object_path(blob_id(b"a")).unlink()
    found = {file.path: content for file, content in source.read(files)}
    assert found["_news/a.md"].reason == "vanished"
    assert (found["_data/topics/ai.yaml"], found["_news/b.md"]) == (b"x: 1", b"bb")
    assert "_news/a.md" in {file.path for file in source.list().files}


def cut(path: Path, length: int) -> None:
    path.chmod(0o600)
    os.truncate(path, length)


def test_a_damaged_object_stops_the_source(repository):
    repository.commit({"_news/a.md": os.urandom(100_000).hex()})
    source = open_source("news", str(repository))
    files = source.list().files
    cut(repository.object_path(repository.git("rev-parse", "HEAD:_news/a.md")), 50_000)
    with pytest.raises(SourceUnavailable, match="damaged or incomplete.*unable to stream"):
        list(source.read(files))


@pytest.mark.parametrize("what", ["HEAD", "HEAD^{tree}", "HEAD:_news"])
def test_a_damaged_commit_or_tree_stops_the_source(repository, what: str):
    cut(repository.object_path(repository.git("rev-parse", what)), 5)
    with pytest.raises(SourceUnavailable, match="damaged or incomplete"):
        open_source("news", str(repository)).list()


def test_too_large_says_size_and_limit_and_the_next_file_is_read(repository):
    repository.commit({"_news/a.md": "x" * 100_001, "_news/b.md": "y" * 100_000})
    source = open_source("news", str(repository), limits=Limits(file_bytes=100_000))
    found = {file.path: content for file, content in source.read(source.list().files)}
    assert found["_news/b.md"] == b"y" * 100_000
    assert found["_news/a.md"].reason == "too_large"
    assert "100,001" in str(found["_news/a.md"]) and "100,000" in str(found["_news/a.md"])


def test_a_size_that_was_listed_wrongly_does_not_let_a_large_file_in(repository):
    repository.commit({"_news/a.md": "x" * 3_000_000})
    source = open_source("news", str(repository), limits=Limits(file_bytes=100))
    listed = [File(file.path, file.raw_path, 1, 0, file.content_hash) for file in source.list().files]
    found = {file.path: content for file, content in source.read(listed)}
    assert found["_news/a.md"].reason == "too_large" and found["_news/b.md"] == b"bb"


def test_many_files_do_not_block_each_other(repository):
    repository.commit({f"_news/{number}.md": str(number) * 20_000 for number in range(60)})
    found = contents(open_source("news", str(repository)))
    assert all(found[f"_news/{number}.md"] == str(number).encode() * 20_000 for number in range(60))


def test_leaving_early_leaves_no_process_behind(repository, child_processes):
    children = child_processes()
    repository.commit({f"_news/{number}.md": str(number) * 200_000 for number in range(20)})
    source = open_source("news", str(repository))
    reading = source.read(source.list().files)
    next(reading)
    reading.close()
    assert child_processes() <= children


@pytest.mark.parametrize("content_hash", [None, "", "x" * 40, "a" * 39, "a" * 40 + "\nHEAD", "a" * 40 + "\n", "HEAD"])
def test_only_blob_ids_are_asked_for(repository, content_hash: str | None):
    with pytest.raises(ValueError, match="no blob id"):
        list(open_source("news", str(repository)).read([File("a", b"a", 1, 0, content_hash)]))


EVIL_SETTINGS = (
    "filter.evil.smudge", "filter.evil.clean", "filter.evil.process", "diff.evil.textconv", "diff.evil.command",
    "core.alternateRefsCommand", "core.askPass", "core.fsmonitor", "core.gitProxy", "core.pager", "core.sshCommand",
    "credential.helper", "pager.cat-file", "pager.ls-tree", "remote.source.uploadpack", "uploadpack.packObjectsHook",
)  # fmt: skip
EVIL_HOOKS = ("fsmonitor-watchman", "post-checkout", "post-index-change", "pre-auto-gc", "reference-transaction")
EVIL_ATTRIBUTES = b"*.md filter=evil diff=evil ident eol=crlf working-tree-encoding=UTF-16\n"


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_repository_cannot_make_us_run_or_change_anything(repository, tmp_path: Path, prefix: str):
    attributes = ("100644", b".gitattributes", repository.blob(EVIL_ATTRIBUTES))
    repository.commit_tree(attributes, ("100644", b"a.md", repository.blob(b"$Id$ a\n")))
    mark = tmp_path / "executed"
    for key in EVIL_SETTINGS:
        repository.git("config", key, f"touch {mark}")
    for hook in EVIL_HOOKS:
        (repository.folder / ".git/hooks" / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (repository.folder / ".git/hooks" / hook).chmod(0o755)
    source = open_source("news", f"{prefix}{repository}", clones=tmp_path / "clones")
    assert contents(source) == {"a.md": b"$Id$ a\n"}
    assert not mark.exists()


def test_replaced_objects_are_not_read(repository):
    repository.git("replace", blob_id(b"a"), repository.blob(b"something else"))
    assert contents(open_source("news", str(repository)))["_news/a.md"] == b"a"


def test_the_callers_git_environment_does_not_lead_elsewhere(
    repository, make_repository: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = make_repository("other")
    other.commit({"_news/other.md": "other"})
    monkeypatch.setenv("GIT_DIR", f"{other}/.git")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", f"{other}/.git/objects")
    monkeypatch.setenv("GIT_TRACE", str(tmp_path / "trace"))
    assert contents(open_source("news", str(repository)))["_news/a.md"] == b"a"
    assert not (tmp_path / "trace").exists()


def test_object_ids_may_be_sha256(make_repository: Callable):
    made = make_repository("made", "--object-format=sha256")
    made.commit({"_news/a.md": "a"})
    source = open_source("news", str(made))
    assert len(source.position()) == 64 and contents(source) == {"_news/a.md": b"a"}


def test_a_partial_clone_says_so_and_fetches_nothing(repository, tmp_path: Path):
    repository.git("config", "uploadpack.allowFilter", "true")
    partial = str(tmp_path / "partial")
    repository.git("clone", "--quiet", "--bare", "--filter=blob:none", f"file://{repository}", partial)
    with pytest.raises(SourceUnavailable, match="partial clone"):
        contents(open_source("news", partial))


def test_without_git_the_message_says_what_to_install(repository, monkeypatch: pytest.MonkeyPatch):
    source = open_source("news", str(repository))
    files = source.list().files
    monkeypatch.setenv("PATH", "/nowhere")
    for call in (source.position, source.list, lambda: list(source.read(files))):
        with pytest.raises(SourceUnavailable, match="git is not installed: install"):
            call()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("prefix", ["", "file://"])
def test_a_repository_of_another_user_is_read(repository, tmp_path: Path, prefix: str):
    for path in (repository.folder, *repository.folder.rglob("*")):
        os.chown(path, 65534, 65534)
    source = open_source("news", f"{prefix}{repository}", clones=tmp_path / "clones")
    assert contents(source)["_news/a.md"] == b"a"


def test_a_tree_of_empty_folders_without_end_is_stopped(repository):
    """Git walks it without a word: 10^14 folders, and no file."""
    bomb = repository.tree()
    for _ in range(14):
        bomb = repository.tree(*[("40000", b"%d" % number, bomb) for number in range(10)])
    repository.commit_tree(("40000", b"bomb", bomb))
    with pytest.raises(SourceUnavailable, match="git_seconds"):
        open_source("news", str(repository), limits=Limits(git_seconds=1)).list()


def test_a_pipe_in_place_of_a_file_of_git_is_not_waited_for(repository):
    packed = repository.folder / ".git/packed-refs"
    packed.unlink(missing_ok=True)
    os.mkfifo(packed)
    with pytest.raises(SourceUnavailable, match="git_seconds"):
        open_source("news", str(repository), limits=Limits(git_seconds=1)).position()


def test_git_gets_no_more_memory_and_disk_than_the_limits(repository, child_processes: Callable[[], set[int]]):
    if not Path("/proc/self/limits").is_file():
        pytest.skip("only Linux bounds a process that runs")
    before, limits = child_processes(), Limits(git_memory=120_562 * 1024, git_file_bytes=45_814 * 512)
    waiting, writing = os.pipe()
    with (
        os.fdopen(waiting, "rb") as ids,
        os.fdopen(writing, "wb") as end,
        output_of(["cat-file", "--batch"], str(repository.folder / ".git"), limits, ids) as output,
    ):
        end.write(b"nothing\n")
        end.flush()
        assert output.readline() == b"nothing missing\n"
        [git] = child_processes() - before
        told = Path(f"/proc/{git}/limits").read_text()
        end.close()
    assert "123455488 " in told and "23456768 " in told


def test_content_that_is_not_that_of_its_id_is_rejected(repository):
    place = repository.object_path(blob_id(b"bb"))
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"blob 2\0xx"))
    found = contents(open_source("news", str(repository)))
    assert (found["_news/a.md"], found["_news/b.md"]) == (b"a", "wrong_content")


@pytest.mark.parametrize("prefix", ["", "file://"])
@pytest.mark.parametrize("name", ["what? now", "a:b#c;d'e", "/".join(["x" * 200] * 3)], ids=["?", "signs", "long"])
def test_a_repository_may_lie_in_a_folder_with_an_odd_name(make_repository: Callable, tmp_path, name: str, prefix: str):
    made = make_repository(name)
    made.commit({"_news/a.md": "a"})
    assert contents(open_source("news", f"{prefix}{made}", clones=tmp_path / "clones")) == {"_news/a.md": b"a"}


def test_a_path_longer_than_any_can_be_is_told(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="cannot be looked at: File name too long"):
        open_source("news", f"git+{tmp_path}/{'x' * 300}").position()
    with pytest.raises(SourceUnavailable, match="File name too long"):
        open_source("news", f"{tmp_path}/{'x' * 300}").list()
