"""A warehouse that is missing, empty, damaged or stale is told in plain words; a reader is never hurt by runs."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import duckdb
import pytest

from matterhouse.dashboards.opened import Snapshots
from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from tests.dashboards.conftest import client_of, loaded, written
from tests.dashboards.html import Html

PAGES = ("/", "/topics", "/providers", "/documents", "/content", "/quality", "/tables")


def copy_of(warehouse: Path, folder: Path) -> Path:
    """A copy whose files can be changed."""
    copied = Path(shutil.copytree(warehouse, folder / "copy", symlinks=True))
    for file in copied.rglob("*"):
        if not file.is_symlink():
            file.chmod(0o700)
    return copied


@pytest.mark.parametrize("there", ["nothing", "a folder", "a link that leads nowhere"])
def test_without_a_snapshot_it_says_how_to_get_one(tmp_path, there):
    warehouse = tmp_path / "warehouse"
    if there != "nothing":
        warehouse.mkdir()
    if there == "a link that leads nowhere":
        (warehouse / "current").symlink_to("snapshots/000001-20260101T000000Z")
    with client_of(warehouse) as client:
        for page in PAGES:
            answer = client.get(page)
            assert answer.status_code == 503 and answer.headers["retry-after"] == "60"
            assert "Nothing is published yet" in answer.text and "matterhouse run" in answer.text
            assert str(tmp_path) not in answer.text


def test_an_empty_warehouse_is_shown_and_said_to_be_empty(tmp_path):
    (tmp_path / "content").mkdir()
    loaded(tmp_path / "content", tmp_path / "warehouse")
    with client_of(tmp_path / "warehouse") as client:
        for page in PAGES:
            answer = client.get(page)
            assert answer.status_code == 200, answer.text
            assert "holds no documents" in answer.text
        assert client.get("/table?table=records").status_code == 200
        assert client.get("/csv/documents.csv").text.count("\n") == 1


def damage_manifest(snapshot: Path) -> None:
    (snapshot / "manifest.json").write_text('{"id": 1}')


def damage_database(snapshot: Path) -> None:
    (snapshot / "warehouse.duckdb").write_bytes(b"no database")


def remove_database(snapshot: Path) -> None:
    (snapshot / "warehouse.duckdb").unlink()


def damage_parquet(snapshot: Path) -> None:
    for file in (snapshot / "parquet" / "marts.topics_canonical").iterdir():
        file.write_bytes(b"no parquet")


@pytest.mark.parametrize("damage", [damage_manifest, damage_database, remove_database, damage_parquet])
def test_a_damaged_snapshot_is_told_and_the_next_one_read(family, tmp_path, damage):
    warehouse = copy_of(family, tmp_path)
    older, newest = sorted((warehouse / "snapshots").iterdir())
    damage(newest)
    with client_of(warehouse) as client:
        for page in ("/", "/topics", "/csv/topics.csv"):
            answer = client.get(page)
            assert answer.status_code == 503 and "The snapshot cannot be read" in answer.text, answer.text
            assert "rollback" in answer.text and str(tmp_path) not in answer.text
        (warehouse / "current").unlink()
        (warehouse / "current").symlink_to(f"snapshots/{older.name}")
        assert older.name in client.get("/").text


def test_a_stale_source_is_told_and_what_is_published_meanwhile_is_seen_on_the_next_request(tmp_path):
    content = written(tmp_path / "content", {"_news/2020-01-01-old.md": "---\ntitle: Old\n---\n"})
    config = tmp_path / "matterhouse.yml"
    config.write_text(f"sources:\n  news: {{uri: 'folder:{content}', max_age: 48}}\n")
    assert refresh(load(config)).error is None
    with client_of(tmp_path / "warehouse") as client:
        overview, quality = (Html(client.get(page).text).text for page in ("/", "/quality"))
        assert "news is stale: its newest content is of 2020-01-01 00:00 UTC, older than the 48 hours" in overview
        assert "stale: nothing new for more than 48 hours" in quality
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        written(content, {f"_news/{today}-new.md": "---\ntitle: New one\n---\n"})
        assert refresh(load(config)).error is None
        after = Html(client.get("/").text).text
    assert (tmp_path / "warehouse" / "current").resolve().name in after and "New one" not in overview
    assert "brought 1 new document" in after and "New one" in after and "stale" not in after


def test_a_snapshot_stays_open_for_its_readers_alone(family, tmp_path):
    """The one that a reader holds stays whole, one that nobody reads any more is closed, and its files are let go."""
    warehouse = copy_of(family, tmp_path)
    older, newest = sorted((warehouse / "snapshots").iterdir())
    snapshots = Snapshots(warehouse)
    with snapshots.current() as held:
        assert held.id == newest.name
        (warehouse / "current").unlink()
        (warehouse / "current").symlink_to(f"snapshots/{older.name}")
        with snapshots.current() as other:
            assert other.id == older.name
            assert len(other.ask("documents")) == len(held.ask("documents")) - 1
        assert str(newest) in _open_files()
    assert str(newest) not in _open_files()
    assert str(older) in _open_files()
    snapshots.close()
    assert str(older) not in _open_files()


def _open_files() -> str:
    found = []
    for number in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    return "\n".join(found)


@pytest.mark.slow
def test_no_request_fails_while_runs_publish_and_retire(tmp_path):
    """As many runs as an hour has at one a minute, each of which retires every snapshot but its own at once."""
    content = written(tmp_path / "content", {f"posts/{n:03}.md": f"---\ntitle: Post {n}\n---\n" for n in range(20)})
    config = tmp_path / "matterhouse.yml"
    retention = "retention: {keep: 1, grace_hours: 0}"
    config.write_text(f"{retention}\nsources:\n  blog: {{uri: 'folder:{content}'}}\n")
    settings = load(config)
    assert refresh(settings).error is None
    published, ended, seen, failed = [], Event(), set(), []

    def read(client) -> None:
        addresses = [*PAGES, "/topic?topic=Nobody", "/table?table=marts.posts_monthly", "/csv/documents.csv"]
        while not ended.is_set():
            for address in addresses:
                answer = client.get(address)
                seen.update(part for part in published if part in answer.text)
                if answer.status_code not in (200, 404):
                    failed.append((address, answer.status_code, answer.text))

    with client_of(tmp_path / "warehouse") as client:
        reader = Thread(target=read, args=(client,))
        reader.start()
        try:
            for number in range(60):
                written(content, {f"posts/{number % 20:03}.md": f"---\ntitle: Post {number} again\n---\n"})
                os.utime(content / f"posts/{number % 20:03}.md", (1_700_000_000 + number, 1_700_000_000 + number))
                report = refresh(settings)
                assert report.error is None and report.published
                published.append(report.snapshot)
        finally:
            ended.set()
            reader.join()
    assert failed == []
    assert len(seen) > 3
    assert len(list((tmp_path / "warehouse" / "snapshots").iterdir())) == 1


def test_a_warehouse_in_a_folder_whose_name_looks_like_a_glob_is_read(blog, tmp_path):
    folder = tmp_path / "odd [a-z]*'x"
    folder.mkdir()
    warehouse = copy_of(blog, folder)
    with client_of(warehouse) as client:
        for page in ("/topics", "/table?table=raw.documents"):
            assert client.get(page).status_code == 200, page
        document = Html(client.get("/documents").text).linked("document?record=")[0]
        assert "Front matter as JSON" in client.get(f"/{document[2:]}").text


def test_a_snapshot_of_another_version_is_told(blog, tmp_path):
    warehouse = copy_of(blog, tmp_path)
    with duckdb.connect(warehouse / "current" / "warehouse.duckdb") as connection:
        connection.execute("ALTER TABLE meta.sources DROP COLUMN kind").fetchall()
    with client_of(warehouse) as client:
        answer = client.get("/quality")
        assert answer.status_code == 503 and "another version of Matterhouse made it" in answer.text
        assert client.get("/documents").status_code == 200
