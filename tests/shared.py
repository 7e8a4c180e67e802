"""Real content and small cases that are not part of the repository; a test that needs them skips where they are absent.

They lie in `../shared` beside the checkout, or where the variables MATTERHOUSE_CORPORA and MATTERHOUSE_CASES say.
"""

import os
import tarfile
from pathlib import Path

import pytest

_SHARED = Path(__file__).resolve().parents[2] / "shared"
REAL_SITES = ("hexo-site", "jekyll-site", "obsidian-vault", "zola-toml-blog")


def corpus(name: str) -> Path:
    """A file of the real content, such as ``power-apps.bundle``."""
    return _there("MATTERHOUSE_CORPORA", _SHARED / "corpora", name)


def cases(name: str = "") -> Path:
    """The folder of the small inputs of other kinds of front matter, or of one of them."""
    return _there("MATTERHOUSE_CASES", _SHARED / "cases" / "front-matter", name)


def real_site(name: str, folder: Path) -> Path:
    """One of ``REAL_SITES``, unpacked below ``folder``."""
    with tarfile.open(corpus(f"other-kinds/{name}.tar.xz")) as archive:
        archive.extractall(folder / name, filter="data")
    return folder / name


def _there(variable: str, usual: Path, name: str) -> Path:
    path = Path(os.environ.get(variable) or usual) / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there: {variable} names the folder that has it")
    return path
