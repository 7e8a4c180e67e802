"""Surrogate keys, and the canonical forms that rows are joined by."""

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urlsplit

_TRACKING = re.compile(
    r"(?:utm_[^=]*|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|yclid|ncid|cmpid|_ga)(?:=|\Z)", re.I
)
# Most addresses have nothing in them to canonicalise but the ends.
_PLAIN_ADDRESS = re.compile(r"https?://(?:www\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)((?:/[A-Za-z0-9._~!$&'()*+,;=@%-]*)*)")


def record_id(source: str, path: str) -> str:
    """First 16 hex digits of BLAKE2b-64 over source, NUL and path."""
    return _key(source, path)


def item_id(source: str, path: str, key: str) -> str:
    """The id of an item of a data file: as of a file, over source, NUL, path, NUL and the item's key or place."""
    return _key(source, f"{path}\0{key}")


@lru_cache(maxsize=1 << 14)  # few provide many
def provider_id(name: str | None, domain: str | None) -> str | None:
    """First 16 hex digits of BLAKE2b-64 over name, NUL and domain; None where both are absent."""
    if name is None and domain is None:
        return None
    return _key(name or "", domain or "")


def _key(first: str, second: str) -> str:
    return blake2b(f"{first}\0{second}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def url_key(url: str | None) -> str | None:
    """Canonical form of a web address, equal for addresses that lead to the same page.

    The host in lower case without ``www.``; no scheme, fragment, tracking parameters or trailing
    slash. None where ``url`` is no web address.
    """
    plain = _PLAIN_ADDRESS.fullmatch(url or "")
    if plain:
        return plain[1] + plain[2].rstrip("/")
    try:
        parts = urlsplit((url or "").strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in ("http", "https", ""):
        return None
    if port not in (None, 80, 443):
        host = f"{host}:{port}"
    kept = [pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair)]
    return host + parts.path.rstrip("/") + ("?" + "&".join(kept) if kept else "")
