"""Whatever shapes rows makes all tables anew when it changes, and again when the change is taken back."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import matterhouse
from matterhouse.engine import fingerprint

PACKAGE = Path(matterhouse.__file__).parent
ROOMS = ("reading", "sources", "transforms", "sql", "warehouse", "history", "engine")
FOLDERS = sorted(
    str(folder.relative_to(PACKAGE))
    for room in ROOMS
    for folder in [PACKAGE / room, *(PACKAGE / room).rglob("*/")]
    if any((*folder.glob("*.py"), *folder.glob("*.sql"))) and "__pycache__" not in folder.parts
)
ONLY_READ = ("sql/dashboard", "sql/dashboard/macros", "sql/queries")
FOLDERS = [folder for folder in FOLDERS if folder not in ONLY_READ]
OF_OTHER_ROOMS = ("cli/account.py", "flows/stages.py", "settings/models.py", "dashboards/app.py")
OF_OTHER_ROOMS += ("sql/dashboard/topics.sql", "sql/dashboard/macros/scope.sql", "sql/queries/top_topics.sql")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package, a small content folder, and the warehouse that the copy made of it."""
    home = tmp_path_factory.mktemp("copied")
    shutil.copytree(PACKAGE, home / "code" / "matterhouse", ignore=shutil.ignore_patterns("__pycache__"))
    (home / "content").mkdir()
    story = home / "content" / "story.md"
    story.write_text("---\ntitle: A story\n---\nText.\n")
    os.utime(story, (1_700_000_000, 1_700_000_000))
    assert run(home, home / "warehouse")["state"] == "loaded"
    return home


def run(home: Path, warehouse: Path) -> dict:
    """The report of a run by the copied package."""
    command = [sys.executable, "-P", "-m", "matterhouse.cli", "run", "--json"]
    command += ["--source", f"news=folder:{home / 'content'}", "--warehouse", str(warehouse)]
    environment = os.environ | {"PYTHONPATH": str(home / "code")}
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout)


def a_file_of(folder: Path) -> Path:
    return sorted([*folder.glob("*.sql"), *folder.glob("*.py")], key=lambda file: file.name)[-1]


def changed(file: Path) -> bytes:
    """Append an empty line to a file of code; gives what it was."""
    before = file.read_bytes()
    file.write_bytes(before + b"\n")
    return before


@pytest.mark.parametrize(
    "folder", [pytest.param(folder, marks=() if folder == "transforms" else pytest.mark.slow) for folder in FOLDERS]
)
def test_a_changed_file_makes_the_tables_anew_and_so_does_going_back(loaded, tmp_path, folder):
    warehouse = Path(shutil.copytree(loaded / "warehouse", tmp_path / "warehouse", symlinks=True))
    file = a_file_of(loaded / "code" / "matterhouse" / folder)
    before = changed(file)
    try:
        with_change = run(loaded, warehouse)
    finally:
        file.write_bytes(before)
    without_change = run(loaded, warehouse)
    for report in (with_change, without_change):
        assert report["state"] == "loaded"
        assert any("the code or the schema changed" in note for note in report["notes"])


# Asks for the fingerprint as the package is, with an empty line at the end of each of some files, and without it again.
FINGERPRINTS = """
import pathlib, sys
from matterhouse.engine import fingerprint
print(fingerprint.of_code())
for file in map(pathlib.Path, sys.argv[1:]):
    before = file.read_bytes()
    file.write_bytes(before + b"\\n")
    print(fingerprint.of_code())
    file.write_bytes(before)
    print(fingerprint.of_code())
"""


def test_a_changed_file_of_any_folder_gives_another_fingerprint_and_going_back_the_one_before(tmp_path):
    package = tmp_path / "matterhouse"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-P", "-c", FINGERPRINTS, *(str(a_file_of(package / folder)) for folder in FOLDERS)]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    told = subprocess.run(command, env=environment, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    before, *found = told.split()
    assert found[1::2] == [before] * len(FOLDERS)
    assert len({before, *found[::2]}) == 1 + len(FOLDERS)


def test_an_unchanged_package_and_rooms_that_shape_no_rows_leave_the_tables(loaded, tmp_path):
    warehouse = Path(shutil.copytree(loaded / "warehouse", tmp_path / "warehouse", symlinks=True))
    files = [loaded / "code" / "matterhouse" / name for name in OF_OTHER_ROOMS]
    before = {file: changed(file) for file in files}
    try:
        assert run(loaded, warehouse)["state"] == "unchanged"
    finally:
        for file, content in before.items():
            file.write_bytes(content)


def test_every_room_with_python_or_sql_is_known_here():
    rooms = {folder.name for folder in PACKAGE.iterdir() if folder.is_dir() and any(folder.rglob("*.py"))}
    assert rooms - set(ROOMS) == {name.split("/")[0] for name in OF_OTHER_ROOMS} - set(ROOMS)
    assert {folder.split("/")[0] for folder in FOLDERS} == set(ROOMS)
    assert fingerprint.of_code() == fingerprint.of_code()
