"""Snapshots in an object store: what is sent, what readers have at every moment, and what is retired."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import obstore
import pytest

from matterhouse.sources.stores import StoreFailed, open_store
from matterhouse.warehouse import manifest, sending
from matterhouse.warehouse.remote import Remote
from matterhouse.warehouse.snapshots import Snapshot
from tests.stores import bucket, current_of, make_snapshot

TABLES = {"records": b"records", "articles": b"articles", "raw.documents": b"documents"}
CHANGED = TABLES | {"records": b"other records"}


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    with bucket() as url:
        yield url


@pytest.fixture
def url(store: str, request: pytest.FixtureRequest) -> str:
    """A prefix of its own for each test."""
    return f"{store}/ware house/{request.node.name}"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the store since then, as ``put manifest.json``."""
    asked: list[str] = []
    for name, at in (("put", 1), ("copy", 2), ("delete", 1)):

        def spy(
            *args: object, real: Callable = getattr(obstore, name), name: str = name, at: int = at, **options: object
        ):
            asked.append(f"{name} {str(args[at]).rpartition('/')[2]}")
            return real(*args, **options)

        monkeypatch.setattr(obstore, name, spy)
    return asked


def keys(url: str) -> list[str]:
    return sorted(meta["path"] for meta in obstore.list(open_store(url)).collect())


def ids(url: str) -> set[str]:
    return {key.split("/")[1] for key in keys(url) if "/" in key}


def test_a_snapshot_is_sent_whole_and_then_pointed_to(url: str, tmp_path: Path, done: list[str]):
    snapshot = make_snapshot(tmp_path / "w", TABLES)
    sending.send(Remote(url), snapshot)
    assert current_of(url) == snapshot.id
    below = {path.relative_to(snapshot.path).as_posix() for path in snapshot.path.rglob("*") if path.is_file()}
    assert set(keys(url)) == {"current.json", *(f"snapshots/{snapshot.id}/{path}" for path in below)}
    assert done[-2:] == ["put manifest.json", "put current.json"]
    done.clear()
    sending.send(Remote(url), snapshot)
    assert done == []


def test_what_the_store_has_is_copied_there(url: str, tmp_path: Path, done: list[str]):
    sending.send(Remote(url), make_snapshot(tmp_path / "w", TABLES))
    done.clear()
    second = make_snapshot(tmp_path / "w", CHANGED)
    sending.send(Remote(url), second)
    assert current_of(url) == second.id
    assert sorted(done) == sorted([
        "copy articles.parquet", "copy raw.documents.parquet", "copy runs.json", "put records.parquet", "put warehouse.duckdb",
        "put report.md", "put manifest.json", "put current.json",
    ])  # fmt: skip


def test_what_is_not_as_it_was_in_the_store_is_sent_again(url: str, tmp_path: Path, done: list[str]):
    first = make_snapshot(tmp_path / "w", TABLES)
    sending.send(Remote(url), first)
    top = f"snapshots/{first.id}/parquet"
    obstore.delete(open_store(url), f"{top}/articles/articles.parquet")
    obstore.put(open_store(url), f"{top}/raw.documents/raw.documents.parquet", b"cut")
    done.clear()
    second = make_snapshot(tmp_path / "w", CHANGED)
    sending.send(Remote(url), second)
    assert current_of(url) == second.id and [each for each in done if each.startswith("copy")] == ["copy runs.json"]


def test_back_to_an_older_snapshot_only_the_pointer_moves(url: str, tmp_path: Path, done: list[str]):
    first = make_snapshot(tmp_path / "w", TABLES)
    for snapshot in (first, make_snapshot(tmp_path / "w", CHANGED)):
        sending.send(Remote(url), snapshot)
    done.clear()
    sending.send(Remote(url), first)
    assert (current_of(url), done) == (first.id, ["put current.json"])


class Killed(BaseException):
    """Stands for a process that ends at this moment."""


