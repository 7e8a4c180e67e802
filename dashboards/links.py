"""Addresses: of this dashboard's own pages, relative to the page that names them, and of the world outside."""

from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from matterhouse.dashboards.filters import is_answered

OVERVIEW = ""


class Links(Protocol):
    """How a page names others; None where there is no such page, so that its name stands there as text.

    ``is_server``: whether somebody answers what forms ask. ``policy``: the Content-Security-Policy of files.
    """

    is_server: bool
    policy: str

    def page(self, name: str, **parameters: Any) -> str | None:
        """The address of a page, such as ``topic`` with ``topic="AI"``; none where a text is too long to ask for."""
        ...

    def csv(self, name: str, **parameters: Any) -> str | None:
        """The address of a statement's rows as CSV."""
        ...

    def static(self, name: str) -> str:
        """The address of a file that pages need."""
        ...


class ServerLinks:
    """Addresses of a server; ``depth`` is how many folders deep the page lies that names them."""

    is_server = True
    policy = ""

    def __init__(self, depth: int = 0):
        self._up = "../" * depth or "./"

    def page(self, name: str, **parameters: Any) -> str | None:
        return f"{self._up}{name}{_query(parameters)}" if may_ask(parameters) else None

    def csv(self, name: str, **parameters: Any) -> str | None:
        return f"{self._up}csv/{name}.csv{_query(parameters)}"

    def static(self, name: str) -> str:
        return f"{self._up}static/{name}"


def external(address: Any) -> str | None:
    """An address that content gives, if a link may lead there: http or https with a host; else None."""
    if not isinstance(address, str) or any(ord(sign) < 0x21 or sign in '\\"<>' for sign in address.strip()):
        return None
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname
    except ValueError:
        return None
    return address.strip() if parts.scheme.lower() in ("http", "https") and host else None


def may_ask(parameters: dict[str, Any]) -> bool:
    """Whether an address with these parameters is answered."""
    return all(is_answered(value) for value in parameters.values() if isinstance(value, str))


def _query(parameters: dict[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"?{urlencode(given)}" if given else ""
