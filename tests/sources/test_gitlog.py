"""matterhouse.sources.gitlog: the commits of a repository and what they changed, as a source tells them."""

import subprocess
from pathlib import Path

import pytest

from matterhouse.sources import Limits, SourceUnavailable, open_source
from matterhouse.sources.git import GitSource
from matterhouse.sources.gitlog import Change


def source(repository: object, **options) -> GitSource:
    opened = open_source("content", str(repository), **options)
    assert isinstance(opened, GitSource)
    opened.position()
    return opened


def told(opened: GitSource, since: str | None = None) -> list[tuple[str, list[tuple[str, bool, str | None]]]]:
    """Each commit with its changes: path, whether a file is there, and where it was before."""
    return [
        (commit.id, [(change.path, change.blob is not None, change.renamed_from) for change in commit.changes])
        for commit in opened.commits(since)
    ]


def test_commits_come_in_order_with_the_included_files_that_they_changed(repository):
    first = repository.git("rev-parse", "HEAD")
    second = repository.commit({"_news/a.md": "changed", "script.js": "changed"})
    (repository.folder / "_news/b.md").unlink()
    third = repository.commit()
    nothing = repository.commit({"script.js": "again"})
    assert told(source(repository)) == [
        (first, [(path, True, None) for path in ("_data/topics/ai.yaml", "_news/a.md", "_news/b.md")]),
        (second, [("_news/a.md", True, None)]),
        (third, [("_news/b.md", False, None)]),
        (nothing, []),
    ]
    commits = list(source(repository).commits(second))
    assert [commit.parent for commit in commits] == [second, third]
    assert commits[0].author == "Test" and commits[0].time > 1_700_000_000
    assert source(repository).line(second) == [nothing, third]


def test_blobs_are_those_that_can_be_read(repository):
    opened = source(repository)
    [commit] = opened.commits()
    assert {change.path: change.blob for change in commit.changes}["_news/a.md"] == repository.blob(b"a")
    assert isinstance(commit.changes[0], Change)


def test_a_merge_is_one_commit_with_what_it_brought(repository):
    first = repository.git("rev-parse", "HEAD")
    repository.git("checkout", "--quiet", "-b", "side")
    for number in range(2):
        repository.commit({"_news/side.md": f"{number}"})
    repository.git("checkout", "--quiet", "main")
    own = repository.commit({"_news/a.md": "own"})
    repository.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    merge = repository.git("rev-parse", "HEAD")
    expected = [(own, [("_news/a.md", True, None)]), (merge, [("_news/side.md", True, None)])]
    assert told(source(repository), first) == expected


def test_a_file_that_moves_into_or_out_of_what_is_included_has_no_other_half(repository):
    text = "one\ntwo\nthree\nfour\nfive\n"
    before = repository.commit({"_news/long.md": text})
    repository.git("mv", "_news/long.md", "_news/longer.md")
    inside = repository.commit()
    repository.git("mv", "_news/longer.md", "longer.js")
    out = repository.commit()
    repository.git("mv", "longer.js", "_news/back.md")
    back = repository.commit()
    assert told(source(repository), before) == [
        (inside, [("_news/long.md", False, None), ("_news/longer.md", True, "_news/long.md")]),
        (out, [("_news/longer.md", False, None)]),
        (back, [("_news/back.md", True, None)]),
    ]


def test_links_and_submodules_are_no_files(repository):
    first = repository.git("rev-parse", "HEAD")
    blob = repository.blob(b"a.md")
    repository.git("update-index", "--add", "--cacheinfo", f"120000,{blob},_news/link.md")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{first},_news/sub.md")
    repository.git("commit", "--quiet", "-m", "links")
    [(_, changes)] = told(source(repository), first)
    assert changes == [("_news/link.md", False, None), ("_news/sub.md", False, None)]


def test_names_that_look_like_gits_output_are_names(repository):
    names = [b"\x01abc.md", b":100644 100644 aa bb M.md", b"tab\tline\nbreak.md", b"caf\xe9.md"]
    blob = repository.blob(b"x")
    commit = repository.commit_tree(*(("100644", name, blob) for name in sorted(names)))
    [(found, changes)] = told(source(repository))
    assert found == commit
    assert [path for path, *_ in changes] == [
        "\x01abc.md",
        ":100644 100644 aa bb M.md",
        "caf\\xe9.md",
        "tab\tline\nbreak.md",
    ]


@pytest.mark.parametrize("committer", ["A <a@b>", "A <a@b> -5 +0000", "nobody", "A <a@b> 16e8 +0000"])
def test_a_commit_whose_time_cannot_be_read_has_none(repository, committer):
    parent, tree = repository.git("rev-parse", "HEAD"), repository.git("rev-parse", "HEAD^{tree}")
    raw = f"tree {tree}\nparent {parent}\nauthor A <a@b> 1600000000 +0000\ncommitter {committer}\n\nx\n"
    made = repository.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=raw.encode())
    repository.git("update-ref", "refs/heads/main", made)
    [commit] = source(repository).commits(parent)
    assert (commit.id, commit.parent, commit.author) == (made, parent, "A")
    assert commit.time in (None, 16)


def test_grafts_of_the_repository_change_no_history(repository):
    repository.commit({"_news/a.md": "changed"})
    expected = told(source(repository))
    grafts = repository.folder / ".git/info/grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(repository.git("rev-parse", "HEAD") + "\n")
    assert told(source(repository)) == expected and len(expected) == 2


def test_settings_of_the_user_change_nothing(repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    repository.commit({"_news/a.md": "changed"})
    expected = told(source(repository))
    settings = tmp_path / "gitconfig"
    settings.write_text(
        "[log]\nshowRoot = false\nfollow = true\nshowSignature = true\n[diff]\nrenames = false\nnoprefix = true\n"
        "relative = true\nexternal = false\n[core]\nquotePath = false\nabbrev = 7\n[color]\nui = always\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    assert told(source(repository)) == expected


def test_a_commit_of_too_many_files_is_refused(repository):
    repository.commit({f"_news/{number}.md": "x" for number in range(40)})
    with pytest.raises(SourceUnavailable, match="a commit changes more files than the limit `files`"):
        told(source(repository, limits=Limits(files=12)))


def test_a_commit_that_is_not_there_is_known_as_such(repository, tmp_path: Path):
    opened = source(repository)
    assert opened.has_commit(repository.git("rev-parse", "HEAD"))
    assert not opened.has_commit("0" * 40)
    assert not opened.is_shallow
    clone = tmp_path / "shallow"
    repository.commit({"_news/a.md": "newer"})
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{repository}", clone], check=True)
    assert source(clone).is_shallow and len(told(source(clone))) == 1
