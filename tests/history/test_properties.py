"""Random histories: at every commit the records are those that a load of it gives, however the runs cut the history."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.history.lines import START, Histories, Tree, load, make

URLS = tuple(f"https://example.org/{letter}" for letter in "abc")


def story(title: str, heat: int | None, topics: list[str], related: list[str], secured: str, body: str) -> str:
    """A document of the plain subset, as most are."""
    lines = ["---", f'title: "{title}"', "publishedDateTime: 2020-06-09T00:52:00Z"]
    lines += [] if heat is None else [f"heat: {heat}"]
    lines += ["topics:", *(f"  - {topic}" for topic in topics)] if topics else []
    lines += ["related:", *(f'  - webUrl: "{url}"\n    title: "Another"' for url in related)] if related else []
    lines += [f'secured: "{secured}"'] if secured else []
    return "\n".join([*lines, "---", body])


stories = st.builds(
    story,
    st.sampled_from(["One", "Two"]),
    st.sampled_from([None, -1, 5, 90]),
    st.lists(st.sampled_from(["AI", "Robots"]), max_size=2),
    st.lists(st.sampled_from(URLS), max_size=3),
    st.sampled_from(["", "abc=;d==", "xyz=;e=="]),
    st.sampled_from(["", "Text.\n"]),
)
# In the first two the line `secured` is not what it seems: it is a part of the title, and of the body.
ODD = (
    "---\ntitle: 'a\nsecured: \"abc\"\nb'\n---\n",
    '---\ntitle: x\n---\n\nsecured: "xyz"\n',
    "---\ntitle: 'never closed\n---\n",
    "No front matter.\n",
    "---\ntitle: &a [x]\nheat: 0x10\n---\n",
    "",
)
items = st.lists(st.sampled_from(["anna", "ben", "cleo"]), unique=True, max_size=3).map(
    lambda names: "\n".join(f"{name}:\n  title: {name}\n  heat: {len(names)}" for name in names) + "\n"
)
trees = st.fixed_dictionaries(
    {},
    optional={
        "_news/a.md": stories | st.sampled_from(ODD),
        "_news/b.md": stories,
        "_news/2020-01-02-c.md": stories,
        "drafts/a.md": stories | st.sampled_from(ODD),
        "_data/people.yml": items | st.just("- [never closed\n"),
        "logo.svg": st.just("<svg/>"),
    },
)
histories = st.lists(trees, min_size=1, max_size=6)
# A day on, at the same second, or back.
clocks = st.lists(st.sampled_from([86_400, 0, -200_000]), min_size=6, max_size=6)


def times(steps: list[int], count: int) -> list[int]:
    found = [START]
    for step in steps:
        found.append(found[-1] + step)
    return found[:count]


def changed(line: list[Tree], commits: list[str], history: Histories) -> list[tuple[Tree, str]]:
    """The trees and commits that changed files that are read."""
    known = {commit for (commit,) in history.rows("SELECT commit_id FROM history.commits")}
    return [(tree, commit) for tree, commit in zip(line, commits) if commit in known]


def assert_as_loaded(line: list[Tree], commits: list[str], history: Histories) -> None:
    for tree, commit in changed(line, commits, history):
        records, listed = load(tree)
        assert history.as_of(commit) == records
        assert history.listed_at(commit) == listed


NAMED = {"_news/a.md": story("One", 5, [], [URLS[0], URLS[1]], "abc=;d==", "")}
REJECTED = {"_news/a.md": ODD[2]}
ARGUMENTS = (histories, clocks, st.integers(0, 5), st.integers(0, 5), st.lists(trees, max_size=3))
PHASES = (Phase.explicit, Phase.generate)  # to shrink an example takes minutes


@given(*ARGUMENTS)
@example([NAMED, REJECTED, {"_news/a.md": ODD[3]}, NAMED], [0] * 6, 1, 4, [])
@example([{"_news/a.md": text} for text in (ODD[0], ODD[0].replace("abc", "xyz"))], [0] * 6, 5, 5, [])
@example([{"_news/a.md": text} for text in (ODD[1], ODD[1].replace("xyz", "ab"))], [0] * 6, 5, 5, [])
@settings(max_examples=1, phases=PHASES)
def test_at_every_commit_records_are_those_of_a_load(line, steps, cut, keep, instead):
    check(line, steps, cut, keep, instead)


@pytest.mark.slow
@given(*ARGUMENTS)
@example([NAMED, REJECTED, {"b": ""}, NAMED], [86_400] * 6, 1, 2, [{}, NAMED])
@settings(max_examples=40, phases=PHASES)
def test_at_every_commit_of_many_histories_records_are_those_of_a_load(line, steps, cut, keep, instead):
    check(line, steps, cut, keep, instead)


def check(line: list[Tree], steps: list[int], cut: int, keep: int, instead: list[Tree]) -> None:
    """Read a history at once, in two runs, and again after a force-push; compare each with loads of its commits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository = folder / "repository"
        commits = make(repository, line, times(steps, len(line)))
        whole, runs, anew = (Histories(folder / each) for each in ("whole", "runs", "anew"))
        whole.read(repository)
        assert_as_loaded(line, commits, whole)

        cut = min(cut, len(line))
        if cut:
            make(folder / "other", line[:cut], times(steps, cut))
            runs.read(folder / "other")
        runs.read(repository)
        assert runs.tables() == whole.tables()

        keep = min(keep, len(line))
        began = [START + 900_000 + 7 * number for number in range(len(instead))]
        others = make(repository, instead, began, commits[keep - 1] if keep else None)
        anew.read(repository)
        runs.read(repository)
        assert without_positions(runs.tables()) == without_positions(anew.tables())
        assert_as_loaded([*line[:keep], *instead], [*commits[:keep], *others], runs)


def without_positions(tables: dict[str, list[tuple]]) -> dict[str, list[tuple]]:
    """The tables without last_position, which stays as it was when the commits left that changed nothing else."""
    related = "history.related_changes"
    return tables | {related: [row[:-1] for row in tables[related]]}
