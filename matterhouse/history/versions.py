"""Commits, one after the other, to rows: of ``history.record_versions``, ``related_changes`` and ``commits``.

A row says what changed with a commit; how long it held, the load works out, since only it knows what the warehouse had
before. ``Rows`` are lists of columns' values by table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from matterhouse.history.contents import Content, Reject, Rejects
from matterhouse.history.states import Record, Related
from matterhouse.sources.gitlog import Change, Commit
from matterhouse.sql.followed import COMMITS, FOLLOWED, RELATED_CHANGES, VERSIONS
from matterhouse.transforms.keys import record_id

TOUCHED, LISTED, REJECTS = "history.touched_files", "history.listed", "meta.rejects"
_LATEST = 253_402_300_800  # the first second of the year 10000
Rows = dict[str, list[tuple[Any, ...]]]
# What the rows of each table hold. Those of ``touched_files`` are files that a commit changed, those of ``listed`` are
# records whose list of related articles a run meets first, where the warehouse may know what was before.
COLUMNS = {
    VERSIONS: (
        *("record_id", "valid_from", "collection", "path", "file_id", "commit_id", "author_name", "is_clock_adjusted"),
        *("is_deleted", "is_rejected", "renamed_from", "content_hash"),
        *FOLLOWED,
    ),
    RELATED_CHANGES: (
        *("record_id", "url_key", "first_seen_at", "last_seen_at", "provider_id", "last_position", "is_known_before"),
    ),
    COMMITS: ("commit_id", "valid_from", "committed_at", "is_clock_adjusted", "author_name", "changed_file_count"),
    TOUCHED: ("file_id", "valid_from", "commit_id", "author_name", "is_clock_adjusted", "is_rejected"),
    LISTED: ("record_id", "first_seen_at"),
}
_GONE, _REJECTED = "gone", "rejected"
_NOTHING = (None,) * len(FOLLOWED)
State = Record | str | None


@dataclass
class _At:
    """The commit that is being looked at: when it counts, in microseconds."""

    commit: str
    at: int
    author: str | None
    is_adjusted: bool


class Line:
    """Goes along commits. ``last_at`` is when the last one counted, in microseconds since 1970; None before the first.

    With ``from_start`` nothing is known before the first commit since there is nothing; else a file that is met for the
    first time may have had records.
    """

    def __init__(self, source: str, from_start: bool, last_at: int | None, with_authors: bool):
        self._source, self._from_start, self._with_authors = source, from_start, with_authors
        self.last_at = last_at
        self.commits = self.versions = 0
        self._contents: dict[str, Content | None] = {}
        self._states: dict[str, dict[str, State]] = {}
        self._lists = _Lists(from_start)
        self._rows: Rows = {name: [] for name in (*COLUMNS, REJECTS)}

    def add(self, commit: Commit, contents: Mapping[tuple[str, str], Content], rejects: Rejects) -> None:
        """Take in a commit that changed files, with their contents and rejects by path of the file and blob."""
        moment = self._moment(commit)
        changes = {change.path: change for change in commit.changes}
        row = (moment.commit, moment.at, _own_time(commit), moment.is_adjusted, moment.author, len(changes))
        self._rows[COMMITS].append(row)
        for change in changes.values():
            content = None if change.blob is None else contents[change.path, change.blob]
            if change.path not in self._contents or content is not self._contents[change.path]:
                self._change(change, content, moment)
            if change.blob is not None:
                self._reject(rejects.get((change.path, change.blob), ()), moment)
        self.commits += 1

    def taken(self) -> Rows:
        """The rows made since the last call; those of lists that are still open come with ``finish``."""
        rows, self._rows = self._rows, {name: [] for name in (*COLUMNS, REJECTS)}
        rows[RELATED_CHANGES] += self._lists.closed
        rows[LISTED] += self._lists.begun
        self._lists.closed, self._lists.begun = [], []
        return rows

    def finish(self) -> Rows:
        """What is left."""
        self._lists.end()
        return self.taken()

    def _moment(self, commit: Commit) -> _At:
        """When a commit counts: at its time, or a microsecond after the one before it."""
        own = _own_time(commit)
        least = None if self.last_at is None else self.last_at + 1
        at = own if own is not None and (least is None or own >= least) else least or 0
        self.last_at = at
        return _At(commit.id, at, commit.author if self._with_authors else None, at != own)

    def _change(self, change: Change, content: Content | None, moment: _At) -> None:
        """Compare what a file holds now with what it held."""
        file_id = record_id(self._source, change.path)
        if not self._from_start:
            is_rejected = content is not None and content.is_rejected
            told = (moment.commit, moment.author, moment.is_adjusted, is_rejected)
            self._rows[TOUCHED].append((file_id, moment.at, *told))
        self._contents[change.path] = content
        states = self._states.setdefault(change.path, {})
        records = {} if content is None else content.records
        without = _REJECTED if content is not None and content.is_rejected else _GONE
        for key in dict.fromkeys(chain(states, records)):
            before, now = states.get(key), records.get(key, without)
            if before is None and isinstance(now, str):
                continue
            if _differ(before, now):
                path = now.path if isinstance(now, Record) else _path(before)
                self._version(key, path, file_id, now, change, moment)
            states[key] = now if isinstance(now, Record) else _Gone(now, _path(before))
            self._lists.change(key, now.related if isinstance(now, Record) else (), moment.at)

    def _version(self, key: str, path: str | None, file_id: str, now: Any, change: Change, moment: _At) -> None:
        is_record = isinstance(now, Record)
        self._rows[VERSIONS].append(
            (
                *(key, moment.at, now.collection if is_record else None, path, file_id),
                *(moment.commit, moment.author, moment.is_adjusted, not is_record, now == _REJECTED),
                *((change.renamed_from if path == change.path else None, change.blob) if is_record else (None, None)),
                *(now.values if is_record else _NOTHING),
            )
        )
        self.versions += 1

    def _reject(self, rejects: Iterable[Reject], moment: _At) -> None:
        """Note what of a file cannot be read since this commit."""
        for reject in rejects:
            told = {"commit_id": moment.commit, "path": f"{reject.path}@{moment.commit}"}
            self._rows[REJECTS].append((reject.row | told,))


def _own_time(commit: Commit) -> int | None:
    """When a commit says that it was made, in microseconds; None where that is no time of the years 1970 to 9999."""
    return commit.time * 1_000_000 if commit.time is not None and 0 <= commit.time < _LATEST else None


class _Gone(str):
    """That a record is not there, ``_GONE`` or ``_REJECTED``, and the path that it had."""

    path: str | None

    def __new__(cls, why: str, path: str | None) -> _Gone:
        self = super().__new__(cls, why)
        self.path = path
        return self


def _path(state: State) -> str | None:
    return getattr(state, "path", None)


def _differ(before: State, now: State) -> bool:
    """Whether a version begins."""
    if isinstance(before, Record) and isinstance(now, Record):
        return before.values != now.values
    return before != now


@dataclass(slots=True)
class _Stretch:
    """An entry in a record's list: since when, where it stands, and whether it may have been there before."""

    since: int
    provider_id: str | None
    position: int
    is_known_before: bool


