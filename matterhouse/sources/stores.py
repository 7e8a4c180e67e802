"""Object stores: S3 and what speaks its protocol (``s3://``), Google's (``gs://``) and Azure's (``az://``).

Who we are is said by the environment's variables alone (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``,
``GOOGLE_SERVICE_ACCOUNT``, ``AZURE_STORAGE_ACCOUNT_NAME`` ...), never by a URL. The library is imported when a store is
opened, and not before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from matterhouse.sources.uris import redacted_text

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SCHEMES = ("s3://", "gs://", "az://")
_URL = r"(?:s3|gs|az)://[a-z0-9][a-z0-9._-]*(?:/[^?#\x00-\x1f\x7f]*)?"  # compiled where one is given
_METADATA_HOST = "169.254.169.254"  # which is asked for the machine's own role where the environment names nobody
NO_LOGIN = "the login is missing in the environment, or was refused"
_RETRIES = 6
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST = timedelta(milliseconds=100), timedelta(seconds=5), timedelta(seconds=60)


class StoreFailed(Exception):
    """A store that cannot be used; the message says why. ``may_pass``: the same may go well in a minute."""

    def __init__(self, why: str, may_pass: bool = False):
        super().__init__(why, may_pass)
        self.may_pass = may_pass

    def __str__(self) -> str:
        return str(self.args[0])


class Conflict(Exception):
    """An object was not written: another one than was expected stands under its key."""


def refuse_url(url: str) -> None:
    """Raise ValueError, in words, for what is not the URL of a prefix."""
    if not re.fullmatch(_URL, url):
        raise ValueError(
            "expected a bucket and a prefix, as in s3://bucket/prefix, without login, `?` or `#`: "
            "credentials come from environment variables"
        )


def open_store(url: str) -> ObjectStore:
    """The objects below a prefix; nothing is asked of the server yet. Raises StoreFailed."""
    from obstore.exceptions import BaseError
    from obstore.store import from_url

    try:
        refuse_url(url)
        return from_url(
            url.rstrip("/"),
            retry_config={
                "max_retries": _RETRIES,
                "retry_timeout": _LONGEST,
                "backoff": {"base": 2, "init_backoff": _FIRST_WAIT, "max_backoff": _LONGEST_WAIT},
            },
        )
    except (BaseError, ValueError) as error:
        raise StoreFailed(f"it cannot be opened ({_said(error, url)})") from None


@contextmanager
def failures_in_words(url: str) -> Iterator[None]:
    """What the library raises becomes FileNotFoundError, PermissionError, Conflict or else StoreFailed."""
    from obstore import exceptions

    try:
        yield
    except exceptions.NotFoundError as error:
        raise FileNotFoundError(_said(error, url)) from None
    except exceptions.PermissionDeniedError as error:
        raise PermissionError(_said(error, url)) from None
    except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as error:
        raise Conflict(_said(error, url)) from None
    except exceptions.InvalidPathError as error:
        raise StoreFailed(f"it holds an object whose name is no path ({_said(error, url)})") from None
    except exceptions.BaseError as error:
        raise _failed(_said(error, url)) from None


def _failed(said: str) -> StoreFailed:
    if "NoSuchBucket" in said or "ContainerNotFound" in said:
        return StoreFailed("there is no such bucket")
    if _METADATA_HOST in said or "401 Unauthorized" in said:
        return StoreFailed(NO_LOGIN)
    return StoreFailed(f"it does not answer as a store does ({said})", may_pass=True)


def _said(error: Exception, url: str) -> str:
    """What a store's library says, in a line."""
    return redacted_text(str(error).partition("\n\nDebug source")[0], url)[:300]
