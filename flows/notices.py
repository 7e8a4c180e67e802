"""Notices to people: a webhook, or a notification block of Prefect's, as the configuration says.

Secrets are looked up when a notice is sent: those of a URL in the environment, a block's on the Prefect server. A
notice that cannot be sent is logged and changes nothing else.
"""

import logging
import urllib.request
from collections.abc import Callable, Mapping, Set
from typing import Any

from matterhouse.settings.models import NoticeSettings, Settings
from matterhouse.settings.uris import filled
from matterhouse.warehouse.jsontext import json_text

FAILED, REJECTS, STALE, CRASHED, CONFIGURATION = "failed", "rejects", "stale", "crashed", "configuration"
WEBHOOK, BLOCK = "webhook", "block"
_Notice = Mapping[str, str]
_Log = logging.Logger | logging.LoggerAdapter
_TIMEOUT_SECONDS = 10


def has_receiver(settings: Settings) -> bool:
    """Whether anybody is to be told."""
    return settings.notices.webhook is not None or settings.notices.block is not None


def send(
    settings: NoticeSettings, notice: _Notice, title: str, text: str, log: _Log, without: Set[str] = frozenset()
) -> bool:
    """Send a notice every way that is set but those in ``without``; whether it reached anybody.

    ``notice`` has ``kind``, ``state``, ``key`` and ``about`` of its alarm, which a webhook gets beside title and text.
    """
    ways = {WEBHOOK: (settings.webhook, _to_webhook), BLOCK: (settings.block, _to_block)}
    told = [
        way in without or _sent(send_it, address, notice, title, text, log)
        for way, (address, send_it) in ways.items()
        if address is not None
    ]
    return any(told)


def ping(settings: NoticeSettings, log: _Log) -> bool:
    """Ask the URL that waits for the sign of a success; whether it answered."""
    if settings.ping is None:
        return False
    try:
        with urllib.request.urlopen(_url(settings.ping), timeout=_TIMEOUT_SECONDS):
            return True
    except Exception as error:  # as in _sent
        log.warning("the ping of a success could not be sent: %s", _reason(error))
        return False


def _sent(
    send_it: Callable[[str, _Notice, str, str], None], address: str, notice: _Notice, title: str, text: str, log: _Log
) -> bool:
    try:
        send_it(address, notice, title, text)
    except Exception as error:  # whatever a network, a server or a block does, the run is what matters
        log.warning("the notice of %s could not be sent: %s", notice["kind"], _reason(error))
        return False
    return True


def _reason(error: Exception) -> object:
    """What to log of an error: its message may hold a secret."""
    return getattr(error, "reason", None) or getattr(error, "code", None) or type(error).__name__


def _url(written: str) -> str:
    url = filled(written)
    if not url.startswith(("https://", "http://")):
        raise ValueError("it is no URL")
    return url


def _to_webhook(address: str, notice: _Notice, title: str, text: str) -> None:
    body = json_text({**notice, "title": title, "text": f"{title}\n{text}"}).encode()
    request = urllib.request.Request(_url(address), body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):
        pass


def _to_block(address: str, notice: _Notice, title: str, text: str) -> None:
    from prefect.blocks.core import Block

    block: Any = Block.load(address)
    block.notify(text, title)
