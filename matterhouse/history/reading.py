"""The history of one source: what is to be read of it, and the commits read, chunk by chunk, to staged rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matterhouse.history import staging
from matterhouse.history.contents import Contents, Reading
from matterhouse.history.versions import REJECTS, Line
from matterhouse.sources.git import GitSource
from matterhouse.sources.gitlog import Commit

_CHUNK = 5_000  # changes whose contents are held together
KnownCommits = Callable[[], dict[str, int]]
"""Gives the commits that the warehouse knows of the source, with when they count, in microseconds since 1970."""


@dataclass(frozen=True)
class Known:
    """Where the history of a source stands: the last ``commit`` that was read, when the last one with changes counts,
    and whether the repository was a shallow clone then.
    """

    commit: str
    last_at: int | None
    is_shallow: bool


@dataclass(frozen=True)
class Span:
    """What is to be read: the commits after ``since``. What the warehouse has from after ``last_at`` (microseconds) on
    goes; of ``lost`` commits of ``known``. None and None: all is read, and all goes. ``notes`` tell why.
    """

    since: str | None
    last_at: int | None
    lost: int = 0
    known: int = 0
    notes: tuple[str, ...] = ()

    @property
    def from_start(self) -> bool:
        return self.since is None


@dataclass
class Outcome:
    """What was read.

    ``commits`` that changed files, ``versions`` that they may have begun, ``contents`` and their ``bytes``, ``rejects``
    as rows of ``meta.rejects``. ``last_at`` is when the last commit counts, ``is_shallow`` tells of the repository.
    """

    span: Span
    last_at: int | None
    is_shallow: bool
    commits: int = 0
    versions: int = 0
    contents: int = 0
    bytes: int = 0
    rejects: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_rows(self) -> bool:
        """Whether rows come or go with it."""
        return bool(self.commits or self.span.lost)


def span(source: GitSource, position: str, known: Known | None, known_commits: KnownCommits) -> Span | None:
    """What is to be read of a source that stands at ``position``; None where the warehouse has it.

    Raises ``sources.SourceUnavailable``.
    """
    if known is None:
        return Span(None, None)
    if known.is_shallow and not source.is_shallow:
        note = f"the clone of {source.name} is not shallow any more: its history is read from its beginning"
        return Span(None, None, notes=(note,))
    if known.commit == position:
        return None
    if source.has_commit(known.commit):
        line = source.line(known.commit)
        if line and next(source.commits(known.commit)).parent == known.commit:
            return Span(known.commit, known.last_at)
    return _rewritten(source, known_commits())


def since(source: GitSource, commit: str, known_commits: KnownCommits) -> Span:
    """The commits after one that is named, to be read again. Raises ``LookupError`` for one that is not known."""
    line, known = source.line(), known_commits()
    found = [each for each in line if each.startswith(commit)]
    if len(found) != 1:
        raise LookupError(f"the history of {source.name} has no commit {commit}")
    last = next((each for each in line[line.index(found[0]) :] if each in known), None)
    return Span(last, known[last]) if last else Span(None, None)


def _rewritten(source: GitSource, known: dict[str, int]) -> Span:
    """What is to be read after a force-push: what comes after the last commit that both histories have."""
    common = next((commit for commit in source.line() if commit in known), None)
    if common is None:
        note = (
            f"the history of {source.name} was replaced by another one (a force-push, or another ref): it is read anew"
        )
        return Span(None, None, len(known), len(known), (note,))
    lost = sum(at > known[common] for at in known.values())
    left = "1 commit" if lost == 1 else f"{lost:,} commits"
    note = (
        f"the history of {source.name} was rewritten (a force-push, or another ref): {left} left it, and what"
        f" follows {common[:12]} is read anew"
    )
    return Span(common, known[common], lost, len(known), (note,))


def read(
    source: GitSource,
    reading: Reading,
    span: Span,
    folder: Path,
    with_authors: bool,
    on_progress: Callable[[int, int, int, int], None] = lambda commits, of, versions, size: None,
) -> Outcome:
    """Read the commits of a span, and stage their rows in a folder; ``on_progress`` is called with commits read, all
    commits, versions, and bytes read.

    Raises ``sources.SourceUnavailable``.
    """
    contents = Contents(source, reading)
    line = Line(source.name, span.from_start, span.last_at, with_authors)
    outcome = Outcome(span, span.last_at, source.is_shallow)
    total = len(source.line(span.since))
    done = number = 0
    for number, chunk in enumerate(_chunks(source.commits(span.since))):
        _add(line, contents, chunk)
        done += len(chunk)
        rows = line.taken()
        outcome.rejects += [row for (row,) in rows[REJECTS]]
        staging.write(folder, number, rows)
        on_progress(done, total, line.versions, contents.bytes)
    staging.write(folder, number + 1, line.finish())
    outcome.last_at, outcome.commits, outcome.versions = line.last_at, line.commits, line.versions
    outcome.contents, outcome.bytes = contents.distinct, contents.bytes
    return outcome


def _add(line: Line, contents: Contents, chunk: list[Commit]) -> None:
    found = contents.read(change for commit in chunk for change in commit.changes)
    for commit in chunk:
        if commit.changes:
            line.add(commit, found, contents.rejects)


def _chunks(commits: Iterator[Commit]) -> Iterator[list[Commit]]:
    """Commits, so many together that their changes are about as many as can be held."""
    chunk: list[Commit] = []
    changes = 0
    for commit in commits:
        chunk.append(commit)
        changes += len(commit.changes)
        if changes >= _CHUNK:
            yield chunk
            chunk, changes = [], 0
    if chunk:
        yield chunk
