"""A folder on disk as a source, the hostile kind too."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from matterhouse.sources import Limits, SourceUnavailable, Unreadable, open_source
from matterhouse.sources.files import File, blob_id

LONG_AGO_NS = 1_600_000_000 * 1_000_000_000


def write(path: Path, content: bytes = b"---\ntitle: x\n---\n", mtime_ns: int = LONG_AGO_NS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return path


def opened(folder: Path, **options):
    return open_source("news", f"folder:{folder}", **options)


def read_one(folder: Path, file: File, **options) -> tuple[File, bytes | Unreadable]:
    [(read, content)] = opened(folder, **options).read([file])
    return read, content


def rejection(folder: Path, file: File, **options) -> str:
    read, content = read_one(folder, file, **options)
    assert isinstance(content, Unreadable) and read == file
    return content.reason


def test_the_included_files_are_listed_and_read_in_order(tmp_path: Path):
    included = ["b.md", "_news/2.md", "_news/1.md", "_data/topics/ai.yaml"]
    for path in (*included, "_news/x.json", "_config.yml", ".git/a.md"):
        write(tmp_path / path, f"of {path}".encode())
    source = opened(tmp_path)
    listing = source.list()
    assert (source.kind, source.name, source.position()) == ("folder", "news", None)
    assert [file.path for file in listing.files] == sorted(included)
    assert all(file.mtime_ns == LONG_AGO_NS and file.content_hash is None for file in listing.files)
    backwards = listing.files[::-1]
    for file, (read, content) in zip(backwards, source.read(backwards), strict=True):
        assert content == f"of {file.path}".encode()
        assert read == File(file.path, file.raw_path, len(content), LONG_AGO_NS, blob_id(content))


def test_an_empty_folder_has_no_files(tmp_path: Path):
    listing = opened(tmp_path).list()
    assert (listing.files, listing.skipped) == ([], [])
    assert list(opened(tmp_path).read([])) == []


def test_globs_choose_the_files(tmp_path: Path):
    for path in ("a.md", "drafts/b.md", "c.txt"):
        write(tmp_path / path)
    listing = opened(tmp_path, include=["**/*.md", "*.txt"], exclude=["drafts/**"]).list()
    assert [file.path for file in listing.files] == ["a.md", "c.txt"]


HOSTILE_NAMES = [
    "-rf.md", "--help.md", "a\nb.md", "tab\there.md", "quote'\".md", "$(touch x);`x`.md", "📚 é.md",
    "\x1b[31mred.md", "a\\b.md", "%s{}.md", " .md", "x" * 250 + ".md", "é.md", "e\u0301.md",
]  # fmt: skip


def test_hostile_names_are_listed_and_read(tmp_path: Path):
    raw_names = [name.encode() for name in HOSTILE_NAMES] + [b"\xff\xfe.md", rb"\xff\xfe.md"]
    os.mkdir(os.fsencode(tmp_path) + b"/_n\xe9ws")
    for name in raw_names:
        with open(os.fsencode(tmp_path) + b"/_n\xe9ws/" + name, "wb") as out:
            out.write(name)
    source = opened(tmp_path)
    files = source.list().files
    assert sorted(file.raw_path for file in files) == sorted(b"_n\xe9ws/" + name for name in raw_names)
    assert len({file.path for file in files}) == len(raw_names)
    assert all(file.path.startswith(r"_n\xe9ws/") and file.path.encode() for file in files)
    assert all(content == file.raw_path.removeprefix(b"_n\xe9ws/") for file, content in source.read(files))


def test_links_are_not_followed(tmp_path: Path):
    outside = write(tmp_path / "outside/secret.md", b"secret").parent
    source_folder = tmp_path / "source"
    write(source_folder / "_news/real.md")
    (source_folder / "_news/link.md").symlink_to(outside / "secret.md")
    (source_folder / "_news/inside.md").symlink_to("real.md")
    (source_folder / "_news/broken.md").symlink_to("nowhere")
    (source_folder / "_news/folder.md").symlink_to(outside)
    (source_folder / "_people").symlink_to(outside)
    (source_folder / "_news/loop").symlink_to(".")
    listing = opened(source_folder).list()
    assert [file.path for file in listing.files] == ["_news/real.md"]
    assert [(file.path, reason) for file, reason in listing.skipped] == [
        *((f"_news/{name}", "symlink") for name in ("broken.md", "folder.md", "inside.md", "link.md", "loop")),
        ("_people", "symlink"),
    ]


def test_the_source_itself_may_be_a_link(tmp_path: Path):
    write(tmp_path / "real/a.md", b"x")
    (tmp_path / "current").symlink_to("real")
    source = opened(tmp_path / "current")
    assert [content for _, content in source.read(source.list().files)] == [b"x"]


def test_a_file_or_folder_that_became_a_link_does_not_lead_outside(tmp_path: Path):
    write(tmp_path / "outside/a.md", b"secret")
    folder = tmp_path / "source"
    for path in ("a.md", "_news/a.md", "_news/deep/a.md", "z.md"):
        write(folder / path, path[:1].encode())
    source = opened(folder)
    files = source.list().files
    (folder / "a.md").unlink(), (folder / "a.md").symlink_to(tmp_path / "outside/a.md")
    (folder / "_news").rename(tmp_path / "gone")
    (tmp_path / "outside/deep").symlink_to(".")
    (folder / "_news").symlink_to(tmp_path / "outside")
    found = {file.path: content for file, content in source.read(files)}
    assert {path: content.reason for path, content in found.items() if isinstance(content, Unreadable)} == {
        "a.md": "not_a_file", "_news/a.md": "vanished", "_news/deep/a.md": "vanished",
    }  # fmt: skip
    assert found["z.md"] == b"z"


def test_a_path_cannot_climb_out_by_a_link_even_when_asked(tmp_path: Path):
    write(tmp_path / "outside/a.md", b"secret")
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "outside")
    assert rejection(folder, File("link/a.md", b"link/a.md", 6, 0, None)) == "vanished"


def test_pipes_and_sockets_are_not_files_and_do_not_block(tmp_path: Path):
    write(tmp_path / "a.md", b"x")
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "socket.md"))
        listing = opened(tmp_path).list()
        assert [file.path for file in listing.files] == ["a.md"]
        assert [file.path for file, _ in listing.skipped] == ["pipe.md", "socket.md"]
        assert {reason for _, reason in listing.skipped} == {"not_a_file"}
        for file, _ in listing.skipped:
            assert rejection(tmp_path, file) == "not_a_file"


def test_a_file_that_became_a_pipe_or_a_folder_is_rejected(tmp_path: Path):
    write(tmp_path / "a.md"), write(tmp_path / "b.md")
    a, b = opened(tmp_path).list().files
    (tmp_path / "a.md").unlink(), os.mkfifo(tmp_path / "a.md")
    (tmp_path / "b.md").unlink(), (tmp_path / "b.md").mkdir()
    assert rejection(tmp_path, a) == rejection(tmp_path, b) == "not_a_file"


def test_a_vanished_file_or_folder_is_rejected_and_the_rest_is_read(tmp_path: Path):
    for path in ("_a/1.md", "_b/1.md", "_b/2.md", "_c/1.md"):
        write(tmp_path / path, path.encode())
    source = opened(tmp_path)
    files = source.list().files
    (tmp_path / "_a/1.md").unlink(), (tmp_path / "_a").rmdir()
    (tmp_path / "_b/1.md").unlink()
    found = {file.path: content for file, content in source.read(files)}
    assert found["_a/1.md"].reason == found["_b/1.md"].reason == "vanished"
    assert (found["_b/2.md"], found["_c/1.md"]) == (b"_b/2.md", b"_c/1.md")


def test_a_file_that_changed_comes_back_as_it_was_read(tmp_path: Path):
    write(tmp_path / "a.md", b"before")
    source = opened(tmp_path)
    [listed] = source.list().files
    write(tmp_path / "a.md", b"afterwards", LONG_AGO_NS + 7)
    [(read, content)] = source.read([listed])
    assert content == b"afterwards"
    assert read == File("a.md", b"a.md", 10, LONG_AGO_NS + 7, blob_id(content))


def test_too_large_says_size_and_limit_and_the_limit_itself_is_allowed(tmp_path: Path):
    write(tmp_path / "a.md", b"x" * 1_001), write(tmp_path / "b.md", b"x" * 1_000)
    large, fitting = opened(tmp_path).list().files
    _, refused = read_one(tmp_path, large, limits=Limits(file_bytes=1_000))
    assert refused.reason == "too_large" and "1,001" in str(refused) and "1,000" in str(refused)
    assert read_one(tmp_path, fitting, limits=Limits(file_bytes=1_000))[1] == b"x" * 1_000


def test_a_huge_file_is_refused_without_reading_it(tmp_path: Path):
    write(tmp_path / "a.md")
    os.truncate(tmp_path / "a.md", 1 << 40)
    [huge] = opened(tmp_path).list().files
    assert rejection(tmp_path, huge) == "too_large"


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs /proc")
def test_a_file_that_has_more_bytes_than_it_says_is_read_to_its_end_or_refused():
    folder = Path("/proc/self")
    file = File("status", b"status", 0, 0, None)
    read, content = read_one(folder, file)
    assert content.startswith(b"Name:") and read.size == len(content)
    assert rejection(folder, file, limits=Limits(file_bytes=10)) == "too_large"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_rejected(tmp_path: Path):
    write(tmp_path / "a.md").chmod(0)
    [file] = opened(tmp_path).list().files
    assert rejection(tmp_path, file) == "permission"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list everything")
def test_a_folder_that_cannot_be_listed_stops_the_source(tmp_path: Path):
    write(tmp_path / "_news/a.md").parent.chmod(0)
    with pytest.raises(SourceUnavailable, match="_news cannot be listed: Permission denied"):
        opened(tmp_path).list()
    (tmp_path / "_news").chmod(0o700)


AS_NOBODY = """
import os, sys
import matterhouse.sources.folder
from matterhouse.sources import SourceUnavailable, open_source
one, two = (open_source("news", "folder:" + folder) for folder in sys.argv[1:])
os.setgroups([]), os.setgid(65534), os.setuid(65534)
print(*(content.reason for _, content in one.read(one.list().files)))
try:
    two.list()
