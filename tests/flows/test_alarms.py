"""Alarms: told when something begins, while it lasts and when it is over; never with a secret of the configuration."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matterhouse.engine.report import Report
from matterhouse.engine.run import refresh
from matterhouse.flows import hooks, notices
from matterhouse.flows.alarms import Alarms, flow, source
from matterhouse.settings.loading import load
from matterhouse.settings.models import NoticeSettings, Settings

LOG = logging.getLogger("test")
HOOK = "http://127.0.0.1:${HOOK_PORT}/"


def settings(tmp_path: Path, **notice) -> Settings:
    return Settings(warehouse=tmp_path, notices=NoticeSettings(**{"webhook": HOOK, **notice}))


def alarms(tmp_path: Path, **notice) -> Alarms:
    return Alarms(settings(tmp_path, **notice), LOG)


def told(webhook: list[dict]) -> list[tuple[str, str]]:
    found = [(notice["state"], notice["key"]) for notice in webhook]
    webhook.clear()
    return found


def hours_later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    later = datetime.now(UTC).timestamp() + hours * 3600
    monkeypatch.setattr("matterhouse.flows.alarms.time.time", lambda: later)


def test_an_alarm_is_told_once_while_its_numbers_change_again_after_its_hours_and_when_it_is_over(
    tmp_path, webhook, monkeypatch
):
    for count in (3, 4, 5):
        alarms(tmp_path).open("rejects", source("news"), f"{count} files could not be read")
    assert told(webhook) == [("opened", "rejects/source/news")]
    hours_later(monkeypatch, 25)
    alarms(tmp_path).open("rejects", source("news"), "6 files could not be read")
    assert re.search(r"still open: .*\n6 files could not be read \(since 20.* UTC\)$", webhook[0]["text"], re.DOTALL)
    assert told(webhook) == [("still open", "rejects/source/news")]
    for _ in range(2):
        alarms(tmp_path).recover("rejects", source("news"))
    assert "6 files could not be read" in webhook[0]["text"]
    assert told(webhook) == [("recovered", "rejects/source/news")]
    alarms(tmp_path).open("rejects", source("news"), "1 file could not be read")
    assert told(webhook) == [("reopened", "rejects/source/news")]


def test_alarms_of_other_kinds_sources_and_flows_are_others(tmp_path, webhook):
    for kind, about in [
        ("failed", source("news")),
        ("failed", source("learning")),
        ("failed", flow("refresh")),
        ("stale", source("news")),
    ]:
        assert alarms(tmp_path).open(kind, about, "the same words")
    assert not alarms(tmp_path).recover("crashed", flow("refresh"))
    assert len(set(told(webhook))) == 4
    alarms(tmp_path).recover_sources_but({"news"})
    assert told(webhook) == [("recovered", "failed/source/learning")]


def test_an_alarm_is_told_after_every_run_when_repeat_hours_is_0(tmp_path, webhook):
    for _ in range(3):
        alarms(tmp_path, repeat_hours=0).open("failed", flow("refresh"), "no disk")
    assert [state for state, _ in told(webhook)] == ["opened", "still open", "still open"]


@pytest.mark.parametrize("memory", ["[1", '{"failed: no disk": 1700000000.0}', '{"failed/flow/refresh": {"text": 1}}'])
def test_a_memory_that_cannot_be_read_is_no_memory(tmp_path, webhook, memory):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "alarms.json").write_text(memory)
    assert alarms(tmp_path).open("failed", flow("refresh"), "no disk")


def test_what_reached_nobody_is_told_by_the_next_run(tmp_path, webhook, monkeypatch):
    with monkeypatch.context() as without:
        without.setenv("HOOK_PORT", "1")
        assert not alarms(tmp_path).open("failed", flow("refresh"), "no disk")
    assert alarms(tmp_path).open("failed", flow("refresh"), "no disk")
    with monkeypatch.context() as without:
        without.setenv("HOOK_PORT", "1")
        assert not alarms(tmp_path).recover("failed", flow("refresh"))
    assert alarms(tmp_path).recover("failed", flow("refresh"))


def test_nobody_to_tell(tmp_path):
    assert not alarms(tmp_path, webhook=None).open("failed", flow("refresh"), "no disk")
    assert not (tmp_path / "state").exists()


def test_the_secret_of_a_url_is_not_logged_and_not_kept(tmp_path, monkeypatch, caplog, webhook):
    monkeypatch.setenv("TOKEN", "s3cret")
    monkeypatch.setenv("HOOK_PORT", "1")
    given = settings(tmp_path, webhook=f"{HOOK}${{TOKEN}}", ping=f"{HOOK}${{TOKEN}}")
    assert not Alarms(given, LOG).open("failed", flow("refresh"), "no disk")
    assert not notices.ping(given.notices, LOG)
    assert caplog.text.count("could not be sent") == 2 and "s3cret" not in caplog.text
    assert "HOOK_PORT" not in repr(given) + given.model_dump_json()
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("day, is_stale", [("2035-01-01", True), ("yesterday", False), ("2020-01-01", True)])
def test_a_date_that_is_to_come_is_no_sign_of_life(tmp_path, day, is_stale):
    yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
    content = tmp_path / "content" / "_news"
    content.mkdir(parents=True)
    for name, date in (("old.md", "2020-01-01"), ("other.md", day.replace("yesterday", yesterday))):
        (content / name).write_text(f"---\ntitle: A\npublishedDateTime: {date}T00:00:00Z\n---\n")
    file = tmp_path / "matterhouse.yml"
    file.write_text("sources: {news: {uri: 'folder:content', max_age: 72}}\n")
    report = refresh(load(file))
    assert [check["name"] for check in report.failed_checks if check["name"] == "fresh_sources"] == (
        ["fresh_sources"] if is_stale else []
    )
    assert bool(hooks.stale(load(file))) == is_stale
    assert "the newest is of 2020-01-01" in json.dumps(hooks.stale(load(file))) or not is_stale


def test_an_object_store_that_does_not_take_a_snapshot_is_told_of_until_it_does(tmp_path, webhook):
    place = "s3://bucket/warehouse"
    own, report = settings(tmp_path).model_copy(update={"publish": (place,)}), Report("run", "2026-01-01T00:00:00Z")
    hooks.tell_sources(own, report, "first")
    report.tell_unsent({place: "it does not answer"})
    hooks.tell_sources(own, report, "second")
    assert webhook[0]["text"].endswith(f"{place} keeps the snapshot that it has: it does not answer")
    assert told(webhook) == [("opened", f"failed/store/{place}")]
    hooks.tell_sources(own, Report("run", "2026-01-01T00:00:00Z", error="all sources failed"), "third")
    assert told(webhook) == []
    hooks.tell_sources(own, Report("run", "2026-01-01T00:00:00Z"), "fourth")
    assert told(webhook) == [("recovered", f"failed/store/{place}")]
