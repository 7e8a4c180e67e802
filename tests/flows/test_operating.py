"""What docs/operating.md tells an operator to do works, and names what there is."""

import re
import shutil
from configparser import ConfigParser
from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.flows import notices
from matterhouse.settings.loading import load
from matterhouse.warehouse import snapshots
from matterhouse.warehouse.layout import Layout

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "operating.md").read_text()


def test_a_copied_snapshot_is_a_back_up(config: Path, tmp_path: Path):
    assert refresh(load(config)).state == "loaded"
    original = snapshots.current(Layout(tmp_path / "warehouse"))
    shutil.copytree(original.path, tmp_path / "backup" / original.id)
    shutil.rmtree(tmp_path / "warehouse")
    shutil.copytree(tmp_path / "backup" / original.id, tmp_path / "warehouse" / "snapshots" / original.id)
    report = refresh(load(config))
    assert (report.state, report.snapshot) == ("unchanged", original.id)
    assert report.bytes_read < 5_000
    assert snapshots.current(Layout(tmp_path / "warehouse")).id == original.id


@pytest.mark.parametrize(
    "unit", re.findall(r"```ini\n(.*?)```", DOCS, re.DOTALL), ids=lambda unit: unit.splitlines()[0].rpartition("/")[2]
)
def test_the_units_start_what_there_is(unit: str):
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str
    parsed.read_string(unit)
    assert set(parsed) == {"DEFAULT", "Unit", "Service", "Install"}
    for name in ("ExecStart", "ExecStartPre"):
        if command := parsed["Service"].get(name):
            assert re.match(
                r"/opt/matterhouse/bin/(matterhouse (serve|deploy) --config |prefect (server|worker) start )", command
            )
    assert parsed["Service"]["User"] == "matterhouse"


def test_every_alarm_is_explained():
    from matterhouse.flows.state_names import DAMAGED, PARTIAL, SKIPPED, TOO_MANY_REJECTS

    alarms = DOCS.partition("## Alarms")[2].partition("## Back-up")[0]
    for state in ("Completed", PARTIAL, SKIPPED, "Cancelled", "Failed", TOO_MANY_REJECTS, "Crashed", DAMAGED):
        assert f"`{state}`" in alarms
    for kind in (notices.FAILED, notices.REJECTS, notices.CRASHED, notices.STALE):
        assert f"notice `{kind}`" in alarms


def test_the_versions_are_those_that_are_installed():
    pinned = (ROOT / "pyproject.toml").read_text()
    assert '"prefect==3.8.8"' in pinned and '"fastapi<0.151"' in pinned and '"sqlalchemy<2.1"' in pinned
    assert "Prefect at 3.8.8, FastAPI below 0.151 and SQLAlchemy below 2.1" in DOCS


def test_the_event_and_the_links_are_right():
    assert '"matterhouse.snapshot.published"' in (ROOT / "flows" / "assets.py").read_text()
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", DOCS):
        assert (ROOT / "docs" / link).exists(), link
