"""The kinds of sources: what is registered, and a small kind of our own from the registration to the tables."""

import time
from copy import copy
from hashlib import sha256
from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.sources import Listing, SourceUnavailable, open_source
from matterhouse.sources.files import File
from matterhouse.sources.kinds import KINDS, Kind, Request
from matterhouse.sources.uris import Place, locate
from tests.warehouses import rows

DRAWERS = {"drawer:top": {"_news/a.md": b"---\ntitle: From a drawer\n---\nText\n", "x.js": b""}}
DRAWER = Kind("drawer", schemes=("drawer:",), help=("a drawer",), token="a digest", module=__name__)


class DrawerSource:
    """The files of one of ``DRAWERS``."""

    kind = "drawer"

    def __init__(self, request: Request):
        self.name, self.uri, self._globs = request.name, request.uri, request.globs
        self._files = DRAWERS[request.uri]

    def position(self) -> str:
        return sha256(repr(self._files).encode()).hexdigest()

    def still_at(self, position: str) -> bool:
        return self.position() == position

    def with_globs(self, globs):
        other = copy(self)
        other._globs = globs
        return other

    def list(self) -> Listing:
        wanted = {path: content for path, content in self._files.items() if self._globs.wants(path)}
        files = [
            File(path, path.encode(), len(content), 0, sha256(content).hexdigest()) for path, content in wanted.items()
        ]
        return Listing.of(files, [], time.time_ns())

    def read(self, files):
        return ((file, self._files[file.path]) for file in files)


def open_place(request: Request) -> DrawerSource:
    return DrawerSource(request)


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "drawer", DRAWER)


@pytest.mark.usefixtures("drawer")
def test_a_kind_that_is_registered_is_loaded_by_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    settings = load(sources=["desk=drawer:top"], warehouse=Path("w"))
    assert settings.sources["desk"].uri == "drawer:top"
    refresh(settings)
    assert rows(tmp_path / "w", "SELECT source, title FROM records") == [("desk", "From a drawer")]
    assert rows(tmp_path / "w", "SELECT kind FROM meta.sources") == [("drawer",)]
    assert [account.unchanged for account in refresh(settings).sources] == [1]


@pytest.mark.usefixtures("drawer")
def test_a_kind_that_is_registered_is_opened_and_told_of():
    source = open_source("desk", "drawer:top")
    assert isinstance(source, DrawerSource) and [file.path for file in source.list().files] == ["_news/a.md"]
    with pytest.raises(SourceUnavailable, match="give a folder, a git repository, .*, a git URL, .* or a drawer$"):
        open_source("desk", "")
    with pytest.raises(SourceUnavailable, match="git URLs begin with https://, .*, others with .*drawer:$"):
        open_source("desk", "http://host.example/x")
    with pytest.raises(SourceUnavailable, match="of the kind drawer has no ref"):
        open_source("desk", "drawer:top", "main")


def test_a_kind_that_is_not_registered_is_none():
    assert locate("drawer:top") == Place("remote", "drawer:top")


@pytest.mark.parametrize("kind", KINDS.values(), ids=str)
def test_every_kind_has_words_and_schemes_of_its_own(kind: Kind):
    others = [scheme for other in KINDS.values() if other is not kind for scheme in other.schemes]
    assert kind.schemes and not set(kind.schemes) & set(others)
    assert all(kind.help) and kind.token
