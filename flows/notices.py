"""Notices to people: a webhook, or a notification block of Prefect's, as the configuration says.

Secrets are looked up when a notice is sent: those of a webhook's URL in the environment, a block's on the
Prefect server. A notice that cannot be sent is logged and changes nothing else.
"""

import json
import logging
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matterhouse.settings.models import NoticeSettings, Settings
from matterhouse.settings.uris import filled
from matterhouse.warehouse.jsontext import json_text

FAILED, REJECTS, STALE, CRASHED = "failed", "rejects", "stale", "crashed"
_Sender = Callable[[NoticeSettings, str, str, str], bool]
_Log = logging.Logger | logging.LoggerAdapter
_TIMEOUT_SECONDS = 10
_REMEMBERED = 200


def notify(settings: Settings, kind: str, text: str, log: _Log) -> bool:
    """Send a notice, unless the same one was sent not long ago; whether anything was sent.

    ``kind`` is what it is about: failed, rejects, stale or crashed.
    """
    notices = settings.notices
    if notices.webhook is None and notices.block is None:
        return False
    memory = _Memory(settings.warehouse / "state" / "notices.json", notices.repeat_hours)
    if memory.has(kind, text):
        log.debug("notice not repeated: %s", text)
        return False
    title = f"Matterhouse {kind}: {settings.warehouse}"
    sent = [_sent(send, notices, kind, title, text, log) for send in (_to_webhook, _to_block)]
    if any(sent):
        memory.add(kind, text)
    return any(sent)


def _sent(send: _Sender, notices: NoticeSettings, kind: str, title: str, text: str, log: _Log) -> bool:
    try:
        return send(notices, kind, title, text)
    except Exception as error:  # whatever a network, a server or a block does, the run is what matters
        reason = getattr(error, "reason", None) or getattr(error, "code", None) or type(error).__name__
        log.warning("the notice of %s could not be sent: %s", kind, reason)
        return False


def _to_webhook(notices: NoticeSettings, kind: str, title: str, text: str) -> bool:
    if notices.webhook is None:
        return False
    url = filled(notices.webhook)
    if not url.startswith(("https://", "http://")):
        raise ValueError("the webhook is no URL")
    body = json_text({"kind": kind, "title": title, "text": f"{title}\n{text}"}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):
        return True


def _to_block(notices: NoticeSettings, kind: str, title: str, text: str) -> bool:
    if notices.block is None:
        return False
    from prefect.blocks.core import Block

    block: Any = Block.load(notices.block)
    block.notify(text, title)
    return True


class _Memory:
    """The notices sent lately and when, kept in a file of the warehouse's state."""

    def __init__(self, file: Path, repeat_hours: float):
        self._file = file
        try:
            sent = json.loads(file.read_text())
            self._sent = {
                str(notice): float(at) for notice, at in sent.items() if at > time.time() - repeat_hours * 3600
            }
        except (OSError, ValueError, AttributeError, TypeError):
            self._sent = {}

    def has(self, kind: str, text: str) -> bool:
        return f"{kind}: {text}" in self._sent

    def add(self, kind: str, text: str) -> None:
        self._sent[f"{kind}: {text}"] = time.time()
        newest = sorted(self._sent.items(), key=lambda each: each[1])[-_REMEMBERED:]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(dict(newest)))
