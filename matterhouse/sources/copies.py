"""The copies of what lies elsewhere: clones of repositories, archives, and what is noted of objects."""

import os
import re
import shutil
from collections.abc import Iterable
from hashlib import blake2b

from matterhouse.sources.uris import redacted

_MOST_OF_A_NAME = 60


def path_of(clones: str | os.PathLike[str], name: str, where: str) -> str:
    """The absolute path, but for its suffix, of the copy of a source below ``clones``, by its name and its place."""
    key = blake2b(os.fsencode(redacted(where)), digest_size=5).hexdigest()
    return os.path.join(os.path.abspath(clones), f"{re.sub(r'[^A-Za-z0-9_-]', '_', name)[:_MOST_OF_A_NAME]}-{key}")


def forget(clones: str | os.PathLike[str], names: Iterable[str]) -> None:
    """Remove the copies of the sources of these names, as far as that can be done.

    Longer names are cut in those of their copies, so that a copy may be of another source: it stays.
    """
    wanted = {name for name in names if len(name) <= _MOST_OF_A_NAME}
    if not wanted or not os.path.isdir(clones):
        return
    with os.scandir(clones) as entries:
        for entry in entries:
            called = re.fullmatch(r"(.+)-[0-9a-f]{10}(\..*)?", entry.name)
            if called is None or called[1] not in wanted:
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)
