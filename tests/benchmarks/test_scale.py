"""The benchmark of scale: what it makes, how it watches a run, and that docs/scaling.md is what it writes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import scale, scale_report
from benchmarks.generate import Repository
from benchmarks.measure import Failed
from benchmarks.scale_report import FULL, NEWEST, ONE, UNCHANGED
from benchmarks.watch import bytes_below, memory_of, watch

_HEADING = re.compile(r"^### ([\w ,]+)", re.MULTILINE)


def test_with_stories_the_news_that_one_lists_are_other_documents_that_list_it():
    texts = dict(Repository(300, story=5).texts())
    assert texts == dict(Repository(300, story=5).texts())
    own = {path: re.search(r'^webUrl: "(.*)"$', text, re.MULTILINE) for path, text in texts.items()}
    of_url = {found[1]: path for path, found in own.items() if found}
    lists = {path: re.findall(r'^    webUrl: "(.*)"$', text, re.MULTILINE) for path, text in texts.items()}
    listed = {path: {of_url[url] for url in urls} for path, urls in lists.items() if urls}
    assert len(listed) == 210 and max(map(len, listed.values())) > 15
    assert all(path in listed[other] for path, others in listed.items() for other in others)


def test_a_commit_keeps_what_it_does_not_name(tmp_path: Path):
    repository = tmp_path / "content.git"
    assert scale._made(repository, 60) == sum(len(text.encode()) for _, text in Repository(60, story=5).texts())
    scale._change_newest(repository, 2, heat=777)
    changed = subprocess.check_output(["git", f"--git-dir={repository}", "diff", "main~1", "main"], text=True)
    assert changed.count("\n+heat: 777\n") == changed.count("diff --git a/_news/2018-01-05") == 2
    assert len(scale._run(repository, "ls-tree", "-r", "main").splitlines()) == 60


def test_memory_and_disk_are_those_of_all_processes_and_files(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x" * 100_000)
    (tmp_path / "again").hardlink_to(tmp_path / "folder" / "file")
    assert 100_000 <= bytes_below(tmp_path) < 200_000
    hold = "held = b'x' * 200_000_000; print(len(held), flush=True); input()"
    start = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hold!r}])"
    with subprocess.Popen(
        [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "200000000\n"
        memory, held = memory_of(parent.pid)
        assert 200_000_000 < held < memory < 400_000_000
        parent.communicate("\n")
    assert memory_of(parent.pid) == (0, 0)


def test_a_run_that_takes_more_memory_than_it_may_is_stopped(tmp_path: Path):
    (tmp_path / "w").mkdir()
    with pytest.raises(Failed, match="more than 1,000,000 bytes of memory"):
        watch(tmp_path / "w", f"folder:{tmp_path}", limit=1_000_000)


@pytest.mark.parametrize(("costs", "power"), [([5, 10], "1.00"), ([9, 1, 4], "2.00"), ([4], ""), ([0, 4], "")])
def test_how_a_cost_grows_is_told_by_the_last_two_sizes(costs: list[float], power: str):
    sizes = [50, 100] if len(costs) == 2 else [25, 50, 100]
    assert scale_report._told(scale_report.exponent(sizes, costs)) == power


@pytest.mark.slow
def test_the_tables_of_the_documentation_are_what_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    report = tmp_path / "scaling.md"
    report.write_text(scale.DOCS.read_text("utf-8"), "utf-8")
    arguments = ["--documents", "60,120", "--scratch", str(tmp_path), "--report", str(report)]
    monkeypatch.setattr(sys, "argv", ["scale", *arguments])
    assert scale.main() == 0
    written, committed = report.read_text("utf-8"), scale.DOCS.read_text("utf-8")
    assert _HEADING.findall(written) == _HEADING.findall(committed)
    assert written.partition(scale_report.BEGIN)[0] == committed.partition(scale_report.BEGIN)[0]
    for run in (FULL, UNCHANGED, ONE, NEWEST):
        assert f"| 120 | {run} |" in written and f"| 700,000 | {run} |" in committed
    stages = re.findall(r"^\| ((?:load|publish|check|extract)[\w: ]*) \|", committed, re.MULTILINE)
    assert len(stages) > 5 and all(f"\n| {stage} |" in written for stage in stages)
    assert "| 120 | 1 |" in written
