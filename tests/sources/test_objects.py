"""Object stores as sources: known by ETag and size, what cannot be read, and what is said of stores that fail."""

from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

from matterhouse.sources import Limits, SourceUnavailable, Unreadable, open_source
from matterhouse.sources.files import blob_id
from matterhouse.sources.stores import open_store
from tests.stores import bucket


@pytest.fixture
def top() -> Iterator[str]:
    with bucket() as url:
        yield url


def test_what_was_read_is_known_by_its_version(top: str, tmp_path: Path):
    store = open_store(top)
    for name, content in {"a.md": b"1", "b.md": b"2"}.items():
        obstore.put(store, name, content)
    source = open_source("s", top, clones=tmp_path)
    assert [file.content_hash for file in source.list().files] == [None, None]
    assert [content for _, content in source.read(source.list().files)] == [b"1", b"2"]
    assert [file.content_hash for file in source.list().files] == [blob_id(b"1"), blob_id(b"2")]
    obstore.put(store, "a.md", b"3")  # as large as before, and in the same second, as a rule
    again = open_source("s", top, clones=tmp_path).list().files
    assert [file.content_hash for file in again] == [None, blob_id(b"2")]
    [notes] = tmp_path.glob("*.versions")
    notes.write_bytes(notes.read_bytes()[:-20])  # what a kill leaves
    assert [file.content_hash for file in source.list().files].count(None) == 2
    assert len(list(source.read(source.list().files))) == 2
    assert [file.content_hash for file in source.list().files] == [blob_id(b"3"), blob_id(b"2")]


def test_notes_of_what_is_no_more_are_left_out(top: str, tmp_path: Path):
    obstore.put(open_store(top), "a.md", b"1")
    source = open_source("s", top, clones=tmp_path)
    list(source.read(source.list().files))
    [notes] = tmp_path.glob("*.versions")
    old = "".join(f"{number:032x} {number:040x}\n" for number in range(1_100))
    notes.write_text(old + notes.read_text())
    assert [file.content_hash for file in source.list().files] == [blob_id(b"1")]
    assert len(notes.read_text().split("\n")) < 5


def test_an_object_that_grew_or_went_since_the_listing_is_rejected_alone(top: str, tmp_path: Path):
    store = open_store(top)
    for name in ("a.md", "b.md", "c.md"):
        obstore.put(store, name, b"small")
    source = open_source("s", top, clones=tmp_path, limits=Limits(file_bytes=10))
    files = source.list().files
    obstore.put(store, "a.md", b"larger than that")
    obstore.delete(store, "b.md")
    found = [content.reason if isinstance(content, Unreadable) else content for _, content in source.read(files)]
    assert found == ["too_large", "vanished", b"small"]


def test_what_is_not_asked_for_is_not_fetched_and_many_come_in_order(top: str, tmp_path: Path):
    store = open_store(top)
    for number in range(40):
        obstore.put(store, f"{number:02}.md", f"{number}".encode())
    source = open_source("s", top, clones=tmp_path)
    files = source.list().files
    assert [content for _, content in source.read(files)] == [f"{number}".encode() for number in range(40)]
    some = source.read(files)
    next(some)
    some.close()


@pytest.mark.parametrize("uri, why", [
    ("s3://key:secret@bucket/x", "credentials come from environment variables"), ("s3://bucket/x?token=secret", "without login"),
    ("s3:///x", "expected a bucket"), ("az://container/x", "cannot be opened"),
    ("s3://no-such-bucket-here/x", "there is no such bucket"),
])  # fmt: skip
def test_a_store_that_cannot_be_used_says_why(
    top: str, tmp_path: Path, uri: str, why: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(SourceUnavailable, match=why) as failed:
        open_source("s", uri, clones=tmp_path).list()
    assert "secret" not in str(failed.value) and not failed.value.may_pass


def test_a_server_that_does_not_answer_may_do_so_later(top: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(SourceUnavailable, match="does not answer") as failed:
        open_source("s", top, clones=tmp_path).list()
    assert failed.value.may_pass


def test_without_a_login_in_the_environment_there_is_none(top: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(SourceUnavailable, match="cannot be opened .*AccessKeyId"):
        open_source("s", top, clones=tmp_path).list()