except SourceUnavailable as error:
    print(error.why)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="matterhouse-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_is_denied_file_and_folder(open_folder: Path):
    if not all(above.stat().st_mode & 0o001 for above in open_folder.parents):
        pytest.skip("other users cannot enter the folder for temporary files")
    write(open_folder / "one/a.md").chmod(0o600)
    write(open_folder / "two/_news/a.md").parent.chmod(0o700)
    arguments = [sys.executable, "-c", AS_NOBODY, str(open_folder / "one"), str(open_folder / "two")]
    done = subprocess.run(arguments, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["permission", "its folder _news cannot be listed: Permission denied"]


@pytest.mark.parametrize("what, words", [("missing", "there is no such folder"), ("file", "this is a file")])
def test_a_folder_that_is_none_is_unavailable(tmp_path: Path, what: str, words: str):
    write(tmp_path / "file")
    source = opened(tmp_path / what)
    with pytest.raises(SourceUnavailable, match=words):
        source.list()
    with pytest.raises(SourceUnavailable, match=words):
        list(source.read([File("a.md", b"a.md", 0, 0, None)]))


def test_a_source_with_too_many_files_is_refused(tmp_path: Path):
    for number in range(11):
        write(tmp_path / f"{number}.png")
    with pytest.raises(SourceUnavailable, match="more than 10 files"):
        opened(tmp_path, limits=Limits(files=10)).list()
    assert opened(tmp_path, limits=Limits(files=11)).list().files == []


@contextmanager
def deep_folder(folder: Path, depth: int) -> Iterator[Path]:
    """A folder with ``depth`` folders, one in the other, and a file at the bottom; Python cannot remove it."""
    top = folder / "deep"
    top.mkdir()
    descriptor = os.open(top, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d", dir_fd=descriptor)
        above, descriptor = descriptor, os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(above)
    os.close(os.open("a.md", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor))
    os.close(descriptor)
    try:
        yield top
    finally:
        subprocess.run(["rm", "-rf", top], check=True)


def test_deep_folders_need_no_deep_stack(tmp_path: Path):
    with deep_folder(tmp_path, 1_500) as folder:
        [file] = opened(folder).list().files
        assert file.path == "d/" * 1_500 + "a.md"
        assert read_one(folder, file)[1] == b""


def test_of_a_folder_deeper_than_a_path_may_be_long_only_that_part_is_left_out(tmp_path: Path):
    with deep_folder(tmp_path, 2_500) as folder:
        write(folder / "a.md", b"x")
        listing = opened(folder).list()
        assert [file.path for file in listing.files] == ["a.md"]
        [(deep, reason)] = listing.skipped
        assert reason == "too_deep" and deep.path.startswith("d/d/") and len(deep.path) > 4_000


def test_a_file_dated_after_2262_is_listed_and_read(tmp_path: Path):
    file = write(tmp_path / "a.md", b"x")
    os.utime(file, (2**34, 2**34))
    if file.stat().st_mtime_ns < 2**63:
        pytest.skip("the file system knows no such date")
    [listed] = opened(tmp_path).list().files
    assert listed.mtime_ns == 2**63 - 1 and listed.is_racy(time.time_ns())
    assert read_one(tmp_path, listed)[0].mtime_ns == 2**63 - 1


def test_no_state_of_a_file_behind_a_link_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder is swapped for a link between the listing of its parent and its own."""
    outside = write(tmp_path / "outside/secret.md", b"secret").parent
    write(tmp_path / "source/_news/real.md")
    news, scandir = str(tmp_path / "source/_news"), os.scandir

    def swapping(folder):
        entries = scandir(folder)
        monkeypatch.setattr(os, "scandir", scandir)
        shutil.rmtree(news)
        os.symlink(outside, news)
        return entries

    monkeypatch.setattr(os, "scandir", swapping)
    listing = opened(tmp_path / "source").list()
    assert listing.files == [] and "secret" not in repr(listing)


def test_what_a_glob_excludes_is_told(tmp_path: Path):
    for name in ("a.md", "drafts.md", "x/b.draft.md", "x/b.png", "_site/c.md"):
        write(tmp_path / name)
    listing = opened(tmp_path, exclude=["drafts.md", "**/*.draft.md", "_site/**"]).list()
    assert [file.path for file in listing.files] == ["a.md"]
    assert [(file.path, reason) for file, reason in listing.skipped] == [
        ("drafts.md", "excluded"), ("x/b.draft.md", "excluded"),
    ]  # fmt: skip


def test_reading_keeps_few_descriptors_open_and_closes_them(tmp_path: Path):
    for number in range(50):
        write(tmp_path / f"_{number}/{number}/a.md")
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else pytest.skip("needs /proc")
    source = opened(tmp_path)
    reading = source.read(source.list().files)
    most = 0
    for _ in range(40):
        next(reading)
        most = max(most, len(os.listdir("/proc/self/fd")) - before)
    reading.close()
    assert most <= 2 and len(os.listdir("/proc/self/fd")) == before


def test_the_digest_tells_of_every_change(tmp_path: Path):
    write(tmp_path / "a.md", b"one")
    digests = [opened(tmp_path).list().digest]
    assert opened(tmp_path).list().digest == digests[0]
    write(tmp_path / "a.md", b"three")
    digests.append(opened(tmp_path).list().digest)
    write(tmp_path / "a.md", b"three", LONG_AGO_NS - 1)
    digests.append(opened(tmp_path).list().digest)
    write(tmp_path / "b.md")
    digests.append(opened(tmp_path).list().digest)
    (tmp_path / "b.md").rename(tmp_path / "c.md")
    digests.append(opened(tmp_path).list().digest)
    assert len(set(digests)) == len(digests)


def test_an_edit_within_the_clock_tick_is_not_taken_for_unchanged(tmp_path: Path):
    now = time.time_ns()
    write(tmp_path / "a.md", b"one", now)
    first = opened(tmp_path).list()
    write(tmp_path / "a.md", b"two", now)
    second = opened(tmp_path).list()
    assert first.files == second.files and first.files[0].is_racy(first.listed_at_ns)
    assert first.digest != second.digest