def test_whatever_moment_ends_a_process_readers_have_a_whole_snapshot(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first, second = (make_snapshot(tmp_path / "w", tables) for tables in (TABLES, CHANGED))
    sending.send(Remote(url), first)
    left = 0

    def ends(real: Callable, comes_after: bool) -> Callable:
        def spy(*args: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                if comes_after:
                    real(*args, **options)
                raise Killed
            if left < 0:
                raise Killed
            return real(*args, **options)

        return spy

    real = {name: getattr(obstore, name) for name in ("put", "copy", "get", "list")}
    for comes_after in (False, True):
        for moment in range(1, 30):
            left = moment
            with monkeypatch.context() as patch:
                for name, function in real.items():
                    patch.setattr(obstore, name, ends(function, comes_after))
                try:
                    sending.send(Remote(url), second)
                except Killed:
                    pass
                else:
                    break
            assert current_of(url) in (first.id, second.id)
        assert moment > 10 and current_of(url) == second.id
        sending.send(Remote(url), first)
        for key in keys(url):
            if second.id in key:
                obstore.delete(open_store(url), key)


def test_two_warehouses_do_not_mix_in_a_prefix(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    one, other = (make_snapshot(tmp_path / name, tables) for name, tables in (("w", TABLES), ("v", CHANGED)))
    sending.send(Remote(url), one)
    with pytest.raises(StoreFailed, match="another warehouse is published there"):
        sending.send(Remote(url), Snapshot(other.path.rename(other.path.with_name(one.id))))
    late, others = make_snapshot(tmp_path / "w", CHANGED), [make_snapshot(tmp_path / "v", TABLES) for _ in range(2)]
    put = sending.manifest.check

    def meanwhile(*args: object) -> None:
        put(*args)
        monkeypatch.undo()
        sending.send(Remote(url), others[-1])

    monkeypatch.setattr(sending.manifest, "check", meanwhile)
    with pytest.raises(StoreFailed, match="its pointer leads to .*each needs a prefix of its own"):
        sending.send(Remote(url), late)
    assert current_of(url) == others[-1].id


def test_an_answer_that_got_lost_is_no_failure(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The library asks again, and the second time the object is there already: by ourselves."""
    put = obstore.put

    def twice(*args: object, **options: object) -> object:
        put(*args, **options)
        return put(*args, **options)

    monkeypatch.setattr(obstore, "put", twice)
    for tables in (TABLES, CHANGED):
        snapshot = make_snapshot(tmp_path / "w", tables)
        sending.send(Remote(url), snapshot)
        assert current_of(url) == snapshot.id


def test_a_manifest_in_the_store_is_never_replaced(url: str, tmp_path: Path):
    snapshot = make_snapshot(tmp_path / "w", TABLES)
    obstore.put(open_store(url), f"snapshots/{snapshot.id}/manifest.json", b"of another")
    with pytest.raises(StoreFailed, match="another warehouse"):
        sending.send(Remote(url), snapshot)
    assert current_of(url) is None
    obstore.put(open_store(url), "current.json", b"no JSON")
    with pytest.raises(StoreFailed, match="its current.json is none of Matterhouse's"):
        sending.send(Remote(url), snapshot)


def test_a_damaged_snapshot_is_not_sent(url: str, tmp_path: Path):
    snapshot = make_snapshot(tmp_path / "w", TABLES)
    file = snapshot.path / "parquet" / "records" / "records.parquet"
    file.chmod(0o644)
    file.write_bytes(b"RECORDS")
    with pytest.raises(manifest.Damaged, match="records.parquet"):
        sending.send(Remote(url), snapshot)
    assert current_of(url) is None


def test_old_snapshots_are_retired(url: str, tmp_path: Path):
    remote, notes = Remote(url), []
    sent = [make_snapshot(tmp_path / "w", TABLES | {"records": bytes([number])}) for number in range(4)]
    for snapshot in sent:
        sending.send(remote, snapshot)
    assert sending.retire(remote, 1, 24, notes) == []
    sending.send(remote, sent[0])  # as after a rollback
    assert sending.retire(remote, 2, 0, notes) == [sent[1].id]
    assert ids(url) == {sent[0].id, sent[2].id, sent[3].id} and current_of(url) == sent[0].id
    sending.send(remote, sent[3])
    assert sending.retire(remote, 1, 0, notes) == [sent[0].id, sent[2].id]
    assert ids(url) == {sent[3].id} and notes == []


def test_what_is_not_whole_goes_a_day_later(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    remote, snapshot = Remote(url), make_snapshot(tmp_path / "w", TABLES)
    sending.send(remote, snapshot)
    obstore.put(open_store(url), "snapshots/000009-20260101T000000Z/parquet/records/a.parquet", b"unfinished")
    obstore.put(open_store(url), "snapshots/notes.txt", b"of somebody else")
    assert sending.retire(remote, 1, 0, []) == []
    in_a_day = time.time() + 25 * 3600
    monkeypatch.setattr(time, "time", lambda: in_a_day)
    assert sending.retire(remote, 1, 0, []) == ["000009-20260101T000000Z"]
    assert "snapshots/notes.txt" in keys(url) and current_of(url) == snapshot.id


def test_the_pointer_is_for_people_and_programs(url: str, tmp_path: Path):
    snapshot = make_snapshot(tmp_path / "w", TABLES)
    sending.send(Remote(url), snapshot)
    result = obstore.get(open_store(url), "current.json")
    assert json.loads(bytes(result.bytes())) == {
        "snapshot": snapshot.id,
        "path": f"snapshots/{snapshot.id}",
        "manifest_sha256": Remote(url).pointer().manifest_sha256,
    }
    assert (result.attributes["Content-Type"], result.attributes["Cache-Control"]) == ("application/json", "no-cache")
