"""The ``uri`` of a source as the configuration has it: filled in, made absolute, and shown without secrets."""

import os
import re

from matterhouse.sources.kinds import ARCHIVE, other_kind
from matterhouse.sources.uris import locate, redacted

_VARIABLE = re.compile(r"\$\{([^}]*)(\}?)")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HALF_URL = re.compile(r"(https?|ssh|git|file):/(?!/)|file://(?!/)")
# SQLite opens paths of at most 512 bytes, and the ledger lies below the warehouse's folder.
_LONGEST_PATH = 450
_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+._-]*::")


def filled(uri: str) -> str:
    """``uri`` with the values of the environment variables that it names; raises ValueError for one that is not set."""

    def value(variable: re.Match[str]) -> str:
        if not variable[2] or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable[1]):
            raise ValueError("expected the name of an environment variable between ${ and }, as in ${TOKEN}")
        if not os.environ.get(variable[1]):
            raise ValueError(f"expected the environment variable {variable[1]} to have a value, but it is not set")
        return os.environ[variable[1]]

    return _VARIABLE.sub(value, uri)


def anchored(uri: str, folder: str | os.PathLike[str]) -> str:
    """``uri`` such that ``matterhouse.sources.uris.locate`` finds, from anywhere, what it would find in ``folder``."""
    other = other_kind(uri)
    if other and not other.suffixes:
        return uri
    prefix = _prefix(uri)
    where = uri.removeprefix(prefix)
    if _HALF_URL.match(where):
        raise ValueError("expected two slashes in a URL, and the whole path in one of a file, as in file:///srv/news")
    if (prefix != "folder:" and (_URL.match(where) or where[:1] in ("", "-"))) or _REMOTE_HELPER.match(uri):
        return uri
    path = os.path.abspath(os.path.join(folder, os.path.expanduser(where)))
    is_remote = not os.path.exists(path) and ":" in where.split("/")[0] and locate(uri).kind == "remote"
    return uri if is_remote else prefix + path


def shown_uri(uri: str) -> str:
    """``uri`` as it may be shown: without its secrets, also where a mistake keeps it from being a URL."""
    if "://" in uri:
        return redacted(uri)
    prefix = _prefix(uri)
    return prefix + re.sub(r".*:.*@", "***@", uri.removeprefix(prefix), flags=re.DOTALL)


def _prefix(uri: str) -> str:
    """What stands before a path, or nothing."""
    return next((known for known in ("folder:", "git+", *ARCHIVE.schemes) if uri.startswith(known)), "")


def unusable_folder(path: str) -> str | None:
    """Why a warehouse cannot lie at the absolute ``path``; None where it can."""
    try:
        length = len(path.encode())
    except UnicodeEncodeError:
        return "expected a path of UTF-8 text, without other bytes"
    if "?" in path:
        return "expected a path without a question mark: DuckDB would take what follows it for options"
    if length > _LONGEST_PATH:
        return f"expected a path of at most {_LONGEST_PATH} bytes, from the root down: this one has {length}"
    return None
