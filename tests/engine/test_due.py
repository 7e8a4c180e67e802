"""Sources that are listed from time to time only: ``every``."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matterhouse.engine.due import not_due
from matterhouse.engine.run import refresh
from matterhouse.settings import loading
from matterhouse.warehouse.layout import Layout
from matterhouse.warehouse.ledger import Ledger
from tests.commands import matterhouse
from tests.warehouses import copied, put_back, rows

TITLES = "SELECT source, title FROM records ORDER BY ALL"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a warehouse of `often` and of `seldom`, which is listed every six hours; and a copy of it."""
    folder = tmp_path_factory.mktemp("due") / "home"
    for name in ("often", "seldom"):
        write(folder, name, "First")
    (folder / "matterhouse.yml").write_text(
        "warehouse: w\nsources:\n  often: {uri: 'folder:often'}\n  seldom: {uri: 'folder:seldom', every: 6h}\n"
    )
    first = refresh(loading.load(folder / "matterhouse.yml"))
    assert (first.state, first.not_due) == ("loaded", {})
    return folder, copied(folder, folder.with_name("kept"))


@pytest.fixture
def home(loaded: tuple[Path, Path]) -> Path:
    """The folder, in which both sources have a new title."""
    folder = put_back(*loaded)
    for name in ("often", "seldom"):
        write(folder, name, "Second")
    return folder


def write(home: Path, name: str, title: str) -> None:
    (home / name).mkdir(parents=True, exist_ok=True)
    (home / name / "a.md").write_text(f"---\ntitle: {title}\n---\n")


def settings(home: Path) -> loading.Settings:
    return loading.load(home / "matterhouse.yml")


def facts(home: Path) -> dict[str, dict]:
    ledger = Ledger(Layout(home / "w").ledger, read_only=True)
    known = ledger.sources()
    ledger.close()
    return known


def test_a_source_that_is_not_due_stays_as_it_is_and_the_run_says_until_when(home):
    listed_at = datetime.fromisoformat(facts(home)["seldom"]["refreshed_at"])
    report = refresh(settings(home))
    assert [account.source for account in report.sources] == ["often"]
    assert report.not_due == {"seldom": (listed_at + timedelta(hours=6)).isoformat(timespec="seconds")}
    assert rows(home / "w", TITLES) == [("often", "Second"), ("seldom", "First")]
    page = (home / "w" / "current" / "report.md").read_text()
    assert f"Not due: seldom before {report.not_due['seldom']}." in page
    told = matterhouse("run", cwd=home).stdout
    assert "not due before" in told
    assert f"{listed_at + timedelta(hours=6):%Y-%m-%d %H:%M:%S} UTC" in told


def test_who_asks_for_it_by_name_gets_it(home):
    done = matterhouse("run", "--source", "seldom", "--json", cwd=home)
    assert (done.returncode, [each["source"] for each in json.loads(done.stdout)["sources"]]) == (0, ["seldom"])
    assert rows(home / "w", TITLES) == [("often", "First"), ("seldom", "Second")]
    unknown = matterhouse("run", "--source", "sledom", cwd=home)
    assert (unknown.returncode, unknown.stderr.splitlines()[0]) == (
        2,
        "matterhouse: no source is called sledom; there are: often, seldom",
    )


def test_a_full_refresh_reads_it(home):
    report = refresh(settings(home), full_refresh=True)
    assert (report.not_due, len(report.sources)) == ({}, 2)
    assert rows(home / "w", TITLES) == [("often", "Second"), ("seldom", "Second")]


def test_where_all_tables_are_made_anew_it_is_due(home, monkeypatch):
    monkeypatch.setattr("matterhouse.engine.fingerprint.of_code", lambda: "other code")
    assert refresh(settings(home)).error is None
    assert rows(home / "w", TITLES) == [("often", "Second"), ("seldom", "Second")]


def test_a_source_that_failed_is_tried_again_in_each_run(home):
    (home / "seldom").rename(home / "away")
    ledger = Ledger(Layout(home / "w").ledger)
    with ledger.transaction():
        ledger.put_source("seldom", ledger.sources()["seldom"] | {"refreshed_at": "2026-01-01T00:00:00+00:00"})
    ledger.close()
    for _ in range(2):
        report = refresh(settings(home))
        assert (report.state, report.not_due) == ("partial", {})
        assert report.stale == {"seldom": "2026-01-01T00:00:00+00:00"}
    (home / "away").rename(home / "seldom")
    assert refresh(settings(home)).state == "loaded"
    assert refresh(settings(home)).not_due.keys() == {"seldom"}


def test_a_run_whose_due_sources_fail_is_partial(home):
    (home / "often").rename(home / "away")
    report = refresh(settings(home))
    assert (report.state, [failure.source for failure in report.failures]) == ("partial", ["often"])


HOUR = timedelta(hours=1)
MOMENTS = [
    pytest.param("6h", 6 * HOUR - timedelta(seconds=59), True, id="a minute early"),
    pytest.param("6h", 6 * HOUR - timedelta(seconds=61), False, id="too early"),
    pytest.param("30s", timedelta(seconds=26), False, id="a tenth too early"),
    pytest.param("30s", timedelta(seconds=28), True, id="nearly"),
    pytest.param("1w", 7 * 24 * HOUR, True, id="a week"),
    pytest.param("1w", 6 * 24 * HOUR, False, id="six days"),
    pytest.param("6h", -HOUR, True, id="the clock was set back"),
]


@pytest.mark.parametrize("every, passed, is_due", MOMENTS)
def test_when_a_source_is_due(home, every, passed, is_due):
    listed_at = datetime.now(UTC)
    own = settings(home).sources["seldom"].model_copy(update={"every": every})
    chosen = settings(home).model_copy(update={"sources": {"seldom": own}})
    known = {"seldom": facts(home)["seldom"] | {"refreshed_at": listed_at.isoformat()}}
    assert (not not_due(chosen, known, listed_at + passed)) is is_due


@pytest.mark.parametrize("change", [{"ref": "main"}, {"uri": "folder:/elsewhere"}, {"exclude": ("b.md",)}])
def test_a_source_whose_settings_changed_is_due(home, change):
    own = settings(home).sources["seldom"].model_copy(update=change)
    chosen = settings(home).model_copy(update={"sources": {"seldom": own}})
    assert not_due(chosen, facts(home), datetime.now(UTC)) == {}
    assert (
        not_due(settings(home), facts(home) | {"seldom": facts(home)["seldom"] | {"retry": True}}, datetime.now(UTC))
        == {}
    )


@pytest.mark.parametrize("every", ["15", "1.5h", "15 m", "-1h", "h", "1h30m", "15min", 15, True, ["1h"]])
def test_other_words_for_a_time_are_a_mistake(tmp_path, every):
    (tmp_path / "matterhouse.yml").write_text(f"sources:\n  news:\n    every: {json.dumps(every)}\n")
    with pytest.raises(loading.ConfigError) as mistake:
        loading.load(tmp_path / "matterhouse.yml")
    assert "sources.news.every" in str(mistake.value) and "matterhouse.yml:3" in str(mistake.value)
    assert "expected a whole number and its unit s, m, h, d or w, as in 15m, 6h or 30d" in str(mistake.value)
