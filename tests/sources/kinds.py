"""Places of every kind that hold the same files, and can be changed, for tests that all kinds have to pass."""

import io
import os
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import obstore
import pyarrow as pa

from matterhouse.sources.files import RACY_NS
from matterhouse.sources.stores import open_store
from tests.sources.servers import https_server
from tests.stores import bucket

Files = Mapping[str, bytes]


@dataclass
class Place:
    """``write`` lets a place hold these files and no others, ``remove`` takes it away, ``age`` makes it look as if it
    had been written a while ago.
    """

    uri: str
    write: Callable[[Files], object]
    remove: Callable[[], object]
    age: Callable[[], None] = lambda: None
    requests: list[str] = field(default_factory=list)


def tar(files: Files, mode: str = "w:") -> bytes:
    """A tar archive of these files, one after the other as they are given."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def tar_zst(files: Files) -> bytes:
    return pa.Codec("zstd").compress(tar(files), asbytes=True)


def zipped(files: Files) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


PACKED: dict[str, Callable[[Files], bytes]] = {
    ".tar": tar,
    ".tar.gz": lambda files: tar(files, "w:gz"),
    ".tar.zst": tar_zst,
    ".zip": zipped,
}


def _fill(folder: Path, files: Files) -> None:
    for path in [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]:
        path.unlink()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def _age(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (1_700_000_000, 1_700_000_000))


@contextmanager
def folder(at: Path) -> Iterator[Place]:
    top = at / "content"
    top.mkdir()
    yield Place(
        str(top), lambda files: _fill(top, files), lambda: top.rename(at / "away"), lambda: _age(*top.rglob("*"))
    )


@contextmanager
def git(at: Path) -> Iterator[Place]:
    top = at / "content"
    top.mkdir()
    run = ["git", "-C", str(top)]
    subprocess.run([*run, "init", "-q", "-b", "main"], check=True)

    def write(files: Files) -> None:
        _fill(top, files)
        subprocess.run([*run, "add", "--all"], check=True)
        subprocess.run([*run, "commit", "-q", "--allow-empty", "-m", "change"], check=True)

    yield Place(str(top), write, lambda: top.rename(at / "away"))


@contextmanager
def archive(at: Path, suffix: str) -> Iterator[Place]:
    file = at / f"content{suffix}"
    yield Place(str(file), lambda files: file.write_bytes(PACKED[suffix](files)), file.unlink, lambda: _age(file))


@contextmanager
def archive_by_https(at: Path) -> Iterator[Place]:
    file = at / "served" / "content.tar.gz"
    file.parent.mkdir()
    requests: list[str] = []
    with https_server(file.parent, requests) as url:
        place = f"{url}/content.tar.gz"
        yield Place(place, lambda files: file.write_bytes(tar(files, "w:gz")), file.unlink, requests=requests)


@contextmanager
def objects(at: Path) -> Iterator[Place]:
    with bucket() as top:
        uri = f"{top}/con tent"
        obstore.put(open_store(top), "con tents/other.md", b"of another prefix")

        def write(files: Files) -> None:
            store = open_store(uri)
            for meta in obstore.list(store).collect():
                obstore.delete(store, meta["path"])
            for name, content in files.items():
                obstore.put(store, name, content)

        def remove() -> None:
            os.environ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"

        yield Place(uri, write, remove, lambda: time.sleep(RACY_NS / 1e9))


KINDS: dict[str, Callable[[Path], object]] = {
    "folder": folder,
    "git": git,
    "archive by https": archive_by_https,
    "objects": objects,
}
KINDS |= {f"archive {suffix}": lambda at, suffix=suffix: archive(at, suffix) for suffix in PACKED}
