"""The copies of what lies elsewhere: clones of repositories, archives, and what is noted of objects."""

import os
import re
import shutil
from collections.abc import Iterable

_MOST_OF_A_NAME = 60


def forget(clones: str | os.PathLike[str], names: Iterable[str]) -> None:
    """Remove the copies of the sources of these names, as far as that can be done.

    They are called after their source and a digest of its place. Longer names are cut there, so that a copy may be
    of another source: it stays.
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
