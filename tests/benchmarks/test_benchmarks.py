import os
import sys
from pathlib import Path

import pytest

from benchmarks import generate, naive, report, rivals, rows
from benchmarks.contest import DLT, NAIVE, NEWEST, OURS, SPREAD, UNCHANGED, Contest, Result
from benchmarks.measure import ROOT, Cost, Failed, least, measure
from benchmarks.repositories import Repository, Size, cloned, generated
from matterhouse.engine.run import refresh
from matterhouse.settings.models import Settings

MB = 1_000_000


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def written(folder: Path, *arguments) -> dict[str, bytes]:
    generate.Repository(*arguments).write(folder)
    return contents(folder)


@pytest.fixture
def small(tmp_path: Path) -> Repository:
    return generated(Size(60, 5), tmp_path)


class TestGenerator:
    def test_writes_the_same_bytes_for_the_same_seed(self, tmp_path: Path):
        first = written(tmp_path / "first", 60, 5, 1)
        assert first == written(tmp_path / "again", 60, 5, 1)
        assert first != written(tmp_path / "other", 60, 5, 2)

    def test_writes_as_much_for_every_document_however_many(self, tmp_path: Path):
        few, many = written(tmp_path / "few", 60), written(tmp_path / "many", 240)
        assert (len(few), len(many)) == (60, 240)
        assert sum(map(len, many.values())) == pytest.approx(4 * sum(map(len, few.values())), rel=0.2)

    def test_lists_an_article_as_often_as_it_is_told(self, tmp_path: Path):
        measured = {}
        for repetition in (1, 20):
            texts = written(tmp_path / str(repetition), 200, repetition).values()
            entries = [entry for text in texts for entry in text.split(b"\n  - title: ")[1:-1]]
            measured[repetition] = len(entries) / len(set(entries))
        assert measured == pytest.approx({1: 1.4, 20: 19}, rel=0.2)


class TestRows:
    def test_the_script_and_matterhouse_write_the_same(self, small: Repository, tmp_path: Path):
        naive.main(small.folder, tmp_path / "naive")
        sources = {"content": {"uri": f"folder:{small.folder}"}}
        assert refresh(Settings(warehouse=tmp_path / "warehouse", sources=sources)).state == "loaded"
        expected = rows.found("naive", tmp_path / "naive")
        assert expected["records"] == 60 and expected["related entries"] > 1_000
        assert rows.found("ours", tmp_path / "warehouse") == expected

    def test_dlt_writes_the_same(self, small: Repository, tmp_path: Path):
        if not rivals.installed():
            pytest.skip("dlt is not installed: `make bench` makes .venv-bench")
        naive.main(small.folder, tmp_path / "naive")
        measure([rivals.PYTHON, "-m", "benchmarks.dlt_pipeline", small.folder, tmp_path / "dlt"], tmp_path)
        assert rows.found("dlt", tmp_path / "dlt") == rows.found("naive", tmp_path / "naive")

    def test_a_row_that_differs_changes_the_checksum(self, small: Repository, tmp_path: Path):
        naive.main(small.folder, tmp_path / "before")
        file = next(file for file in small.files if b"\ntitle: " in file.read_bytes())
        file.write_bytes(file.read_bytes().replace(b"\ntitle: ", b"\ntitle: Not ").replace(b'Not "', b'"Not ', 1))
        naive.main(small.folder, tmp_path / "after")
        before, after = (rows.found("naive", tmp_path / name) for name in ("before", "after"))
        assert {name for name in before if before[name] != after[name]} == {"checksum of records"}


