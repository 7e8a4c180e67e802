"""What every kind of source does alike: the same files listed, read, found unchanged, changed or gone, and loaded."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from matterhouse.engine.run import refresh
from matterhouse.settings.loading import load
from matterhouse.sources import Globs, Limits, Source, SourceUnavailable, Unreadable, open_source
from matterhouse.sources.files import blob_id
from tests.sources.kinds import KINDS, Place
from tests.warehouses import rows

FILES = {
    "_news/a.md": b"---\ntitle: A\n---\nText of A\n",
    "_news/b.md": b"---\ntitle: B\n---\nText of B\n",
    "_news/\xfc b.md".encode().decode(): b"---\ntitle: C\n---\n",
    "_layouts/page.html": b"---\n---\n",
    "script.js": b"1;",
    "empty.md": b"",
}
WANTED = sorted(path for path in FILES if path.endswith(".md"))


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with KINDS[request.param](tmp_path) as made:
        made.write(FILES)
        yield made


def opened(place: Place, tmp_path: Path, **options: object) -> Source:
    return open_source("news", place.uri, clones=tmp_path / "clones", **options)


def contents(source: Source) -> dict[str, bytes | Unreadable]:
    return {file.path: content for file, content in source.read(source.list().files)}


def test_its_files_are_listed_and_read(place: Place, tmp_path: Path):
    source = opened(place, tmp_path)
    source.position()
    listing = source.list()
    assert [file.path for file in listing.files] == WANTED
    assert [(file.path, reason) for file, reason in listing.skipped] == []
    found = list(source.read(reversed(listing.files)))
    assert [(file.path, content) for file, content in found] == [(path, FILES[path]) for path in reversed(WANTED)]
    assert [(file.size, file.content_hash) for file, _ in found] == [
        (len(FILES[path]), blob_id(FILES[path])) for path in reversed(WANTED)
    ]


def test_other_files_are_listed_and_read_as_well(place: Place, tmp_path: Path):
    source = opened(place, tmp_path)
    source.position()
    others = source.with_globs(Globs(("**/*.js",), ())).list().files
    assert [(file.path, content) for file, content in source.read(others)] == [("script.js", b"1;")]
    assert contents(source) == {path: FILES[path] for path in WANTED}
    excluding = source.with_globs(Globs(("**/*.md",), ("_news/a.md",)))
    assert [(file.path, reason) for file, reason in excluding.list().skipped] == [("_news/a.md", "excluded")]


def test_it_is_read_in_another_process_as_in_this_one(place: Place, tmp_path: Path):
    source = opened(place, tmp_path)
    source.position()
    files = source.list().files
    assert {file.path: content for file, content in pickle.loads(pickle.dumps(source)).read(files)} == contents(source)


def test_what_is_too_large_or_gone_is_told(place: Place, tmp_path: Path):
    source = opened(place, tmp_path, limits=Limits(file_bytes=len(FILES["_news/a.md"]) - 1))
    source.position()
    listing = source.list()
    found = {file.path: content for file, content in source.read(listing.files)}
    assert [path for path, content in found.items() if isinstance(content, Unreadable)] == ["_news/a.md", "_news/b.md"]
    assert found["_news/a.md"].reason == "too_large" and found["empty.md"] == b""
    with pytest.raises(SourceUnavailable, match="limit `files`"):
        crowded = opened(place, tmp_path, limits=Limits(files=2))
        crowded.position()
        crowded.list()


def test_a_place_that_is_gone_is_unavailable(place: Place, tmp_path: Path):
    place.remove()
    with pytest.raises(SourceUnavailable, match="^source news"):
        source = opened(place, tmp_path)
        if source.position() is None:
            source.list()


@pytest.mark.parametrize("place", ["folder", "git", "archive .zip", "objects"], indirect=True)
def test_it_is_loaded_found_unchanged_and_changed(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    settings = load(sources=[f"news={place.uri}"], warehouse=Path("w"), include=["_news/*.md"])

    def account() -> tuple[str, int, int, int]:
        report = refresh(settings, accept_drop=True)
        assert not report.error
        [counts] = report.sources
        return str(report.state), counts.loaded, counts.unchanged, counts.removed

    assert account() == ("loaded", 3, 0, 0)
    assert rows(tmp_path / "w", "SELECT path, title FROM records ORDER BY title") == [
        ("_news/a.md", "A"), ("_news/b.md", "B"), ("_news/\xfc b.md", "C")
    ]  # fmt: skip
    assert account() == ("unchanged", 0, 3, 0)
    place.write(FILES)  # again, in another archive, commit or second
    assert account() == ("unchanged", 0, 3, 0)
    changed = FILES | {"_news/a.md": FILES["_news/a.md"].replace(b"title: A", b"title: Z")}
    del changed["_news/b.md"]
    place.write(changed)
    assert account() == ("loaded", 1, 1, 1)
    assert rows(tmp_path / "w", "SELECT title FROM records ORDER BY title") == [("C",), ("Z",)]


def test_what_stays_for_a_while_is_known_by_little(place: Place, tmp_path: Path):
    """Where a position tells what changed, it is the same until the content changes; else the listing is."""
    place.age()
    first, second = (opened(place, tmp_path) for _ in range(2))
    position = first.position()
    assert second.position() == position
    listed = first.list()
    assert second.list().digest == listed.digest
    assert position is None or second.still_at(position) or "https" in place.uri
    place.write(FILES | {"_news/a.md": b"---\ntitle: Z\n---\n"})
    third = opened(place, tmp_path)
    assert position is None or (third.position() != position and not third.still_at(position))
    assert third.list().digest != listed.digest
