"""Archives: names that lead astray, links, what git adds, what is damaged, bombs, and archives that a server has."""

import gzip
import io
import os
import random
import subprocess
import tarfile
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from matterhouse.sources import Limits, SourceUnavailable, Unreadable, open_source
from matterhouse.sources.uris import Place, locate
from tests.sources.kinds import PACKED, tar, zipped
from tests.sources.servers import https_server

MARK = b"---\ntitle: x\n---\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., dict[str, bytes | str]]:
    """``read(content)`` gives what an archive of these bytes holds: contents, or the reason why there is none."""

    def found(content: bytes, name: str = "x.tar", **limits: int) -> dict[str, bytes | str]:
        (tmp_path / name).write_bytes(content)
        source = open_source("s", str(tmp_path / name), clones=tmp_path / "clones", limits=Limits(**limits))
        listing = source.list()
        told = {file.path: reason for file, reason in listing.skipped}
        read = source.read(listing.files)
        return told | {file.path: each.reason if isinstance(each, Unreadable) else each for file, each in read}

    return found


def tar_of(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:") as archive:
        for member, content in members:
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def link(name: str, kind: bytes, target: str) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member, b""


@pytest.mark.parametrize("name", ["../a.md", "/etc/a.md", "b/../../a.md", "b\\..\\a.md", "\\a.md", ".."])
@pytest.mark.parametrize("pack", [tar, zipped], ids=["tar", "zip"])
def test_a_member_that_climbs_out_is_rejected_and_costs_no_other(read, pack, name: str, tmp_path: Path):
    found = read(pack({name: MARK, "b/good.md": MARK}))
    shown = name.replace("\\", "\\\\")
    assert found == {"b/good.md": MARK} | ({shown: "climbs_out"} if name.endswith(".md") else {})
    below = {path.relative_to(tmp_path).as_posix().split("-")[0] for path in tmp_path.rglob("*")}
    assert below == {"x.tar", "clones", "clones/s"}


@pytest.mark.parametrize("pack", [tar, zipped], ids=["tar", "zip"])
def test_members_that_repeat_are_rejected(read, pack):
    class Twice(dict):
        def items(self):
            return [("a.md", b"1"), ("./a.md", b"2"), ("b.md", b"3"), ("a.md", b"4")]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, as it writes
        content = pack(Twice())
    assert read(content) == {"a.md": "duplicate", "b.md": b"3"}


def test_links_lead_nowhere_else(read):
    content = tar_of(
        (tarfile.TarInfo("a.md"), MARK),
        link("hard.md", tarfile.LNKTYPE, "./a.md"),
        link("later.md", tarfile.LNKTYPE, "z.md"),
        link("out.md", tarfile.LNKTYPE, "../a.md"),
        link("soft.md", tarfile.SYMTYPE, "/etc/passwd"),
        link("pipe.md", tarfile.FIFOTYPE, ""),
        (tarfile.TarInfo("z.md"), MARK),
    )
    assert read(content) == {
        "a.md": MARK, "hard.md": MARK, "z.md": MARK, "later.md": "vanished", "out.md": "vanished",
        "soft.md": "symlink", "pipe.md": "not_a_file",
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        soft = zipfile.ZipInfo("soft.md")
        soft.external_attr = 0o120777 << 16
        archive.writestr(soft, "/etc/passwd")
    assert read(packed.getvalue()) == {"soft.md": "symlink"}


@pytest.mark.parametrize("top, name, paths", [
    ("site-1.0/", "site-1.0.tar", {"_news/a.md", "b.md"}), ("site-1.0/", "other.tar", {"site-1.0/_news/a.md", "site-1.0/b.md"}),
    ("", "x.tar", {"_news/a.md", "b.md"}), ("./", "x.tar", {"_news/a.md", "b.md"}),
])  # fmt: skip
def test_a_folder_called_as_the_archive_is_no_part_of_paths(read, top: str, name: str, paths: set[str]):
    assert set(read(tar({f"{top}_news/a.md": MARK, f"{top}b.md": MARK}), name)) == paths


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "zip"])
def test_the_folder_that_git_puts_around_a_commit_is_no_part_of_paths(read, repository, suffix: str):
    made = ["git", "-C", repository.folder, "archive", f"--format={suffix}", "--prefix=news-main/", "HEAD"]
    found = read(subprocess.run(made, check=True, capture_output=True).stdout, f"main.{suffix}")
    assert set(found) == {"_news/a.md", "_news/b.md", "_data/topics/ai.yaml"}


