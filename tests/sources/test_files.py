"""Names, globs and listings: nothing here touches a disk."""

import hashlib
import re
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matterhouse.sources.files import RACY_NS, File, Globs, Listing, blob_id, glob_regex, path_text

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND


def file(path: str = "_news/a.md", size: int = 10, mtime_ns: int = 5, content_hash: str | None = None) -> File:
    return File(path, path.encode(), size, mtime_ns, content_hash)


def matches(glob: str, path: str) -> bool:
    return re.fullmatch(glob_regex(glob), path, re.DOTALL) is not None


@pytest.mark.parametrize("glob, yes, no", [
    ("**/*.md", ["a.md", "_news/a.md", "a/b/c/d.md", "_news/.md", "a\nb/c\n.md", "a.MD", "B/x.Md"], ["a.mdx", "a.md/b", "md"]),
    ("*.md", ["a.md", ".md"], ["_news/a.md"]),
    ("_*/**/*.yaml", ["_data/a.yaml", "_data/topics/a.yaml", "_/a.yaml"], ["a.yaml", "data/a.yaml", "x/_data/a.yaml"]),
    ("_site/**", ["_site/a", "_site/a/b/c.md"], ["_site", "x/_site/a", "_site/"]),
    ("**/.*", [".git", "a/.x", ".", "a/b/..."], ["a.x", ".git/x", "a/.x/b"]),
    ("**/.*/**", [".git/x", "a/.x/b/c"], [".git", "a/.x", "a.b/c"]),
    ("a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["a/xb", "ab", "a/b/c"]),
    ("a/**/**/b", ["a/b", "a/x/y/b"], ["ab"]),
    ("**", ["a", "a/b/c"], [""]),
    ("**/**", ["a", "a/b/c"], [""]),
    ("a**b/c", ["ab/c", "axxb/c"], ["a/b/c"]),
    ("?.md", ["a.md", "é.md", "📚.md", "\n.md"], ["ab.md", ".md", "/.md"]),
    ("[ab].md", ["[ab].md"], ["a.md"]),
    ("a+(b|c).$^md", ["a+(b|c).$^md"], ["ab.md"]),
    ("-rf/*", ["-rf/x"], ["rf/x"]),
    ("\\\\xff.md", ["\\\\xff.md"], ["\\xff.md"]),
])  # fmt: skip
def test_a_glob_matches_whole_paths(glob: str, yes: list[str], no: list[str]):
    assert [path for path in yes if not matches(glob, path)] == []
    assert [path for path in no if matches(glob, path)] == []


@pytest.mark.parametrize("glob", ["", "/a", "a/", "a//b", "../a", "a/../b", "./a"])
def test_a_glob_that_could_match_nothing_is_an_error(glob: str):
    with pytest.raises(ValueError, match="matches no file"):
        Globs([glob], [])
    with pytest.raises(ValueError, match="matches no file"):
        Globs(["**/*.md"], [glob])


def matches_slowly(glob: list[str], path: list[str]) -> bool:
    """The reference: what a glob means, said by recursion over folders and characters."""
    if not glob or not path:
        return glob == path
    if glob[0] == "**":
        return matches_slowly(glob[1:], path) if len(glob) > 1 and matches_slowly(glob[1:], path) else (
            len(glob) == 1 or matches_slowly(glob, path[1:])
        )  # fmt: skip
    return segment_matches_slowly(glob[0], path[0]) and matches_slowly(glob[1:], path[1:])


def segment_matches_slowly(glob: str, name: str) -> bool:
    if not glob:
        return not name
    if glob[0] == "*":
        return any(segment_matches_slowly(glob[1:], name[i:]) for i in range(len(name) + 1))
    return bool(name) and glob[0] in ("?", name[0]) and segment_matches_slowly(glob[1:], name[1:])


plain_segments = st.text("ab.*?\n", min_size=1, max_size=4).filter(lambda text: text not in (".", ".."))
segments = st.one_of(st.just("**"), plain_segments)
names = st.text("ab.\n", min_size=1, max_size=4)


@given(st.lists(segments, min_size=1, max_size=5), st.lists(names, min_size=1, max_size=5))
@example(["**", "a", "**"], ["a"])
@example(["**", "**", "a"], ["a"])
def test_globs_mean_what_the_reference_says(glob: list[str], path: list[str]):
    assert matches("/".join(glob), "/".join(path)) == matches_slowly(glob, path)


def test_every_short_glob_and_path_agree_with_the_reference():
    parts = ["**", "*", "a", "?a"]
    globs = [list(glob) for length in (1, 2, 3) for glob in product(parts, repeat=length)]
    paths = [list(path) for length in (1, 2, 3, 4) for path in product(["a", "ba"], repeat=length)]
    for glob, path in product(globs, paths):
        assert matches("/".join(glob), "/".join(path)) == matches_slowly(glob, path), (glob, path)


@pytest.mark.parametrize("path, wanted", [
    ("_news/a.md", True),
    ("index.html", True),
    ("_learning/courses/x.markdown", True),
    ("_data/topics/ai.yaml", True),
    ("_data/topics/ai.yml", True),
    ("_config.yml", False),
    ("api/x.yaml", False),
    ("api/x.json", False),
    ("_layouts/post.html", False),
    ("_includes/deep/down.html", False),
    ("_site/index.html", False),
    ("_sass/x.md", False),
    ("node_modules/p/README.md", False),
    ("docs/node_modules/README.md", True),
    (".github/README.md", False),
    ("_news/.draft.md", False),
    ("_news/.drafts/a.md", False),
    ("../outside.md", False),
])  # fmt: skip
def test_the_default_globs(path: str, wanted: bool):
    assert Globs().wants(path) is wanted


@pytest.mark.parametrize("folder, may", [
    ("_news", True), ("_layouts", False), ("x/_layouts", True), (".git", False), ("a/.b", False),
    ("node_modules", False),
])  # fmt: skip
def test_folders_that_are_excluded_whole_are_not_entered(folder: str, may: bool):
    assert Globs().may_enter(folder) is may


def test_no_include_glob_wants_nothing():
    assert not Globs([], []).wants("a.md")


def test_a_long_hostile_path_is_matched_in_no_time():
    assert not Globs().wants("a/" * 50_000 + "b" * 50_000)


def raw_path_of(path: str) -> bytes:
    """The inverse of path_text: there is one, so no two names share a text."""

    def byte_of(found: re.Match) -> str:
        return "\\" if found[0] == "\\\\" else chr(0xDC00 + int(found[1], 16))

    return re.sub(r"\\\\|\\x([0-9a-f]{2})", byte_of, path).encode("utf-8", "surrogateescape")


@given(st.one_of(st.binary(max_size=12), st.text(max_size=8).map(lambda text: text.encode("utf-8", "replace"))))
@example(rb"\xff")
@example(b"\xff")
@example(b"\\\xff")
@example(b"\xed\xa0\x80")
@example("_news/📚 “quoted”\n'\";--.md".encode())
def test_path_text_is_valid_utf8_and_loses_nothing(raw_path: bytes):
    path = path_text(raw_path)
    path.encode("utf-8")
    assert raw_path_of(path) == raw_path


def test_a_plain_name_stays_as_it_is():
    assert path_text("_news/-é📚\n\"'.md".encode()) == "_news/-é📚\n\"'.md"
    assert path_text(b"caf\xe9.md") == r"caf\xe9.md"
    assert path_text(rb"caf\xe9.md") == r"caf\\xe9.md"


def test_blob_id_is_the_one_git_gives():
    assert blob_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert blob_id(b"hi\n") == hashlib.sha1(b"blob 3\0hi\n").hexdigest() == "45b983be36b73c0788dc9cbcb76cbb80fc7bb057"


@pytest.mark.parametrize("age_ns, racy", [
    (10 * SECOND, False), (RACY_NS, False), (RACY_NS - 1, True), (0, True), (-5 * SECOND, True),
])  # fmt: skip
def test_a_file_is_racy_when_it_is_younger_than_two_seconds_before_the_listing(age_ns: int, racy: bool):
    assert file(mtime_ns=NOW - age_ns).is_racy(NOW) is racy


def test_a_file_in_git_is_never_racy():
    assert not file(mtime_ns=0).is_racy(NOW)


def test_a_listing_is_sorted_by_path():
    skipped = [(file("y"), "symlink"), (file("x"), "symlink")]
    listing = Listing.of([file("b"), file("a/z"), file("a"), file("é")], skipped, NOW)
    assert [one.path for one in listing.files] == ["a", "a/z", "b", "é"]
    assert [one.path for one, _ in listing.skipped] == ["x", "y"]
    assert listing.listed_at_ns == NOW


def test_equal_listings_have_equal_digests():
    earlier = Listing.of([file("a"), file("b")], [], NOW)
    assert Listing.of([file("b"), file("a")], [], NOW + SECOND).digest == earlier.digest


@pytest.mark.parametrize("files, skipped", [
    ([file("b")], []),
    ([file("a"), file("b")], []),
    ([file("a", size=11)], []),
    ([file("a", mtime_ns=6)], []),
    ([file("a", content_hash="0" * 40)], []),
    ([], []),
    ([], [(file("a"), "symlink")]),
    ([file("a")], [(file("b"), "symlink")]),
])  # fmt: skip
def test_every_change_changes_the_digest(files: list[File], skipped: list[tuple[File, str]]):
    assert Listing.of(files, skipped, NOW).digest != Listing.of([file("a")], [], NOW).digest


def test_a_listing_with_a_racy_file_has_a_digest_of_its_own():
    young = [file(mtime_ns=NOW - SECOND)]
    first, second = Listing.of([*young], [], NOW), Listing.of([*young], [], NOW + 1)
    settled, still_settled = (Listing.of([*young], [], NOW + later * SECOND) for later in (2, 3))
    assert len({first.digest, second.digest, settled.digest}) == 3
    assert settled.digest == still_settled.digest


def test_a_path_that_comes_twice_is_listed_once():
    listing = Listing.of([file("a", content_hash="1" * 40), file("a", content_hash="2" * 40)], [], NOW)
    assert [one.content_hash for one in listing.files] == ["1" * 40]
    assert [(one.content_hash, reason) for one, reason in listing.skipped] == [("2" * 40, "duplicate")]
