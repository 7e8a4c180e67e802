"""Publication, rollback and retention of snapshots, on a warehouse that real runs made."""

import shutil
import stat
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from matterhouse import open_snapshot
from matterhouse.engine.run import refresh
from matterhouse.settings import loading as config
from matterhouse.warehouse import snapshots, upkeep
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.warehouse.damage import Project
from tests.warehouses import parquet_differences, rows


class Warehouse:
    """A warehouse of a source with one document, which `publish` changes and loads."""

    def __init__(self, folder: Path):
        self.content, self.root = folder / "content", folder / "w"
        (self.content / "_news").mkdir(parents=True)
        self.layout = Layout(self.root)

    def publish(self, title: str):
        (self.content / "_news" / "a.md").write_text(f"---\ntitle: {title}\n---\n")
        return self.run()

    def run(self, keep: int = 100, **options):
        settings = config.load(None, [f"news=folder:{self.content}"], self.root)
        retention = settings.retention.model_copy(update={"keep": keep, "grace_hours": 0})
        return refresh(settings.model_copy(update={"retention": retention}), **options)

    @property
    def titles(self) -> list[str]:
        return [title for (title,) in rows(self.root, "SELECT title FROM records")]

    @property
    def ids(self) -> list[str]:
        return [snapshot.id for snapshot in snapshots.snapshots(self.layout)]


@pytest.fixture(scope="module")
def four_published(tmp_path_factory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("published"))
    for title in ("One", "Two", "Three", "Four"):
        assert warehouse.publish(title).error is None
    return warehouse


@pytest.fixture
def warehouse(four_published, tmp_path) -> Warehouse:
    """Four snapshots, that a test may do with what it likes."""
    copy = Warehouse(tmp_path)
    shutil.copytree(four_published.root, copy.root, symlinks=True)
    shutil.copytree(four_published.content, copy.content, dirs_exist_ok=True)
    return copy


def test_ids_sort_by_age_and_current_is_the_newest(warehouse):
    assert [each.split("-")[0] for each in warehouse.ids] == ["000001", "000002", "000003", "000004"]
    assert snapshots.current(warehouse.layout).id == warehouse.ids[-1]
    assert warehouse.titles == ["Four"]


def test_the_manifest_describes_every_file(warehouse):
    snapshot = snapshots.current(warehouse.layout)
    manifest = snapshot.manifest()
    described = {file["path"] for table in manifest["tables"].values() for file in table["files"]}
    assert described == {path.relative_to(snapshot.path).as_posix() for path in snapshot.parquet.rglob("*.parquet")}
    assert manifest["tables"]["records"]["rows"] == 1
    assert manifest["sources"]["news"]["kind"] == "folder"
    assert snapshot.damaged_files() == []


def test_a_changed_byte_is_found(warehouse):
    snapshot = snapshots.current(warehouse.layout)
    file = snapshot.parquet / "records" / "records.parquet"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert snapshot.damaged_files() == ["parquet/records/records.parquet"]


def test_rolling_back_holds_until_the_next_snapshot_which_builds_on_the_truth(warehouse):
    snapshots.roll_back(warehouse.layout, snapshots.find(warehouse.layout, None))
    assert warehouse.titles == ["Three"]
    assert warehouse.run().state == "unchanged"
    assert warehouse.titles == ["Three"]
    report = warehouse.publish("Five")
    assert report.sources[0].loaded == 1
    assert warehouse.titles == ["Five"]
    assert warehouse.ids[-1].startswith("000005-")


@pytest.mark.parametrize("wanted, problem", [("9", "no snapshot begins"), ("0000", "several snapshots begin")])
def test_a_snapshot_that_is_not_there_is_named(warehouse, wanted, problem):
    with pytest.raises(snapshots.NoSnapshot, match=problem):
        snapshots.find(warehouse.layout, wanted)


