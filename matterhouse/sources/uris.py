"""What the ``uri`` of a source names, and how to show it without its secrets."""

import os
import re

from matterhouse.sources.kinds import PROTOCOLS, Place, other_kind, shown_protocols, what_a_uri_is

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_REMOTE_HELPER = re.compile(r"[A-Za-z0-9+._-]*::")
_SCP_LIKE = re.compile(r"(?:([^/:@]+)@)?(\[[^]/]+\]|[^/:@]+):(?!/{2})(.+)", re.DOTALL)
_REF = re.compile(r"[^\x00-\x20\x7f:?*\[\\]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"<>]+")


def locate(uri: str, ref: str | None = None) -> Place:
    """The place that ``uri`` names; raises ValueError, in words, for what can never be a source.

    ``folder:`` before a path asks for the files on disk, ``git+`` before a path or URL for git.
    Without either, a URL (also ``user@host:path``) or a ``*.bundle`` file is git, and so is a
    folder if a ``ref`` is given, if it is a bare repository or if it has ``.git`` at its top:
    uncommitted changes are then not seen. Any other path is a folder. The schemes of other kinds
    (``matterhouse.sources.kinds``) come before all that.
    """
    _refuse_injection(uri, ref)
    if other := other_kind(uri):
        if ref is not None and not other.takes_ref:
            raise ValueError(f"a source of the kind {other.name} has no ref: leave out `ref`")
        return Place(other.name, uri)
    if uri.startswith("folder:"):
        if ref is not None:
            raise ValueError("a source read as a folder has no ref: leave out `ref` or the prefix `folder:`")
        return Place("folder", _absolute(uri.removeprefix("folder:")))
    where = uri.removeprefix("git+")
    _refuse_injection(where, None)
    if url := _URL.match(where):
        return _remote(url[1].lower(), where)
    return _on_this_machine(where, wants_git=ref is not None or where != uri)


def redacted(uri: str) -> str:
    """``uri`` as it may be shown: without password, token or query.

    The user name of an ssh URL stays (it is ``git``, as a rule); that of any other URL may be a
    token and is hidden too.
    """
    scheme, found, rest = uri.partition("://")
    if not found:
        return re.sub(r"^(git\+)?[^/@]*:[^/@]*@(?=[^/]*:)", r"\1***@", uri)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" not in authority and re.search(r":.*[^0-9]", re.sub(r"^\[[^]]*\]", "", authority)):
        authority = rest  # not a port but a password with a slash in it: nothing before the last @ is shown
    user, at, _ = authority.rpartition("@")
    tail = re.sub(r"([?#]).*", r"\1***", rest[len(user + at) :], count=1, flags=re.DOTALL)
    if at and scheme.removeprefix("git+").lower() == "ssh":
        user = user.partition(":")[0] + (":***" if ":" in user else "")
    elif at:
        user = "***"
    return f"{scheme}://{user}{at}{tail}"


def redacted_text(text: str, uri: str) -> str:
    """``text`` of another program, on one line and without the secrets of ``uri`` or of other URLs."""
    for secret in _secrets(uri):
        text = text.replace(secret, "***")
    text = _URL_IN_TEXT.sub(lambda url: redacted(url[0]), text)
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _secrets(uri: str) -> list[str]:
    """What stands before the last ``@`` and after the first ``?`` of a URL, whole and in its parts."""
    rest = uri.partition("://")[2]
    user = "" if uri.startswith(("ssh:", "git+ssh:")) else rest.rpartition("@")[0]
    found = [user, *user.partition(":")[::2], rest.rpartition("@")[0].partition(":")[2], rest.partition("?")[2]]
    return sorted({part for part in found if len(part) > 3}, key=len, reverse=True)


def is_bare_repository(folder: str) -> bool:
    """Whether ``folder`` looks like a git directory itself."""
    return os.path.isfile(f"{folder}/HEAD") and all(os.path.isdir(f"{folder}/{part}") for part in ("objects", "refs"))


def _refuse_injection(uri: str, ref: str | None) -> None:
    if not uri:
        raise ValueError(f"the uri is empty: give {what_a_uri_is()}")
    if uri.startswith("-"):
        raise ValueError("a uri does not begin with '-': write ./ before the name of such a folder")
    if "\0" in uri or _REMOTE_HELPER.match(uri):
        raise ValueError(f"this kind of uri is not allowed: {shown_protocols()}")
    if ref is not None and (ref.startswith("-") or not _REF.fullmatch(ref) or ".." in ref):
        raise ValueError("the ref is not a name: give a branch, a tag or a commit")


def _remote(protocol: str, url: str) -> Place:
    if protocol not in PROTOCOLS:
        raise ValueError(f"{protocol}:// is not allowed: {shown_protocols()}")
    if _CONTROL.search(url):
        raise ValueError("a git URL has no control characters")
    if protocol == "file" and url.endswith(".bundle"):
        return Place("remote", url[len("file://") :])
    return Place("remote", url)


def _on_this_machine(path: str, wants_git: bool) -> Place:
    folder = _absolute(path)
    if os.path.isdir(folder):
        is_git = wants_git or os.path.lexists(f"{folder}/.git") or is_bare_repository(folder)
        return Place("repository" if is_git else "folder", folder)
    if path.endswith(".bundle") and not _SCP_LIKE.fullmatch(path):
        return Place("remote", folder)
    if os.path.exists(folder):
        raise ValueError(f"this is a file: a source is {what_a_uri_is()}")
    if (remote := _SCP_LIKE.fullmatch(path)) and not _CONTROL.search(path):
        if any(part and part.startswith("-") for part in remote.groups()):
            raise ValueError("neither user, host nor path of a git URL begins with '-'")
        return Place("remote", path)
    return Place("repository" if wants_git else "folder", folder)


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))
