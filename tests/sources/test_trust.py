"""A git repository that leads git to the content of another one is refused, unless its source is trusted."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from matterhouse.sources import SourceUnavailable, open_source
from matterhouse.sources.trust import foreign_content


def linked_worktree(ours, there: Path) -> None:
    ours.git("worktree", "add", "--quiet", str(there))


def shared_clone(ours, there: Path) -> None:
    ours.git("clone", "--quiet", "--shared", ".", str(there))


def shared_bare_clone(ours, there: Path) -> None:
    ours.git("clone", "--quiet", "--shared", "--bare", ".", str(there))


def planted_file(ours, there: Path) -> None:
    there.mkdir()
    (there / ".git").write_text(f"gitdir: {ours}/.git\n")


def planted_link(ours, there: Path) -> None:
    there.mkdir()
    (there / ".git").symlink_to(f"{ours}/.git")


def planted_commondir(ours, there: Path) -> None:
    (there / ".git").mkdir(parents=True)
    (there / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (there / ".git/commondir").write_text(f"{ours}/.git\n")


def planted_objects(ours, there: Path) -> None:
    shutil.copytree(f"{ours}/.git", there / ".git")
    shutil.rmtree(there / ".git/objects")
    (there / ".git/objects").symlink_to(f"{ours}/.git/objects")


def planted_object(ours, there: Path) -> None:
    shutil.copytree(f"{ours}/.git", there / ".git")
    blob = ours.git("rev-parse", "HEAD:_news/a.md")
    copy = there / ".git/objects" / blob[:2] / blob[2:]
    copy.unlink()
    copy.symlink_to(ours.object_path(blob))


def alternate_of_an_alternate(ours, there: Path) -> None:
    shared_clone(ours, there)
    (there / "own/info").mkdir(parents=True)
    shutil.move(there / ".git/objects/info/alternates", there / "own/info/alternates")
    (there / ".git/objects/info/alternates").write_text("# ours\n../../own\n")


WAYS = {
    linked_worktree: "`.git` is a file",
    shared_clone: "alternates` names another",
    shared_bare_clone: "alternates` names another",
    planted_file: "`.git` is a file",
    planted_link: "`.git` is a symbolic link",
    planted_commondir: "`commondir`",
    planted_objects: "a symbolic link, `objects`",
    planted_object: "a symbolic link, `objects/[0-9a-f]{2}/",
    alternate_of_an_alternate: "alternates` names another",
}


@pytest.mark.parametrize("prefix", ["", "git+", "file://"])
@pytest.mark.parametrize("way, said", WAYS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_content_of_another_repository_takes_trust(repository, tmp_path: Path, way: Callable, said: str, prefix: str):
    there = tmp_path / "source"
    way(repository, there)
    source = open_source("news", f"{prefix}{there}", clones=tmp_path / "clones")
    with pytest.raises(SourceUnavailable, match=f"{said}.*another repository.*set `trust: true`"):
        source.position()
    with pytest.raises(SourceUnavailable, match=said):
        source.list()
    assert not (tmp_path / "clones").exists()
    trusted = open_source("news", f"{prefix}{there}", clones=tmp_path / "clones", trust=True)
    assert {file.path: content for file, content in trusted.read(trusted.list().files)}["_news/a.md"] == b"a"


def test_what_a_repository_keeps_itself_takes_no_trust(repository, tmp_path: Path):
    repository.git("config", "core.worktree", "..")
    (repository.folder / ".git/hooks").mkdir(exist_ok=True)
    (repository.folder / ".git/hooks/post-commit").symlink_to("/bin/true")
    (repository.folder / ".git/HEAD").unlink()
    (repository.folder / ".git/HEAD").symlink_to("refs/heads/main")
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "worktree"))
    (tmp_path / "link").symlink_to(repository.folder)
    for uri in (repository.folder, repository.folder / ".git", tmp_path / "link"):
        assert open_source("news", str(uri)).position() == repository.git("rev-parse", "main"), uri


def test_an_alternate_within_the_source_takes_no_trust(repository):
    objects = repository.folder / ".git/objects"
    shutil.copytree(objects, repository.folder / "more")
    for folder in objects.glob("??"):
        shutil.rmtree(folder)
    (objects / "info").mkdir(exist_ok=True)
    (objects / "info/alternates").write_text("../../more\n")
    assert len(open_source("news", str(repository)).list().files) == 3


@pytest.mark.parametrize(
    "content", ['"../../more"\n', "../../..\n", "#" * 1_000_001, "/nowhere\n", "../../more-or-less\n"]
)
def test_alternates_that_are_not_surely_our_own_take_trust(repository, content: str, tmp_path: Path):
    (repository.folder / ".git/objects/info").mkdir(exist_ok=True)
    (repository.folder / ".git/objects/info/alternates").write_text(content)
    is_ours = "more-or-less" in content
    assert (foreign_content(str(repository)) is None) is is_ours


def test_a_fifo_in_place_of_alternates_is_not_waited_for(repository):
    (repository.folder / ".git/objects/info").mkdir(exist_ok=True)
    os.mkfifo(repository.folder / ".git/objects/info/alternates")
    assert foreign_content(str(repository)) is None


@pytest.mark.parametrize("ending", ["", "/", "/.git", "%2F.git"])
def test_the_repository_of_a_file_url_is_found_as_git_finds_it(repository, tmp_path: Path, ending: str):
    there = tmp_path / "a source"
    shared_clone(repository, there)
    uri = f"file://{tmp_path}/a%20s%6furce{ending}"
    with pytest.raises(SourceUnavailable, match="alternates` names another"):
        open_source("news", uri, clones=tmp_path / "clones").position()
    shared_bare_clone(repository, tmp_path / "bare.git")
    with pytest.raises(SourceUnavailable, match="alternates` names another"):
        open_source("news", f"file://{tmp_path}/bare", clones=tmp_path / "clones").position()
    trusted = open_source("news", uri, clones=tmp_path / "clones", trust=True)
    assert trusted.position() == repository.git("rev-parse", "main")