class _Lists:
    """The lists of related articles of all records.

    ``closed`` are rows of entries that left, ``begun`` of records whose list is met for the first time, where earlier
    ones may be known to the warehouse.
    """

    def __init__(self, from_start: bool) -> None:
        self._from_start = from_start
        self._lists: dict[str, Related] = {}
        self._open: dict[str, dict[str, _Stretch]] = {}
        self.closed: list[tuple[Any, ...]] = []
        self.begun: list[tuple[Any, ...]] = []

    def change(self, key: str, related: Related, at: int) -> None:
        """A record lists these entries from now on."""
        before = self._lists.get(key)
        if before == related:
            return
        self._lists[key] = related
        is_first = before is None and not self._from_start
        if is_first:
            self.begun.append((key, at))
        now: dict[str, tuple[int, str | None]] = {}
        for position, (url, provider) in enumerate(related):
            if url is not None:
                now.setdefault(url, (position, provider))
        stretches = self._open.setdefault(key, {})
        for url in [url for url in stretches if url not in now]:
            self._close(key, url, stretches.pop(url), at)
        for url, (position, provider) in now.items():
            if url in stretches:
                stretches[url].position = position
            else:
                stretches[url] = _Stretch(at, provider, position, is_first)

    def end(self) -> None:
        """The entries that are still listed."""
        for key, stretches in self._open.items():
            for url, stretch in stretches.items():
                self._close(key, url, stretch, None)
        self._open = {}

    def _close(self, key: str, url: str, stretch: _Stretch, at: int | None) -> None:
        row = (key, url, stretch.since, at, stretch.provider_id, stretch.position, stretch.is_known_before)
        self.closed.append(row)
