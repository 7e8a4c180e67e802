"""Runs that publish to an object store, too: sent when there is something new, told when it fails, opened by its URL."""

from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest

import matterhouse
from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings.file import ConfigError
from matterhouse.settings.loading import load
from matterhouse.sources.stores import StoreFailed, open_store
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.snapshots import NoSnapshot
from tests.stores import bucket, current_of


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with bucket() as top:
        yield f"{top}/warehouse"


@pytest.fixture(scope="module")
def folder(url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a configuration and a warehouse of one record, which was sent."""
    here = tmp_path_factory.mktemp("elsewhere")
    (here / "content" / "_news").mkdir(parents=True)
    (here / "content" / "_news" / "a.md").write_text("---\ntitle: A\n---\n")
    (here / "matterhouse.yml").write_text(
        f"sources: {{news: {{uri: content}}}}\npublish: [{url}/, {url}]\nretention: {{keep: 2, grace_hours: 0}}\n"
    )
    report = run(here)
    assert (report.state, report.error, report.notes) == ("loaded", None, [])
    return here


def run(folder: Path) -> Report:
    return refresh(load(folder / "matterhouse.yml"))


def titles(url: str) -> list[str]:
    with matterhouse.open_snapshot(url) as snapshot:
        return [title for (title,) in snapshot.execute("SELECT title FROM records ORDER BY title").fetchall()]


def add(folder: Path, title: str) -> None:
    (folder / "content" / "_news" / f"{title}.md").write_text(f"---\ntitle: {title}\n---\n")


def test_the_url_is_opened_as_a_folder_is(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch):
    with matterhouse.open_snapshot(url) as there, matterhouse.open_snapshot(folder / "warehouse") as here:
        assert there.id == here.id == current_of(url)
        assert there.path == f"{url}/snapshots/{there.id}" and there.parquet("main.records").startswith(there.path)
        assert there.execute("FROM articles").df().equals(here.execute("FROM articles").df())
        with pytest.raises(KeyError, match="no Parquet files of 'nothing'"):
            there.parquet("nothing")
    fetched: list[str] = []
    get = obstore.get
    monkeypatch.setattr(obstore, "get", lambda store, key: fetched.append(key) or get(store, key))
    assert titles(url) == ["A"]
    assert [key.rpartition("/")[2] for key in fetched] == ["current.json", "manifest.json"]  # the database is kept


def test_a_run_sends_what_is_new_and_nothing_else(folder: Path, url: str, monkeypatch: pytest.MonkeyPatch):
    assert "send" not in run(folder).stages
    add(folder, "B")
    failing = pytest.MonkeyPatch()
    failing.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    report = run(folder)
    failing.undo()
    assert report.state == "partial" and report.published and list(report.unsent) == [url]
    assert f"{url} keeps the snapshot that it has: it does not answer" in report.error
    assert titles(url) == ["A"]
    report = run(folder)
    assert (report.state, report.error, list(report.stages)) == ("unchanged", None, ["list", "extract", "send"])
    assert titles(url) == ["A", "B"]


def test_a_rollback_and_retention_hold_there_too(folder: Path, url: str):
    add(folder, "C")
    assert run(folder).state == "loaded"
    layout = Layout(folder / "warehouse")
    kept = [snapshot.id for snapshot in snapshots.snapshots(layout)]
    assert {meta["path"].split("/")[1] for meta in obstore.list(open_store(url), "snapshots").collect()} == set(kept)
    snapshots.roll_back(layout, snapshots.find(layout, None))
    assert run(folder).state == "unchanged"
    assert current_of(url) == kept[0] and "C" not in titles(url)
    snapshots.roll_back(layout, snapshots.find(layout, kept[-1]))
    run(folder)
    assert "C" in titles(url)


def test_what_is_not_as_it_was_published_is_not_opened(folder: Path, url: str):
    run(folder)
    current, store = current_of(url), open_store(url)
    database = f"snapshots/{current}/warehouse.duckdb"
    content = bytes(obstore.get(store, database).bytes())
    [kept] = Path(_cache()).rglob(f"{current}-*.duckdb")
    kept.write_bytes(content[:-1])
    obstore.put(store, database, content.replace(b"A", b"B", 1))
    with pytest.raises(StoreFailed, match="its checksum differs"):
        matterhouse.open_snapshot(url)
    obstore.put(store, database, content)
    assert titles(url)[0] == "A"
    manifest = bytes(obstore.get(store, f"snapshots/{current}/manifest.json").bytes())
    obstore.delete(store, f"snapshots/{current}/manifest.json")
    with pytest.raises(StoreFailed, match="is not whole"):
        matterhouse.open_snapshot(url)
    obstore.put(store, f"snapshots/{current}/manifest.json", manifest)
    with pytest.raises(NoSnapshot, match="has no snapshot yet"):
        matterhouse.open_snapshot(f"{url}-of-nobody")


def _cache() -> str:
    from matterhouse.warehouse.empty_database import cache_folder

    return str(cache_folder() / "snapshots")


def test_a_place_that_is_none_is_a_mistake(folder: Path):
    for place in ("/srv/warehouse", "s3://key:secret@bucket/x", "https://host.example/x", "s3:///x"):
        (folder / "wrong.yml").write_text(f"publish: ['{place}']\nsources: {{news: {{uri: content}}}}\n")
        with pytest.raises(ConfigError, match="expected a bucket and a prefix"):
            load(folder / "wrong.yml")