class TestRepository:
    def test_edits_every_hundredth_document_that_has_a_heat(self, tmp_path: Path):
        repository = generated(Size(300, 50), tmp_path)
        before = contents(repository.folder)
        with_heat = sum(b"\nheat: " in content for content in before.values())
        assert repository.edit_spread() == -(-with_heat // 100)
        after = contents(repository.folder)
        assert sum(before[name] != after[name] for name in before) == repository.edit_spread()

    def test_edits_the_newest_news(self, tmp_path: Path):
        repository = generated(Size(300, 50), tmp_path)
        before = contents(repository.folder)
        assert repository.edit_newest() == 3
        after = contents(repository.folder)
        assert [name for name in sorted(before) if before[name] != after[name]] == sorted(
            name for name in before if name.startswith("_news/")
        )[-3:]

    def test_an_edited_file_has_another_time(self, small: Repository):
        before = {file: os.stat(file).st_mtime_ns for file in small.files}
        small.edit_newest()
        assert sum(os.stat(file).st_mtime_ns != time for file, time in before.items()) == 1

    def test_a_bundle_is_cloned(self, real_repository, tmp_path: Path):
        real = real_repository("algorithm")
        bundle = tmp_path / "algorithm.bundle"
        measure(["git", "-C", real, "bundle", "create", "-q", bundle, "HEAD"], tmp_path)
        assert len(cloned(bundle, tmp_path).files) > 50

    @pytest.mark.parametrize("text, size", [("700", Size(700, 35)), ("700@1", Size(700, 1)), ("60@2.5", Size(60, 2.5))])
    def test_a_size_may_have_its_own_repetition(self, text: str, size: Size):
        assert Size.parse(text, 35) == size


class TestMeasure:
    def test_counts_the_cpu_of_children(self, tmp_path: Path):
        burn = "import time\nwhile time.process_time() < 0.3: pass"
        parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
        cost, _ = measure([sys.executable, "-c", parent], tmp_path)
        assert cost.cpu > 0.3

    def test_leaves_out_the_memory_of_the_one_who_measures(self, tmp_path: Path):
        held = bytearray(200 * MB)
        held[::4096] = b"x" * len(held[::4096])
        small, _ = measure([sys.executable, "-c", "pass"], tmp_path)
        large, _ = measure([sys.executable, "-c", "bytearray(200_000_000)[::4096] = bytes(48829)"], tmp_path)
        assert small.peak_bytes < 60 * MB < 200 * MB < large.peak_bytes

    def test_tells_why_a_program_failed(self, tmp_path: Path):
        with pytest.raises(Failed, match="^no such luck$"):
            measure(
                [sys.executable, "-c", "import sys; print('begun', flush=True); sys.exit('no such luck')"], tmp_path
            )

    def test_takes_the_least_of_each_figure(self):
        assert least([Cost(1, 5, 30), Cost(2, 4, 20)]) == Cost(1, 4, 20)


COUNTS = {"records": 700, "checksum of records": "ab", "related entries": 15_000}


def result(**changed) -> Result:
    costs = {
        NAIVE: Cost(30, 31, 300 * MB),
        OURS: Cost(2, 2.5, 250 * MB),
        UNCHANGED: Cost(0.2, 0.25, 36 * MB),
        SPREAD: Cost(1, 1.5, 200 * MB),
    }
    return Result(
        **{"name": "Small", "documents": 700, "bytes": 14 * MB, "is_generated": True, "costs": costs} | changed
    )


class TestReport:
    def test_shows_costs_beside_ours(self):
        assert report.costs(result()).splitlines() == [
            "| run | CPU s | wall s | peak MB | MB/s | documents/s | CPU ÷ ours |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            "| naive script | 30.00 | 31.00 | 300 | 0.5 | 23 | 15.00 |",
            "| Matterhouse, full load | 2.00 | 2.50 | 250 | 7.0 | 350 | 1.00 |",
            "| Matterhouse, nothing changed | 0.20 | 0.25 | 36 | 70.0 | 3,500 | 0.10 |",
            "| Matterhouse, 1 % changed | 1.00 | 1.50 | 200 | 14.0 | 700 | 0.50 |",
        ]

    def test_shows_reading_beside_the_bound(self):
        reading = {"ours": 0.01, "pyyaml": 0.2, "read_and_hash": 0.001, "rapidyaml": 0.004}
        assert report.reading(result(reading=reading)).splitlines()[2:] == [
            "| Matterhouse's reader | 0.140 | 100 | 1.00 |",
            "| PyYAML's C loader | 2.800 | 5 | 20.00 |",
            "| read and SHA-1 only | 0.014 | 1,000 | 0.10 |",
            "| rapidyaml's bare parse | 0.056 | 250 | 0.40 |",
            "| read, SHA-1 and bare parse together | 0.070 | 200 | 0.50 |",
        ]

    def test_shows_growth(self):
        assert report.growth([result()]).splitlines()[2] == (
            "| Small: 700 documents, 14.0 MB | 2.00 | 2.86 | 250 | 0.20 (10%) | 1.00 (50%) |  |"
        )

    def test_says_what_was_found(self):
        found = {NAIVE: COUNTS, DLT: COUNTS, OURS: COUNTS}
        assert report.same_rows(result(found=found)) == (
            "Same rows (naive script; dlt; Matterhouse, full load): 700 records, 15,000 related entries.\n"
        )

    def test_a_difference_stands_out(self):
        differing = result(found={NAIVE: COUNTS, OURS: COUNTS | {"records": 699}})
        assert not differing.agree
        assert "**They found different rows:**" in report.render([differing], 1)

    def test_tells_what_failed_and_names_no_place(self):
        text = report.render([result(failures={DLT: "no network"}), result(name="Large")], 2)
        assert "- dlt failed: no network" in text
        assert "## Large: 700 documents, 14.0 MB" in text and "## Growth" in text
        assert os.uname().nodename not in text and str(Path.home()) not in text.replace("\n", " ")


@pytest.mark.slow
def test_a_contest_measures_every_run(tmp_path: Path):
    small = generated(Size(120, 35), tmp_path)
    measured = Contest(small, tmp_path).run(1, with_rivals=False)
    assert measured.failures == {}
    assert list(measured.costs) == [OURS, UNCHANGED, SPREAD, NEWEST]
    assert measured.changed == {SPREAD: 2, NEWEST: 1}
    assert measured.agree and measured.found[NEWEST]["records"] == 120


def test_the_readme_shows_the_heart_of_the_results(tmp_path: Path):
    readme, results = (ROOT / name for name in ("README.md", "benchmarks/RESULTS.md"))
    copy = tmp_path / "README.md"
    copy.write_text(readme.read_text())
    report.put_into(copy, report.summary(results.read_text()))
    assert copy.read_text() == readme.read_text()
    assert f"| {DLT} |" in copy.read_text()
