"""Our own copy of a file that a server has, fetched by https when the server says that it is another one."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import httpx

from matterhouse.sources.limits import Limits
from matterhouse.sources.uris import redacted_text

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_REFUSED = {401: "the login is missing or was refused", 403: "the login is missing or was refused"}
_REFUSED |= {404: "there is no such file", 410: "there is no such file"}
_TRIED_AGAIN = (408, 425, 429)
_SECONDS_WITHOUT_A_BYTE = 60.0


class NotFetched(Exception):
    """A file that could not be fetched; the message says why. ``may_pass``: the same may go well in a minute."""

    def __init__(self, why: str, may_pass: bool = False):
        super().__init__(why, may_pass)
        self.may_pass = may_pass

    def __str__(self) -> str:
        return str(self.args[0])


class Download:
    """The copy of ``url`` at ``path``; beside it lies what the server said of its version."""

    def __init__(self, url: str, path: str, limits: Limits):
        self.path = path
        self._url, self._limits = url, limits
        self._noted = f"{path}.json"

    def refresh(self) -> str:
        """Fetch the file if it is not the one that is here; a digest of its content. Raises NotFetched and OSError."""
        known = self._known()
        headers = {"Accept-Encoding": "identity"} | {
            header: known["validators"][name] for name, header in _VALIDATORS.items() if name in known["validators"]
        }
        try:
            with (
                httpx.Client(
                    timeout=_SECONDS_WITHOUT_A_BYTE,
                    follow_redirects=True,
                    event_hooks={"request": [_refuse_plain_http]},
                ) as client,
                client.stream("GET", self._url, headers=headers) as response,
            ):
                if response.status_code == httpx.codes.NOT_MODIFIED and known["digest"]:
                    return str(known["digest"])
                _refuse_failure(response.status_code)
                return self._keep(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            is_trust = "certificate" in str(error).lower()
            why = "its certificate is not trusted" if is_trust else "its host does not answer"
            raise NotFetched(f"{why} ({redacted_text(str(error), self._url)})", may_pass=not is_trust) from None

    def _keep(self, response: httpx.Response) -> str:
        """Write the file under another name first, so that what is left of a killed process is never taken for it."""
        part, state, size, begun = f"{self.path}.part", blake2b(digest_size=16), 0, time.monotonic()
        with open(part, "wb", opener=_private) as file:
            for chunk in response.iter_raw():
                size += len(chunk)
                self._refuse_too_much(size, time.monotonic() - begun)
                state.update(chunk)
                file.write(chunk)
        with suppress(FileNotFoundError):
            os.unlink(self._noted)  # what it says is of the file before
        os.replace(part, self.path)
        validators = {name: response.headers[name] for name in _VALIDATORS if name in response.headers}
        with open(self._noted, "w", opener=_private) as file:
            json.dump({"digest": state.hexdigest(), "size": size, "validators": validators}, file)
        return state.hexdigest()

    def _refuse_too_much(self, size: int, seconds: float) -> None:
        if size > self._limits.archive_bytes:
            raise NotFetched(f"it is larger than {self._limits.archive_bytes:,} bytes (the limit `archive_bytes`)")
        if seconds > self._limits.git_seconds:
            raise NotFetched("its transfer took longer than the limit `git_seconds`")

    def _known(self) -> dict[str, Any]:
        """What was noted of the file that is here; nothing where it is not the one that was fetched."""
        try:
            with open(self._noted, encoding="utf-8") as file:
                known: dict[str, Any] = json.load(file)
            if os.stat(self.path).st_size == known["size"]:
                return known
        except (OSError, ValueError, KeyError, TypeError):
            pass
        return {"digest": None, "validators": {}}


def _refuse_plain_http(request: httpx.Request) -> None:
    if request.url.scheme != "https":
        raise NotFetched("it leads to another protocol than https, and that is not allowed")


def _refuse_failure(status: int) -> None:
    if status != httpx.codes.OK:
        may_pass = status >= 500 or status in _TRIED_AGAIN
        raise NotFetched(f"{_REFUSED.get(status, 'its host does not give it')} (status {status})", may_pass)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
