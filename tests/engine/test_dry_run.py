"""A dry run tells what a run would do, and writes nothing."""

import json
import tempfile
from pathlib import Path

import pytest

from matterhouse.engine.dry_run import DryRun
from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.lock import exclusive
from tests.commands import matterhouse
from tests.sources.conftest import Repository
from tests.sources.servers import git_server


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a warehouse of the sources `news` and `more`."""
    for name in ("news", "more"):
        (tmp_path / name).mkdir()
        for letter in "abc":
            (tmp_path / name / f"{letter}.md").write_text(f"---\ntitle: {letter}\n---\n")
    (tmp_path / "matterhouse.yml").write_text(
        "warehouse: w\nmetrics_file: w/m.prom\nsources: {news: {uri: 'folder:news'}, more: {uri: 'folder:more'}}\n"
    )
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def settings(home: Path) -> loading.Settings:
    return loading.load(home / "matterhouse.yml")


def dry(of: loading.Settings, **options) -> Report:
    with DryRun(of, **options) as run:
        for stage in run.stages():
            stage()
    return run.report


def files_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    stats = {str(path): path.lstat() for path in folder.rglob("*")}
    return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def change(home: Path) -> None:
    (home / "news" / "a.md").write_text("---\ntitle: changed\n---\n")
    (home / "news" / "b.md").unlink()
    (home / "news" / "c.md").write_text("---\ntitle: [\n---\n")
    (home / "news" / "d.md").write_text("---\ntitle: new\n---\n")
    (home / "news" / "e.md").write_text("---\ntitle: {\n---\n")
    (home / "news" / "f.md").write_text("No head.\n")


def test_it_tells_what_would_become_of_each_file_and_writes_nothing(home):
    refresh(settings(home))
    change(home)
    before = files_of(home / "w")
    with exclusive(Layout(home / "w")):  # another run may be going on
        report = dry(settings(home))
    (home / "w" / "state" / "holder.json").touch()
    after = files_of(home / "w")
    changed = {Path(path).name for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed <= {"holder.json", "state", "warehouse.lock", "w"}  # of the lock that the test took
    assert list((home / "tmp").iterdir()) == []
    assert (report.state, report.error, report.published) == ("loaded", None, False)
    found = [(each["path"], each["become"], each["reason"], each.get("line")) for each in report.files or []]
    assert found == [
        ("a.md", "changed", None, None),
        ("b.md", "removed", None, None),
        ("c.md", "rejected", "yaml_syntax", 3),
        ("d.md", "new", None, None),
        ("e.md", "rejected", "yaml_syntax", 3),
        ("f.md", "skipped", "no_front_matter", None),
    ]
    assert [each["path"] for each in report.files or [] if each["keeps_records"]] == ["c.md"]
    really = refresh(settings(home))
    assert really.sources == report.sources


def test_before_the_first_run_every_file_is_new_and_no_warehouse_is_made(home):
    report = dry(settings(home))
    assert {each["become"] for each in report.files or []} == {"new"} and len(report.files or []) == 6
    assert not (home / "w").exists()


def test_without_changes_and_with_failures_it_says_so(home):
    refresh(settings(home))
    assert (dry(settings(home)).state, dry(settings(home)).files) == ("unchanged", [])
    assert {each["become"] for each in dry(settings(home), full_refresh=True).files or []} == {"read again"}
    for letter in "abc":
        (home / "more" / f"{letter}.md").unlink()
    report = dry(settings(home))
    assert (report.state, [failure.reason for failure in report.failures]) == ("partial", ["drop"])
    assert [each["become"] for each in dry(settings(home), accept_drop=True).files or []] == ["removed"] * 3
    (home / "news").rename(home / "away")
    assert dry(settings(home)).state == "failed"
    assert refresh(settings(home)).state == "failed"


def test_the_command_line_tells_it(home):
    refresh(settings(home))
    change(home)
    done = matterhouse("run", "--dry-run", cwd=home)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert "1 file would be loaded, new:" in lines and "  news: d.md" in lines
    assert "1 file would be removed:" in lines and "  news: b.md" in lines
    assert any(
        line.startswith("  news: c.md:3:1  ") and line.endswith(" (keeps the records that it has)") for line in lines
    )
    assert lines[-1] == "Dry run: nothing was written; tables were neither made nor checked."
    told = json.loads(matterhouse("run", "--dry-run", "--json", cwd=home).stdout)
    assert (told["published"], len(told["files"])) == (False, 6)


def test_a_remote_repository_is_asked_and_the_copy_of_it_stays_as_it_is(home):
    repository = Repository(home / "served" / "site")
    repository.commit({"a.md": "---\ntitle: A\n---\n"})
    with git_server(repository.folder.parent) as url:
        (home / "matterhouse.yml").write_text(f"warehouse: w\nsources: {{site: {{uri: '{url}/site'}}}}\n")
        refresh(settings(home))
        before = files_of(home / "w")
        repository.commit({"b.md": "---\ntitle: B\n---\n"})
        report = dry(settings(home))
        assert [(each["path"], each["become"]) for each in report.files or []] == [("b.md", "new")]
        assert files_of(home / "w") == before
        assert refresh(settings(home)).sources[0].loaded == 1
