"""A snapshot that a newer DuckDB wrote is newer, never damaged, and stays for those who can read it."""

import hashlib
import json
from pathlib import Path

import duckdb
import pytest

import matterhouse as house
from matterhouse.warehouse import manifest, recovery, snapshots
from matterhouse.warehouse.snapshots import Snapshot
from matterhouse.warehouse.versions import Newer
from tests.commands import matterhouse
from tests.warehouse.damage import Project, rewrite
from tests.warehouses import parquet_differences, rows

NEWER = "DuckDB 99.1.0 wrote it, and this is "


def make_newer(snapshot: Snapshot, version: str = "99.1.0") -> None:
    """Let the database have a form that this DuckDB does not know, and the manifest name the version that wrote it."""
    content = bytearray(snapshot.database.read_bytes())
    content[12:20] = (9_999).to_bytes(8, "little")
    rewrite(snapshot.database, bytes(content))
    described = snapshot.manifest()
    described["database"]["sha256"] = hashlib.sha256(content).hexdigest()
    described["versions"]["duckdb"] = version
    checksum = manifest._checksum(described)
    rewrite(snapshot.path / "manifest.json", json.dumps(described | {"checksum": checksum}).encode())


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("published")).make(1)


@pytest.fixture
def project(published: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of the published project."""
    monkeypatch.setattr(recovery, "_NEWER", set())  # what another process finds out for itself
    return published.copy_to(tmp_path / "project")


def test_the_manifest_names_the_versions_that_wrote_it(project: Project):
    written = {"matterhouse": house.__version__, "duckdb": duckdb.__version__}
    assert project.newest.manifest()["versions"] == written


@pytest.mark.parametrize("before", [1, 2])
def test_a_run_leaves_a_newer_snapshot_where_it_is_and_builds_on_an_older_one_or_none(project: Project, before: int):
    if before == 2:
        project.edit("Second")
        assert project.run().state == "loaded"
    newer = project.newest
    make_newer(newer)
    project.edit("Later")
    report = project.run()
    assert (report.state, report.error) == ("loaded", None)
    assert any(f"snapshot {newer.id} is newer ({NEWER}" in note for note in report.notes)
    assert not any("damaged" in note for note in report.notes), report.notes
    assert [each.id for each in snapshots.snapshots(project.layout)][-2:] == [newer.id, report.snapshot]
    assert newer.damaged_files() == [] and not project.layout.damaged.exists()
    assert parquet_differences(project.root) == {}
    assert rows(project.root, "SELECT count(*) FROM records WHERE title LIKE 'Later%'") == [(2,)]


def test_readers_and_maintenance_are_told_that_it_is_newer(project: Project):
    make_newer(project.newest)
    with pytest.raises(Newer, match=NEWER):
        house.open_snapshot(project.root)
    asked = matterhouse("query", "SELECT 1", "--warehouse", str(project.root), cwd=project.folder)
    assert asked.returncode == 1 and NEWER in asked.stderr and "Traceback" not in asked.stderr
    (project.folder / "matterhouse.yml").write_text(
        f"warehouse: {project.root}\nsources: {{news: {{uri: 'folder:{project.content}'}}}}\n"
    )
    kept = matterhouse("maintain", cwd=project.folder)
    assert kept.returncode == 0 and f"is newer: {NEWER}" in kept.stdout, kept.stderr


def test_a_database_that_cannot_be_opened_and_is_of_this_version_is_damaged(project: Project):
    make_newer(project.newest, duckdb.__version__)
    project.edit("Later")
    assert any("was damaged (warehouse.duckdb: " in note for note in project.run().notes)
