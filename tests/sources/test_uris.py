"""What a uri names, which uris are refused, and that no secret is shown."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from matterhouse.sources import SourceUnavailable, Unreadable, open_source, redacted
from matterhouse.sources.uris import Place, locate, redacted_text


def make_bare(folder: Path) -> None:
    for part in ("objects", "refs"):
        (folder / part).mkdir(parents=True)
    (folder / "HEAD").write_text("ref: refs/heads/main\n")


def test_a_plain_folder_is_a_folder(tmp_path: Path):
    assert locate(str(tmp_path)) == Place("folder", str(tmp_path))


def test_a_folder_with_git_at_its_top_is_a_repository_unless_told(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    assert locate(str(tmp_path)) == Place("repository", str(tmp_path))
    assert locate(f"folder:{tmp_path}") == Place("folder", str(tmp_path))


def test_a_folder_inside_a_repository_is_a_folder(tmp_path: Path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "data").mkdir()
    assert locate(str(tmp_path / "data")).kind == "folder"


def test_a_bare_repository_a_ref_or_git_plus_mean_git(tmp_path: Path):
    (tmp_path / "plain").mkdir()
    make_bare(tmp_path / "bare")
    assert locate(str(tmp_path / "bare")).kind == "repository"
    assert locate(str(tmp_path / "plain"), ref="main").kind == "repository"
    assert locate(f"git+{tmp_path}/plain") == Place("repository", f"{tmp_path}/plain")


def test_paths_are_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate("some/../folder").where == locate("~/folder").where == str(tmp_path / "folder")


def test_a_folder_that_is_not_there_yet_is_a_folder():
    assert locate("/nowhere/at/all").kind == "folder"
    assert locate("/nowhere/at/all", ref="main").kind == "repository"


@pytest.mark.parametrize("uri", [
    "https://host.example/x.git", "ssh://git@host.example/x", "file:///srv/x.git", "git://host.example/x",
    "git@host.example:team/x.git", "host.example:x", "[::1]:x", "HTTPS://host.example/x",
])  # fmt: skip
def test_a_git_url_is_cloned(uri: str):
    assert locate(uri) == locate(f"git+{uri}") == Place("remote", uri)


def test_a_bundle_is_cloned(tmp_path: Path):
    (tmp_path / "x.bundle").write_bytes(b"# v2 git bundle\n")
    expected = Place("remote", f"{tmp_path}/x.bundle")
    assert locate(f"{tmp_path}/x.bundle") == locate(f"file://{tmp_path}/x.bundle") == expected


def test_an_existing_folder_with_a_colon_is_no_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "host:path").mkdir()
    assert locate("host:path").kind == "folder"


@pytest.mark.parametrize("uri", [
    "", "-oProxyCommand=touch x", "--upload-pack=touch x", "git+-x", "git+",
    "ext::sh -c touch% x", "git+ext::sh", "fd::17", "transport-helper::x",
    "http://host.example/x", "git+http://x/y", "ftp://host.example/x", "ext://x", "javascript://x",
    "https://host.example/x\n", "git://host.example/x\r\nhost: y", "-x@host.example:y", "host.example:-y", "a\0b",
])  # fmt: skip
def test_what_is_not_allowed_is_refused(uri: str):
    with pytest.raises(ValueError):
        locate(uri)
    with pytest.raises(SourceUnavailable):
        open_source("news", uri)


@pytest.mark.parametrize("ref", ["", "-x", "--all", "a b", "main:_news", "a..b", "a\nb", "a\0b", "*", ":/word", "a\\b"])
def test_a_ref_that_is_no_name_is_refused(ref: str, tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="branch, a tag or a commit"):
        open_source("news", str(tmp_path), ref)


def test_a_folder_has_no_ref(tmp_path: Path):
    with pytest.raises(SourceUnavailable, match="has no ref"):
        open_source("news", f"folder:{tmp_path}", "main")


def test_a_file_is_no_source(tmp_path: Path):
    (tmp_path / "a.md").write_text("x")
    with pytest.raises(SourceUnavailable, match="this is a file"):
        open_source("news", str(tmp_path / "a.md"))


def test_a_remote_needs_a_folder_for_its_clone():
    with pytest.raises(SourceUnavailable, match="needs a folder"):
        open_source("news", "https://host.example/x.git")


@pytest.mark.parametrize("uri, shown", [
    ("https://host.example/x.git", "https://host.example/x.git"),
    ("https://me:secret@host.example/x.git", "https://***@host.example/x.git"),
    ("https://token@host.example:8443/x@y.git", "https://***@host.example:8443/x@y.git"),
    ("https://me:se@cret@host.example/x", "https://***@host.example/x"),
    ("https://me:se/cret@host.example/x?a=secret", "https://***@host.example/x?***"),
    ("https://me:se?cret@host.example/x", "https://***@host.example/x"),
    ("https://host.example/x?token=secret#secret", "https://host.example/x?***"),
    ("git+https://me:secret@host.example/x", "git+https://***@host.example/x"),
    ("ssh://git@host.example/x", "ssh://git@host.example/x"),
    ("ssh://git:secret@host.example/x", "ssh://git:***@host.example/x"),
    ("https://[::1]:80/x@y", "https://[::1]:80/x@y"),
    ("git@host.example:x", "git@host.example:x"),
    ("me:secret@host.example:x", "***@host.example:x"),
    ("/srv/a@b:c?d", "/srv/a@b:c?d"),
])  # fmt: skip
def test_secrets_are_not_shown(uri: str, shown: str):
    assert redacted(uri) == shown
    assert redacted(shown) == shown


def test_secrets_are_not_shown_in_what_git_says():
    uri = "https://me:s3cr3t@host.example/x?key=k3y"
    said = f"unable to access '{uri}/': s3cr3t; k3y= key=k3y \x1b[31m\nhttps://a:b@other/"
    shown = redacted_text(said, uri)
    assert "s3cr3t" not in shown and "key=k3y" not in shown and "a:b@" not in shown
    assert shown.isprintable() and "https://***@host.example/x?***" in shown


def test_a_source_that_is_gone_is_named_without_its_secrets():
    error = SourceUnavailable("news", "https://me:secret@host.example/x", "gone")
    assert str(error) == "source news (https://***@host.example/x): gone"
    assert "secret" not in repr(error)


@pytest.mark.parametrize("error, words", [
    (Unreadable("too_large", "too much"), "too much"),
    (Unreadable("bad", "wrong", 3, 4), "line 3, column 4: wrong"),
    (SourceUnavailable("news", "/srv/x", "gone"), "source news (/srv/x): gone"),
])  # fmt: skip
def test_errors_say_where_and_travel_between_processes(error: Exception, words: str):
    assert str(error) == words
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == words and vars(copy) == vars(error)


def test_opening_a_source_imports_nothing_heavy(tmp_path: Path):
    code = f"import sys; from matterhouse import sources; sources.open_source('a', {str(tmp_path)!r}).list(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.stderr == ""
    assert not {"pandas", "pyarrow", "duckdb", "yaml", "subprocess", "matterhouse.sources.git"} & set(
        done.stdout.split()
    )