@pytest.mark.parametrize("suffix", PACKED)
def test_what_is_cut_off_or_damaged_is_refused_or_rejected(read, suffix: str):
    whole = PACKED[suffix]({f"{number}.md": MARK + os.urandom(3_000) for number in range(10)})
    if suffix == ".tar":
        whole = whole.rstrip(b"\0")
    for size in (0, 3, 100, len(whole) // 2, len(whole) - 10):
        with pytest.raises(SourceUnavailable, match="damaged|incomplete|no archive"):
            read(whole[:size], f"x{suffix}")


@pytest.mark.parametrize("suffix", PACKED)
def test_whatever_is_damaged_is_read_or_refused(read, suffix: str):
    chance, files = random.Random(5), {f"_n/{number}.md": MARK + bytes([number]) * 200 for number in range(6)}
    refused = 0
    for _ in range(150):
        content = bytearray(PACKED[suffix](files))
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = chance.randrange(len(content))
            if chance.random() < 0.7:
                content[at] = chance.randrange(256)
            elif chance.random() < 0.5:
                del content[at + 1 : at + chance.randrange(1, 600)]
            else:
                content[at:at] = content[max(0, at - 512) : at]
        try:
            assert read(bytes(content), f"x{suffix}", archive_bytes=50_000_000) is not None
        except SourceUnavailable:
            refused += 1
    assert refused > 20


def test_headers_that_lead_to_headers_are_refused(read):
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 4
    with pytest.raises(SourceUnavailable, match="damaged|a header of more than"):
        read((name.tobuf() + b"a.md".ljust(512, b"\0")) * 900 + tar({"a.md": MARK}))


def test_a_damaged_header_does_not_end_an_archive_early(read):
    whole = bytearray(tar({f"{number}.md": MARK for number in range(4)}))
    at = whole.index(b"2.md")
    whole[at : at + 10] = b"\xff" * 10
    with pytest.raises(SourceUnavailable, match="it does not end as a tar archive ends"):
        read(bytes(whole))


def test_a_damaged_member_of_a_zip_archive_is_rejected(read):
    good = zipped({"a.md": MARK * 9, "b.md": b"other" * 9})
    at = good.index(b"a.md") + 8
    assert read(good[:at] + b"\xff" + good[at + 1 :]) == {"a.md": "damaged", "b.md": b"other" * 9}
    claiming = good.replace(len(b"other" * 9).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert read(claiming) == {"a.md": MARK * 9, "b.md": "damaged"}
    encrypted = good[: good.rindex(b"PK\x01\x02") + 8] + b"\1" + good[good.rindex(b"PK\x01\x02") + 9 :]
    assert read(encrypted) == {"a.md": MARK * 9, "b.md": "encrypted"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.md", MARK)
    assert read(packed.getvalue()) == {"a.md": "unknown_compression"}


def bombs() -> dict[str, bytes]:
    """Archives of a few kilobytes, each of which would take ten megabytes of disk or memory."""
    many = 10_000_000
    pax = b"12 x=" + b"0" * many
    long_header = tarfile.TarInfo("././@PaxHeader")
    long_header.type, long_header.size = tarfile.XHDTYPE, len(pax)
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, many
    after = tar({"a.md": MARK})
    return {
        "member that is not read": gzip.compress(tar({"a.bin": bytes(many), "a.md": MARK})),
        "pax header": gzip.compress(long_header.tobuf() + pax.ljust(-(-len(pax) // 512) * 512, b"\0") + after),
        "long name": gzip.compress(long_name.tobuf() + b"a" * many + bytes(-many % 512) + after),
        "members": zipped({f"{number}.md": bytes(500_000) for number in range(20)}),
    }


@pytest.mark.parametrize(
    "name",
    ["member that is not read", "pax header", "long name", "members"],
)
def test_a_bomb_is_refused_in_little_memory(read, name: str):
    content = bombs()[name]
    assert len(content) < 200_000
    tracemalloc.start()
    try:
        with pytest.raises(SourceUnavailable, match="`archive_bytes`|a header of more than"):
            read(content, archive_bytes=5_000_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_zip_archive_with_too_long_a_list_of_members_is_refused(read):
    with pytest.raises(SourceUnavailable, match="limit `files`"):
        read(zipped({f"{number:0200}.md": b"" for number in range(6_000)}), files=100)


def test_a_member_that_claims_little_does_not_unpack_to_more(read):
    bomb = zipped({"a.md": bytes(30_000_000)})
    claiming = bomb.replace((30_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    tracemalloc.start()
    assert read(claiming) == {"a.md": "damaged"}
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_what_a_server_has_is_fetched_when_it_changed(tmp_path: Path):
    requests: list[str] = []
    (tmp_path / "served").mkdir()
    file = tmp_path / "served" / "site.zip"
    file.write_bytes(zipped({"site/a.md": MARK}))
    with https_server(file.parent, requests) as url:
        uri = f"{url.replace('//', '//me:secret@')}/site.zip?raw=1"
        first = open_source("s", uri, clones=tmp_path / "clones").position()
        again = open_source("s", uri, clones=tmp_path / "clones")
        assert again.position() == first
        assert [file.path for file in again.list().files] == ["a.md"]
        file.write_bytes(zipped({"site/b.md": MARK}))
        changed = open_source("s", uri, clones=tmp_path / "clones")
        assert changed.position() != first and [file.path for file in changed.list().files] == ["b.md"]
        assert [line.split()[0] for line in requests] == ["200", "304", "200"]
        assert all(line.endswith("Basic bWU6c2VjcmV0") for line in requests)
        (next((tmp_path / "clones").glob("*.archive"))).write_bytes(b"cut")
        assert open_source("s", uri, clones=tmp_path / "clones").position() == changed.position()


def test_the_login_goes_to_the_host_of_the_url_alone(tmp_path: Path):
    requests: list[str] = []
    (tmp_path / "x.zip").write_bytes(zipped({"a.md": MARK}))
    with https_server(tmp_path, requests) as url:
        elsewhere = url.replace("127.0.0.1", "localhost")
        uri = f"{url.replace('//', '//me:secret@')}/to/{elsewhere}/x.zip"
        assert [file.path for file in open_source("s", uri, clones=tmp_path / "clones").list().files] == ["a.md"]
    assert [len(line.split()) for line in requests] == [4, 2]  # status, path, and the login


def test_what_a_server_does_not_give_is_told_without_secrets(tmp_path: Path):
    requests: list[str] = []
    with https_server(tmp_path, requests) as url:
        signed = url.replace("//", "//me:secret@")

        def why(path: str, **limits: float) -> str:
            with pytest.raises(SourceUnavailable) as failed:
                open_source("s", signed + path, clones=tmp_path / "clones", limits=Limits(**limits)).position()
            assert "secret" not in str(failed.value)
            return f"{failed.value.why} {failed.value.may_pass}"

        assert why("/no.zip") == "there is no such file (status 404) False"
        assert why("/to/http://127.0.0.1:1/x.zip").startswith("it leads to another protocol than https")
        (tmp_path / "x.zip").write_bytes(bytes(2_000))
        assert "limit `archive_bytes`" in why("/x.zip", archive_bytes=1_000)
        assert "limit `git_seconds`" in why("/x.zip", git_seconds=0)
        requests.clear()
        assert "host does not answer" in why("/to/https://localhost:1/x.zip") and "True" in why(
            "/to/https://127.0.0.1:1/x.zip"
        )
    assert "host does not answer" in why("/x.zip")
    with https_server(tmp_path, requests) as url, pytest.MonkeyPatch.context() as patch:
        patch.delenv("SSL_CERT_FILE")
        signed = url
        assert why("/x.zip").startswith("its certificate is not trusted")


def test_what_is_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.zip").mkdir()
    for uri in (
        "x.tar.gz",
        "X.TGZ",
        "/srv/x.tar.zst",
        "https://h.example/x.zip?a=b",
        "archive:x",
        "archive:https://h.example/",
    ):
        assert locate(uri) == Place("archive", uri)
    for uri in ("git+https://h.example/x.zip", "ssh://h.example/x.zip", "host:x.zip"):
        assert locate(uri).kind == "remote"
    assert locate("folder.zip").kind == "folder"
    with pytest.raises(ValueError, match="kind archive has no ref"):
        locate("x.zip", "main")
    for uri, why in {"archive:http://h.example/x": "begins with https://", "archive:/nowhere": "No such file"}.items():
        with pytest.raises(SourceUnavailable, match=why):
            open_source("s", uri, clones=tmp_path / "clones").position()
    with pytest.raises(SourceUnavailable, match="this is no file"):
        open_source("s", "archive:folder.zip", clones=tmp_path / "clones").position()
    with pytest.raises(SourceUnavailable, match="needs a folder"):
        open_source("s", "x.zip")
