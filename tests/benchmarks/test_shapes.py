"""Repositories of other shapes, and the ratios that a run of the benchmark has to reach."""

import json
from pathlib import Path

import pytest

from benchmarks import naive, ratios, report, rows, shapes
from benchmarks.contest import NAIVE, OURS, SPREAD, Result
from benchmarks.measure import Cost
from benchmarks.repositories import shaped
from matterhouse.engine.run import refresh
from matterhouse.settings.models import Settings


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_a_shape_is_the_same_every_time_and_read_by_all(shape: str, tmp_path: Path):
    repository = shaped(shape, 4, tmp_path)
    shapes.write(tmp_path / "again", shape, 4)
    again = sorted((tmp_path / "again").rglob("*.md"))
    assert [file.read_bytes() for file in repository.files] == [file.read_bytes() for file in again]
    naive.main(repository.folder, tmp_path / "naive")
    sources = {"content": {"uri": f"folder:{repository.folder}"}}
    report = refresh(Settings(warehouse=tmp_path / "warehouse", sources=sources))
    assert (report.state, report.rejected_items, report.sources[0].loaded) == ("loaded", 0, 4)
    assert rows.found("ours", tmp_path / "warehouse") == rows.found("naive", tmp_path / "naive")
    assert repository.edit_spread() == 1


def result(full: float, spread: float) -> Result:
    costs = {NAIVE: Cost(10, 10, 1), OURS: Cost(full, full, 1), SPREAD: Cost(spread, spread, 1)}
    return Result("Some", 700, 1_000_000, costs=costs)


def test_a_ratio_that_is_missed_by_more_than_a_fifth_is_told():
    committed = {"Some: 700 documents": {"full load": 0.1, "1 % changed": 0.5}}
    assert list(ratios.missed([result(1.1, 0.6)], committed)) == []
    [told] = ratios.missed([result(1.3, 0.6)], committed)
    assert told == "Some: 700 documents: full load costs 0.130, the committed ratio is 0.100"
    assert len(list(ratios.missed([result(1.3, 1.0)], committed))) == 2
    assert list(ratios.missed([result(9, 9)], {})) == []


def test_committed_ratios_are_of_runs_that_are_measured():
    committed = json.loads(ratios.FILE.read_text("utf-8"))
    assert committed and {run for of in committed.values() for run in of} <= ratios.RUNS.keys()


def test_the_floor_stands_beside_the_runs():
    some = result(1, 0.5)
    assert "floor" not in report.costs(some)
    some.imports, some.reading = 0.5, {"read_and_hash": 0.1, "rapidyaml": 0.15}
    assert report.costs(some).splitlines()[-1].startswith("| floor: imports, reading, SHA-1, bare parse | 0.75 |")
