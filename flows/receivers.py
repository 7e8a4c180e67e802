"""Whom to tell when a configuration cannot be read any more: those whom it named when it last could.

Kept below Prefect's home, which flows write to anyway, in a file that its user alone may read: a webhook may be a
secret.
"""

import json
import os
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from prefect.settings import PREFECT_HOME
from pydantic import ValidationError

from matterhouse.settings.file import FILE_NAME
from matterhouse.settings.models import NoticeSettings, Settings


def remember(config: Path | None, settings: Settings) -> None:
    """Note whom the configuration names, and its warehouse. Where that cannot be kept, nothing happens."""
    notices = settings.notices
    facts = {"webhook": notices.webhook, "block": notices.block, "repeat_hours": notices.repeat_hours}
    text, file = json.dumps({"warehouse": str(settings.warehouse), "notices": facts}), _file(config)
    with suppress(OSError):
        if file.exists() and file.read_bytes() == text.encode():
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}")
        unfinished.touch(0o600)
        unfinished.write_text(text)
        unfinished.replace(file)


def last_known(config: Path | None) -> Settings | None:
    """The settings that tell whom to notify, and of which warehouse; None where none are known."""
    try:
        facts = json.loads(_file(config).read_text())
        return Settings(warehouse=Path(facts["warehouse"]), notices=NoticeSettings(**facts["notices"]))
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def _file(config: Path | None) -> Path:
    path = Path(config or FILE_NAME).expanduser().absolute()
    name = blake2b(os.fsencode(path), digest_size=8).hexdigest()
    return Path(PREFECT_HOME.value()).expanduser() / "matterhouse" / f"{name}.json"
