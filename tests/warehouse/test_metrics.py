"""Metrics for Prometheus: printed by `status`, and written to a file by each run."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from tests.commands import matterhouse
from tests.warehouses import rows

STORY = "---\ntitle: Story\ntopics: [Robots]\n---\n"


def configured(folder: Path) -> Path:
    """A configuration of one source with two documents, one of them broken, whose runs write metrics."""
    (folder / "content" / "_news").mkdir(parents=True)
    (folder / "content" / "_news" / "one.md").write_text(STORY)
    (folder / "content" / "_news" / "broken.md").write_text("---\ntitle: [\n---\n")
    file = folder / "matterhouse.yml"
    file.write_text("metrics_file: metrics.prom\nsources:\n  'news':\n    uri: folder:content\n")
    return file


def samples(text: str) -> dict[tuple[str, ...], float]:
    """The value of each sample by its name and the values of its labels, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_run_writes_what_status_prints(tmp_path):
    config = configured(tmp_path)
    report = refresh(load(config))
    told = samples((tmp_path / "metrics.prom").read_text("utf-8"))
    assert told["matterhouse_last_run_state", "loaded"] == 1
    assert told["matterhouse_last_run_state", "failed"] == 0
    assert told["matterhouse_source_documents", "found", "news"] == 2
    assert told["matterhouse_source_documents", "rejected", "news"] == 1
    assert told["matterhouse_table_rows", "records"] == 1
    assert told["matterhouse_last_run_stage_seconds", "extract"] == report.stages["extract"]
    assert told["matterhouse_snapshots",] == 1
    [(began,)] = rows(tmp_path / "warehouse", "SELECT epoch(started_at) FROM meta.runs")
    assert told["matterhouse_source_refreshed_timestamp_seconds", "news"] == pytest.approx(began, abs=0.001)
    assert told["matterhouse_last_success_timestamp_seconds",] >= began
    printed = matterhouse("status", "--format", "prometheus", cwd=tmp_path)
    assert printed.returncode == 0, printed.stderr
    assert samples(printed.stdout) == told


def test_a_run_that_fails_is_told_and_the_last_success_stays(tmp_path):
    config = configured(tmp_path)
    refresh(load(config))
    before = samples((tmp_path / "metrics.prom").read_text("utf-8"))
    (tmp_path / "content").rename(tmp_path / "elsewhere")
    assert refresh(load(config)).state == "failed"
    after = samples((tmp_path / "metrics.prom").read_text("utf-8"))
    assert after["matterhouse_last_run_state", "failed"] == 1
    success = ("matterhouse_last_success_timestamp_seconds",)
    assert after[success] == before[success] < after["matterhouse_last_run_timestamp_seconds",]
    assert after["matterhouse_table_rows", "records"] == 1


def test_a_file_that_cannot_be_written_is_a_note(tmp_path):
    config = configured(tmp_path)
    (tmp_path / "metrics.prom").mkdir()
    report = refresh(load(config))
    assert report.state == "loaded"
    assert any("the metrics could not be written" in note for note in report.notes)


def test_without_a_warehouse_it_is_one_sentence(tmp_path):
    told = matterhouse("status", "--warehouse", "nowhere", "--format", "prometheus", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (1, "")
    assert "there is no warehouse" in told.stderr