def test_nothing_is_before_the_first(warehouse):
    snapshots.roll_back(warehouse.layout, snapshots.find(warehouse.layout, "000001"))
    with pytest.raises(snapshots.NoSnapshot, match="before"):
        snapshots.find(warehouse.layout, None)


def test_a_publication_that_was_interrupted_before_the_switch_is_finished(warehouse):
    before = snapshots.find(warehouse.layout, "000003")
    snapshots.point(warehouse.layout, before)  # as a kill between the two renames leaves it
    report = warehouse.run()
    assert report.state == "unchanged"
    assert "current did not lead to the newest snapshot" in report.notes[-1]
    assert warehouse.titles == ["Four"]


def test_retention_keeps_the_newest(warehouse):
    assert len(snapshots.retire(warehouse.layout, keep=2, grace_hours=0, notes=[])) == 2
    assert [each[:6] for each in warehouse.ids] == ["000003", "000004"]


def test_retention_keeps_what_readers_may_still_have_open(warehouse):
    assert snapshots.retire(warehouse.layout, keep=1, grace_hours=1, notes=[]) == []
    assert len(warehouse.ids) == 4


def test_retention_never_removes_the_current_one(warehouse):
    snapshots.roll_back(warehouse.layout, snapshots.find(warehouse.layout, "000001"))
    snapshots.retire(warehouse.layout, keep=1, grace_hours=0, notes=[])
    assert [each[:6] for each in warehouse.ids] == ["000001", "000004"]
    assert warehouse.titles == ["One"]


def test_an_old_snapshot_that_cannot_be_removed_fails_no_run_and_is_tried_again(warehouse, monkeypatch):
    remove = shutil.rmtree

    def refuse(path, *arguments, **options):
        if Path(path).name.startswith(".retired-"):
            raise PermissionError(1, "Operation not permitted", str(path))
        remove(path, *arguments, **options)

    monkeypatch.setattr(shutil, "rmtree", refuse)
    report = warehouse.run(keep=3, full_refresh=True)
    assert (report.state, report.error) == ("loaded", None)
    assert [each[:6] for each in warehouse.ids] == ["000003", "000004", "000005"]
    assert len(report.notes) == 2 and all("the next run tries again" in note for note in report.notes)
    assert [note for note in warehouse.run().notes if "Operation not permitted" in note]
    monkeypatch.undo()
    assert warehouse.run().notes == []
    assert sorted(warehouse.ids) == sorted(path.name for path in warehouse.layout.snapshots.iterdir())


def test_an_old_snapshot_that_cannot_be_renamed_fails_no_run(warehouse, monkeypatch):
    rename = Path.rename

    def refuse(path, target):
        if Path(target).name.startswith(".retired-"):
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    report = warehouse.run(keep=3, full_refresh=True)
    assert (report.state, report.error) == ("loaded", None)
    assert "could not be retired; the next run tries again" in report.notes[0]
    monkeypatch.undo()
    assert warehouse.run(keep=3, full_refresh=True).notes == []
    assert [each[:6] for each in warehouse.ids] == ["000004", "000005", "000006"]


def test_other_things_in_the_folder_of_snapshots_are_none_of_ours(warehouse):
    names = ("copy of it", "@eaDir", "000009-20990101T000000Z (1)", "000009", "lost+found")
    others = [warehouse.layout.snapshots / name for name in names]
    for other in others:
        other.mkdir()
        (other / "manifest.json").write_text("{}")
    report = warehouse.publish("Five")
    assert (report.state, report.notes) == ("loaded", [])
    assert warehouse.ids[-1].startswith("000005-") and len(warehouse.ids) == 5
    assert warehouse.run(keep=1, full_refresh=True).notes == []
    assert upkeep.damaged(warehouse.layout) == {}
    assert all(other.is_dir() for other in others)


def test_the_millionth_snapshot_is_newer_than_those_before(warehouse):
    newest = snapshots.newest(warehouse.layout)
    for name in ("999999-20990101T000000Z", "1000000-20990101T000000Z"):
        shutil.copytree(newest.path, newest.path.with_name(name))
    assert warehouse.ids[-2:] == ["999999-20990101T000000Z", "1000000-20990101T000000Z"]
    assert warehouse.publish("Five").snapshot.startswith("1000001-")


