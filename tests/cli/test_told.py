"""What a run tells of trouble: why nothing was loaded, and which rows break which rule."""

import json
import os
from pathlib import Path

import pytest

from tests.commands import matterhouse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "content" / "news").mkdir(parents=True)
    for name in ("a.rst", "b.rst", "news/c.textile", "LICENSE"):
        (tmp_path / "content" / name).write_text("---\ntitle: A\n---\n")
    return tmp_path


@pytest.mark.parametrize(
    "flags, why",
    [
        (
            ("--include", "**/*.{md,html}"),
            "nothing matches its `include` (**/*.{md,html}); there are 2 .rst, 1 .textile, 1 without extension",
        ),
        (("--include", "news"), "nothing matches its `include` (news); there are 2 .rst, "),
        (("--include", "**", "--exclude", "**"), "`exclude` leaves out all that `include` matches"),
    ],
)
def test_a_source_of_which_nothing_is_read_is_told_with_why(flags: tuple, why: str, folder: Path):
    done = matterhouse("run", "--source", "mine=folder:content", *flags, cwd=folder)
    assert done.returncode == 0
    assert f"Note: source mine has no file to read: {why}" in done.stdout
    excluded = "--exclude" in flags
    counts = "4 found, 0 rejected, 4 skipped" if excluded else "0 found, 0 rejected, 0 skipped"
    reasons = " (4 excluded)" if excluded else ""
    assert done.stderr == f"matterhouse: no record was loaded; files: {counts}, 0 removed{reasons}\n"


def test_an_empty_folder_is_told_by_each_run(folder: Path):
    (folder / "empty").mkdir()
    for _ in range(2):
        report = json.loads(matterhouse("run", "--source", "mine=folder:empty", "--json", cwd=folder).stdout)
        assert report["notes"] == ["source mine is empty: there are no files"]


def test_files_without_a_record_are_counted_on_standard_error(folder: Path):
    (folder / "content" / "a.md").write_text("No head.\n")
    done = matterhouse("run", "--source", "mine=folder:content", "--include", "**/*.md", cwd=folder)
    assert done.returncode == 0
    assert (
        done.stderr
        == "matterhouse: no record was loaded; files: 1 found, 0 rejected, 1 skipped, 0 removed (1 no_front_matter)\n"
    )


def test_a_check_tells_how_many_rows_break_its_rule(folder: Path):
    (folder / "content" / "a.md").write_text("---\ntitle: A\npublishedDateTime: 1066-10-14\n---\n")
    done = matterhouse("run", "--source", "mine=folder:content", "--include", "**/*.md", cwd=folder)
    assert done.returncode == 0
    assert "Check plausible_dates (warn): 1 row breaks the rule: " in done.stdout
    report = (folder / "warehouse" / "current" / "report.md").read_text()
    assert "**plausible_dates** (warn): 1 row breaks the rule: " in report


def test_skipped_files_are_told_by_reason(folder: Path):
    for name in ("a.md", "b.md"):
        (folder / "content" / name).write_text("No head.\n")
    (folder / "content" / "c.md").symlink_to("a.md")
    (folder / "content" / "d.md").write_text("---\ntitle: D\n---\n")
    done = matterhouse("run", "--source", "mine=folder:content", cwd=folder)
    assert "Skipped: 2 no_front_matter, 1 symlink; `matterhouse rejects --all` lists the files." in done.stdout
    assert "Skipped: 2 no_front_matter, 1 symlink." in (folder / "warehouse" / "current" / "report.md").read_text()
    listed = matterhouse("rejects", "--all", cwd=folder).stdout.splitlines()
    assert listed[:3] == [
        "mine: a.md  skipped: no_front_matter",
        "mine: b.md  skipped: no_front_matter",
        "mine: c.md  skipped: symlink",
    ]
    assert listed[-1].startswith("0 files could not be read, 0 values did not fit, 3 files skipped, ")


def test_rejects_of_a_run_that_published_nothing_are_shown(folder: Path):
    for number in range(12):
        (folder / "content" / f"{number:02}.md").write_text("---\ntitle: [\n---\n")
    failed = matterhouse("run", "--source", "mine=folder:content", cwd=folder)
    assert failed.returncode == 1 and "`matterhouse rejects`" in failed.stderr
    told = matterhouse("rejects", cwd=folder)
    assert told.returncode == 0
    lines = told.stdout.splitlines()
    assert lines[0] == "mine: 00.md:3:1  yaml_syntax"
    assert lines[-1] == "12 files could not be read by the last run, which published none."
    assert sum("could not be read" in line for line in lines) == 1
    listed = json.loads(matterhouse("rejects", "--format", "json", cwd=folder).stdout)
    assert [(each["kind"], each["path"], each["line"]) for each in listed][:1] == [("unpublished", "00.md", 3)]
    assert len(listed) == 12

    for number in range(11):
        (folder / "content" / f"{number:02}.md").write_text("---\ntitle: Mended\n---\n")
    assert matterhouse("run", "--source", "mine=folder:content", cwd=folder).returncode == 0
    told = matterhouse("rejects", cwd=folder).stdout.splitlines()
    assert told[0] == "mine: 11.md:3:1  yaml_syntax" and told[-1] == "1 file could not be read."

    for number in range(12):
        (folder / "content" / f"{number:02}.md").write_text("---\ntitle: {\n---\n")
    assert matterhouse("run", "--source", "mine=folder:content", cwd=folder).returncode == 1
    assert matterhouse("rejects", cwd=folder).stdout.splitlines()[-2:] == [
        "12 files could not be read by the last run, which published none.",
        "In the snapshot that readers have: 1 file could not be read.",
    ]


def test_rejects_count_items_of_data_files_apart(folder: Path):
    (folder / "content" / "data").mkdir()
    (folder / "content" / "data" / "authors.yaml").write_text("- name: Anna\n- just text\n- more text\n")
    (folder / "content" / "bad.md").write_text("---\ntitle: [\n---\n")
    told = matterhouse("run", "--source", "mine=folder:content", cwd=folder).stdout
    assert "1 file could not be read: " in told and "2 items of data files could not be read: " in told
    told = matterhouse("rejects", cwd=folder).stdout
    assert told.splitlines()[-1] == "1 file and 2 items of data files could not be read."
    told = matterhouse("rejects", "--all", cwd=folder).stdout
    assert told.splitlines()[-1].startswith("1 file and 2 items of data files could not be read, 0 values ")


def test_skipped_files_of_sources_without_changes_are_told_too(folder: Path):
    (folder / "other").mkdir()
    (folder / "other" / "plain.md").write_text("No head.\n")
    (folder / "content" / "plain.md").write_text("No head.\n")
    (folder / "content" / "a.md").write_text("---\ntitle: A\n---\n")
    for path in (folder / "other", *folder.glob("*/*.md")):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # what is of this second is listed again
    sources = ("--source", "mine=folder:content", "--source", "other=folder:other")
    assert "Skipped: 2 no_front_matter;" in matterhouse("run", *sources, cwd=folder).stdout
    (folder / "content" / "a.md").write_text("---\ntitle: Another\n---\n")
    assert "Skipped: 2 no_front_matter;" in matterhouse("run", *sources, cwd=folder).stdout
    report = json.loads(matterhouse("run", *sources, "--json", cwd=folder).stdout)
    assert (report["state"], report["skipped"]) == ("unchanged", {"no_front_matter": 2})
