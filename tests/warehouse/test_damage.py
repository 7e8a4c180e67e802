"""Damage of the newest snapshot or the ledger: an edit and a run later, everything is right again, and the run says why."""

import os
import random
import shutil
from pathlib import Path

import duckdb
import pytest

from matterhouse.warehouse import snapshots
from tests.warehouse.damage import KINDS, Project, assert_mended, flip, remove, rewrite
from tests.warehouses import rows

DAMAGES = int(os.environ.get("MATTERHOUSE_DAMAGES", "200"))
PIECES = 4  # of the random damages, so that several processes share them


@pytest.fixture(
    scope="module",
    params=[pytest.param(1, id="one snapshot"), pytest.param(2, id="two snapshots", marks=pytest.mark.slow)],
)
def whole(request, tmp_path_factory) -> tuple[Project, Path, int]:
    """A project that nothing has happened to, the warehouse that its edit leads to, and its number of snapshots."""
    project = Project(tmp_path_factory.mktemp("whole") / "project").make(request.param)
    other = project.copy_to(project.folder.parent / "anew")
    other.edit("Later")
    shutil.rmtree(other.root)
    assert other.run().state == "loaded"
    return project, other.root, request.param


def damaged_by(project: Project, name: str) -> None:
    """Damage of a kind that has been met."""
    newest, chance = project.newest, random.Random(1)
    parts = sorted((newest.parquet / "raw.documents").glob("*.parquet"))
    match name:
        case "another tool wrote to the database":
            newest.database.chmod(0o644)
            with duckdb.connect(newest.database) as connection:
                connection.execute("UPDATE records SET title = 'by hand'").fetchall()
        case "bits of the database":
            rewrite(newest.database, newest.database.read_bytes()[::-1])
        case "bits of a part":
            flip(parts[0], chance)
        case "a part that the edit does not touch":
            flip(parts[-1], chance)
        case "a table's file is gone":
            remove(newest.parquet / "topics" / "topics.parquet", chance)
        case "a part is short":
            rewrite(parts[1], parts[1].read_bytes()[:100])
        case "a figure of the manifest":
            file = newest.path / "manifest.json"
            rewrite(file, file.read_bytes().replace(b'"rows": 1', b'"rows": 2', 1))
        case "the manifest is gone":
            remove(newest.path / "manifest.json", chance)


NAMES = [
    "another tool wrote to the database",
    "bits of the database",
    "bits of a part",
    "a part that the edit does not touch",
    "a table's file is gone",
    "a part is short",
    "a figure of the manifest",
    "the manifest is gone",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_snapshot_is_made_anew_and_said(whole, tmp_path, name):
    original, anew, published = whole
    project = original.copy_to(tmp_path / "project")
    broken = project.newest.id
    damaged_by(project, name)
    project.edit("Later")
    report = project.run()
    assert f"snapshot {broken} was damaged" in report.notes[0]
    assert_mended(project, report, anew, published)
    assert broken not in [snapshot.id for snapshot in snapshots.snapshots(project.layout)]
    assert [path.name for path in project.layout.damaged.iterdir()] == [f"{broken}.1"]


@pytest.mark.parametrize("name", ["a table's file is gone", "the manifest is gone", "bits of the database"])
def test_a_full_refresh_gets_over_damage_too(whole, tmp_path, name):
    original, anew, published = whole
    project = original.copy_to(tmp_path / "project")
    damaged_by(project, name)
    project.edit("Later")
    assert_mended(project, project.run(full_refresh=True), anew, published)


def test_readers_keep_a_damaged_snapshot_until_there_is_another(tmp_path):
    project = Project(tmp_path).make(1)
    damaged_by(project, "a table's file is gone")
    moved = project.content.rename(tmp_path / "away")
    assert project.run().state == "failed"
    assert rows(project.root, "SELECT count(*) FROM records") == [(12,)]
    moved.rename(project.content)
    assert project.run().state == "loaded"
    assert len(snapshots.snapshots(project.layout)) == 1


LEDGERS = ["nonsense", "a number", "gone", "a folder", "no checksum", "no text", "no content"]


@pytest.mark.parametrize("name", LEDGERS)
def test_a_damaged_ledger_is_made_anew_and_said(whole, tmp_path, name):
    original, anew, published = whole
    project = original.copy_to(tmp_path / "project")
    ledger = project.layout.ledger
    match name:
        case "nonsense":
            ledger.write_bytes(b"no ledger")
        case "a number":
            ledger.write_bytes(ledger.read_bytes().replace(b"story-04", b"story-40", 1))
        case "gone":
            ledger.unlink()
        case "a folder":
            ledger.unlink()
            ledger.mkdir()
        case "no checksum":
            ledger.with_name("ledger.sqlite.sha256").unlink()
        case "no text":  # a bit of it flipped
            ledger.with_name("ledger.sqlite.sha256").write_bytes(b"9b353c0f\xb6187cd89")
        case "no content":
            ledger.write_bytes(b"")
    project.edit("Later")
    report = project.run()
    assert any("ledger" in note for note in report.notes) == (name != "no checksum")
    assert_mended(project, report, anew, published)


def test_runs_that_published_nothing_survive_a_damaged_ledger(tmp_path):
    project = Project(tmp_path).make(1)
    unchanged = project.run()
    ledger = project.layout.ledger
    ledger.write_bytes(ledger.read_bytes().replace(b"story-04", b"story-40"))
    project.edit("Later")
    project.run()
    assert rows(project.root, "SELECT run_id FROM meta.runs WHERE state = 'unchanged'") == [(unchanged.run_id,)]


@pytest.mark.slow
@pytest.mark.parametrize("piece", range(PIECES))
def test_damage_at_random_places(whole, tmp_path, piece):
    original, anew, published = whole
    seed = int(os.environ.get("MATTERHOUSE_SEED") or random.randrange(10**6))
    print(f"MATTERHOUSE_SEED={seed}")
    chance = random.Random(seed * PIECES + piece)
    for number in range(DAMAGES // 2 // PIECES):
        project = original.copy_to(tmp_path / f"project-{number}")
        file, kind = chance.choice(project.files()), chance.choice(list(KINDS))
        KINDS[kind](file, chance)
        print(f"{number}: {kind} {file.relative_to(project.root)}")
        project.edit("Later")
        assert_mended(project, project.run(), anew, published)
        shutil.rmtree(project.folder)