def test_published_files_cannot_be_written(warehouse):
    files = [path for each in snapshots.snapshots(warehouse.layout) for path in each.path.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o444}


def test_a_reader_keeps_its_snapshot_while_others_are_published(warehouse):
    import duckdb

    with duckdb.connect(snapshots.current(warehouse.layout).database, read_only=True) as reader:
        assert warehouse.publish("Five").error is None
        assert reader.execute("SELECT title FROM records").fetchall() == [("Four",)]
    assert warehouse.titles == ["Five"]


def test_an_unfinished_snapshot_is_thrown_away(warehouse):
    unfinished = warehouse.layout.snapshots / ".next-000005-20990101T000000Z"
    unfinished.mkdir()
    (unfinished / "warehouse.duckdb").write_bytes(b"half")
    assert warehouse.run().state == "unchanged"
    assert not unfinished.exists()


def test_a_warehouse_without_a_snapshot_says_what_to_do(tmp_path):
    with pytest.raises(snapshots.NoSnapshot, match="matterhouse run"):
        snapshots.current(Layout(tmp_path))


ABOVE = ["env=prod/w", "source=lake/w", "record_id=1/path=x/w", "a b/c"]


@pytest.mark.parametrize(
    "above",
    [*(pytest.param(each, marks=pytest.mark.slow) for each in ABOVE), "env=prod/source=lake/record_id=1/path=x/a b/w"],
)
def test_no_folder_above_the_warehouse_is_taken_for_data(tmp_path, above):
    warehouse = Warehouse(tmp_path)
    warehouse.root = tmp_path / above
    for title in ("One", "Two"):
        report = warehouse.publish(title)
        assert (report.state, report.error) == ("loaded", None)
    documents = rows(warehouse.root, "SELECT source, path FROM raw.documents")
    assert documents == [("news", "_news/a.md")]
    with open_snapshot(warehouse.root) as snapshot:
        folder = snapshot.parquet("raw.documents")
        assert pd.read_parquet(folder)[["source", "path"]].values.tolist() == [["news", "_news/a.md"]]
        assert pq.read_table(folder).select(["source", "path"]).to_pylist() == [
            {"source": "news", "path": "_news/a.md"}
        ]
        names = snapshot.execute("FROM raw.documents LIMIT 0").description
    assert [name for name, *_ in names] == pq.read_table(folder).column_names
    assert parquet_differences(warehouse.root) == {}


@pytest.mark.parametrize("name", ["[w]*", "w" * 200])
def test_a_warehouse_may_have_any_name(tmp_path, name):
    warehouse = Warehouse(tmp_path)
    warehouse.root = tmp_path / name
    for title in ("One", "Two"):
        report = warehouse.publish(title)
        assert (report.state, report.error) == ("loaded", None)
    assert warehouse.titles == ["Two"]


def test_runs_have_a_file_of_their_own_and_come_back_from_it(tmp_path):
    """Most runs read the manifest alone, which does not grow with a warehouse's age."""
    project = Project(tmp_path).make(1)
    size = (project.newest.path / "manifest.json").stat().st_size
    ledger = Ledger(project.layout.ledger)
    [known] = ledger.runs()
    with ledger.transaction():
        ledger.put_runs({**known, "run_id": f"later-{number:03}", "state": "unchanged"} for number in range(500))
    ledger.close()
    project.edit("Later")
    assert project.run().state == "loaded"
    assert (project.newest.path / "manifest.json").stat().st_size < size + 20_000
    assert rows(project.root, "SELECT count(*) FROM meta.runs") == [(502,)]
    for file in project.layout.state.glob("ledger.sqlite*"):
        file.unlink()
    assert project.run().state == "unchanged"
    ledger = Ledger(project.layout.ledger)
    assert len(ledger.runs()) == 503
    ledger.close()
