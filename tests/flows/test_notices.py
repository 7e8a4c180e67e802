"""Notices: sent once in a while, and never with a secret that stands in the configuration."""

import logging

import pytest

from matterhouse.flows import notices
from matterhouse.settings.models import NoticeSettings, Settings

LOG = logging.getLogger("test")


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    texts = []
    monkeypatch.setattr(
        "matterhouse.flows.notices._to_webhook",
        lambda settings, kind, title, text: bool(texts.append(f"{kind}: {text}")) or True,
    )
    return texts


def settings(tmp_path, **notice) -> Settings:
    return Settings(warehouse=tmp_path, notices=NoticeSettings(webhook="https://hooks.example.org/${TOKEN}", **notice))


def test_the_same_notice_is_sent_once_within_its_hours(tmp_path, sent, monkeypatch):
    assert notices.notify(settings(tmp_path), "failed", "no disk", LOG)
    assert not notices.notify(settings(tmp_path), "failed", "no disk", LOG)
    assert notices.notify(settings(tmp_path), "failed", "no network", LOG)
    assert notices.notify(settings(tmp_path), "stale", "no disk", LOG)
    late = notices.time.time() + 25 * 3600
    monkeypatch.setattr("matterhouse.flows.notices.time.time", lambda: late)
    assert notices.notify(settings(tmp_path), "failed", "no disk", LOG)
    assert sent == ["failed: no disk", "failed: no network", "stale: no disk", "failed: no disk"]


def test_every_notice_is_sent_when_repeat_hours_is_0(tmp_path, sent):
    for _ in range(2):
        assert notices.notify(settings(tmp_path, repeat_hours=0), "failed", "no disk", LOG)
    assert len(sent) == 2


def test_a_memory_that_cannot_be_read_is_no_memory(tmp_path, sent):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "notices.json").write_text("[1")
    assert notices.notify(settings(tmp_path), "failed", "no disk", LOG)


def test_nobody_to_tell(tmp_path):
    assert not notices.notify(Settings(warehouse=tmp_path), "failed", "no disk", LOG)
    assert not (tmp_path / "state").exists()


def test_the_secret_of_a_webhook_is_not_logged(tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("TOKEN", "s3cret")
    monkeypatch.setattr(
        "urllib.request.urlopen", lambda request, timeout: (_ for _ in ()).throw(OSError(request.full_url))
    )
    assert not notices.notify(settings(tmp_path), "failed", "no disk", LOG)
    assert "could not be sent" in caplog.text and "s3cret" not in caplog.text
    assert "hooks.example.org" not in repr(settings(tmp_path)) + settings(tmp_path).model_dump_json()
