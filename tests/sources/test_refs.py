"""Where a branch or HEAD stands, read from the files of a repository, beside what git says."""

import os

import pytest

from matterhouse.sources import open_source
from matterhouse.sources.refs import commit_named


@pytest.mark.parametrize("ref, name", [(None, "HEAD"), ("main", "refs/heads/main"), ("a/b", "refs/heads/a/b")])
@pytest.mark.parametrize("state", ["loose", "packed", "packed before it moved", "detached"])
def test_a_branch_and_head_are_what_git_says(repository, ref, name, state):
    repository.git("tag", "-a", "v1", "-m", "one")
    repository.git("branch", "a/b")
    if state.startswith("packed"):
        repository.git("pack-refs", "--all")
        assert not (repository.folder / ".git/refs/heads/main").exists()
    if state == "packed before it moved":
        repository.commit({"_news/c.md": "c"})
        repository.git("branch", "--force", "a/b", "main")
    if state == "detached":
        repository.git("checkout", "--quiet", "--detach")
    assert commit_named(f"{repository}/.git", ref) == repository.git("rev-parse", name)


@pytest.mark.parametrize("state", ["none", "tag", "unborn", "link", "pipe", "loop", "outside", "half"])
def test_what_only_git_can_tell_is_left_to_it(repository, make_repository, tmp_path, state):
    head, ref = repository.folder / ".git/HEAD", None
    if state in ("none", "tag"):
        repository.git("tag", "v1")
        ref = "v1" if state == "tag" else "nowhere"
    elif state == "unborn":
        head = make_repository("new").folder / ".git/HEAD"
    else:
        head.unlink()
    if state == "link":
        os.symlink("refs/heads/main", head)
    elif state == "pipe":
        os.mkfifo(head)
    elif state == "loop":
        head.write_text("ref: refs/heads/main\n")
        (head.parent / "refs/heads/main").write_text("ref: refs/heads/main\n")
    elif state == "outside":
        (tmp_path / "id").write_text("a" * 40)
        head.write_text("ref: refs/heads/../../../../id\n")
    elif state == "half":
        head.write_text("a" * 39)
    assert commit_named(str(head.parent), ref) is None


def test_a_worktree_is_left_to_git(repository, tmp_path):
    repository.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    assert commit_named(str(tmp_path / "tree/.git"), None) is None


def test_a_whole_id_is_that_commit_whatever_a_branch_is_named(repository):
    commit = repository.git("rev-parse", "HEAD")
    newer = repository.commit({"_news/c.md": "c"})
    repository.git("update-ref", f"refs/heads/{commit}", newer)
    source = open_source("s", str(repository), commit)
    assert source.position() == commit
    assert source.still_at(commit) and not source.still_at(newer)
