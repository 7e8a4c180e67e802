"""Small git repositories made of whole trees, their histories in a database, and a slow oracle that loads a tree."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path

import duckdb

from matterhouse import sql
from matterhouse.engine.batch import flattened
from matterhouse.history import reading
from matterhouse.history.contents import Reading
from matterhouse.reading.reader import Reader
from matterhouse.sources import Limits, Skipped, Unreadable, open_source
from matterhouse.sources.files import DEFAULT_TEMPLATES, Globs
from matterhouse.sql import schema
from matterhouse.sql.followed import OF_RECORDS, TABLES
from matterhouse.transforms.fields import python_values
from matterhouse.transforms.keys import item_id, record_id
from matterhouse.transforms.places import path_of_item
from matterhouse.warehouse.history import HistoryLoad, SourceHistory
from matterhouse.warehouse.schema import create

Tree = Mapping[str, str]
SOURCE = "content"
START = 1_600_000_000
_DAY = 86_400
_WANTS = Globs().wants


def make(folder: Path, trees: Sequence[Tree], times: Sequence[int] = (), parent: str | None = None) -> list[str]:
    """Commit trees one after the other to main, by default a day apart; the ids of the commits.

    ``parent`` is the commit that the first one follows, None: it begins a history.
    """
    if not folder.exists():
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", folder], check=True)
    times = times or [START + number * _DAY for number in range(len(trees))]
    stream = b"reset refs/heads/main\n" + (f"from {parent}\n\n".encode() if parent else b"")
    for number, (tree, time) in enumerate(zip(trees, times)):
        stream += f"commit refs/heads/main\nmark :{number + 1}\nauthor Ann <a@example.org> {time} +0000\n".encode()
        stream += f"committer Bob <b@example.org> {time} +0000\ndata 1\nx\ndeleteall\n".encode()
        for path, text in tree.items():
            content = text.encode("utf-8", "surrogateescape")
            stream += f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
    marks = folder / "marks"
    command = ["git", "fast-import", "--quiet", "--force", f"--export-marks={marks}"]
    subprocess.run(command, cwd=folder, input=stream, check=True)
    found = dict(reversed(line.split()) for line in marks.read_text().splitlines()) if marks.exists() else {}
    by_mark = {mark: commit for commit, mark in found.items()}
    return [by_mark[f":{number + 1}"] for number in range(len(trees))]


@dataclass
class Histories:
    """The tables of schema ``history``, into which runs read a repository."""

    folder: Path
    settings: dict = field(default_factory=dict)
    with_authors: bool = False

    def __post_init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'").fetchall()
        for name in ("history.commits", "history.record_versions", "history.related_changes", "meta.rejects"):
            self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}").fetchall()
            create(self.connection, schema.tables()[name])
        self.connection.execute(sql.read("macros/records_as_of")).fetchall()
        self._known: reading.Known | None = None
        self._runs = count()

    def read(self, repository: Path) -> reading.Outcome | None:
        """What a run does that finds the repository as it is."""
        source = open_source(SOURCE, str(repository))
        position = source.position()
        span = reading.span(source, position, self._known, self._commits)
        if span is None:
            return None
        how = Reading(SOURCE, Limits(), {}, {}, DEFAULT_TEMPLATES, {}) if not self.settings else self._reading()
        staged = self.folder / str(next(self._runs))
        outcome = reading.read(source, how, span, staged, self.with_authors)
        rejects = tuple(outcome.rejects)
        HistoryLoad(self.connection, False, [SourceHistory(SOURCE, staged, span.last_at, rejects)]).load()
        self._known = reading.Known(position, outcome.last_at, outcome.is_shallow)
        return outcome

    def rows(self, query: str, *values: object) -> list[tuple]:
        return self.connection.execute(query, list(values)).fetchall()

    def tables(self) -> dict[str, list[tuple]]:
        """Every row of the tables."""
        found = {name: sorted(self.rows(f"FROM {name}"), key=repr) for name in TABLES}
        return found | {"rejects": sorted(self.rows("SELECT path, commit_id, reason FROM meta.rejects"))}

    def as_of(self, commit: str) -> dict[str, tuple]:
        """The records at a commit by id: the columns that ``records`` has, and their lists."""
        [(moment,)] = self.rows("SELECT valid_from FROM history.commits WHERE commit_id = ?", commit)
        columns = ", ".join(("record_id", "path", *OF_RECORDS, "topics", "related_count", "image_count"))
        return {row[0]: row[1:] for row in self.rows(f"SELECT {columns} FROM records_as_of(?)", moment)}

    def listed_at(self, commit: str) -> set[tuple[str, str]]:
        """The entries that records list at a commit."""
        [(moment,)] = self.rows("SELECT valid_from FROM history.commits WHERE commit_id = ?", commit)
        query = """
            SELECT record_id, url_key FROM history.related_changes
            WHERE first_seen_at <= $1 AND (last_seen_at > $1 OR last_seen_at IS NULL)
        """
        return set(self.rows(query, moment))

    def _reading(self) -> Reading:
        return Reading(SOURCE, Limits(), {}, {}, DEFAULT_TEMPLATES, {}, **self.settings)

    def _commits(self) -> dict[str, int]:
        return dict(self.rows("SELECT commit_id, epoch_us(valid_from) FROM history.commits"))


def load(tree: Tree) -> tuple[dict[str, tuple], set[tuple[str, str]]]:
    """What a load of a tree gives: the records by id as ``Histories.as_of`` has them, and the entries that they list."""
    return _loaded(tuple(sorted(tree.items())))


@cache
def _loaded(files: tuple[tuple[str, str], ...]) -> tuple[dict[str, tuple], set[tuple[str, str]]]:
    rows = [row for path, text in files if _WANTS(path) for row in _documents(path, text)]
    if not rows:
        return {}, set()
    tables = flattened(rows, {}, {})
    records, topics = tables["records"], tables["record_topics"]
    counts = {name: python_values(tables[name]["record_id"]) for name in ("related_links", "record_images")}
    lists: dict[str, list] = {}
    for key, topic in zip(python_values(topics["record_id"]), python_values(topics["topic"])):
        lists.setdefault(key, []).append(topic)
    columns = [python_values(records[name]) for name in ("record_id", "path", *OF_RECORDS)]
    found = {
        row[0]: (
            *row[1:],
            lists.get(row[0]),
            *(counts[name].count(row[0]) for name in ("related_links", "record_images")),
        )
        for row in zip(*columns)
    }
    keys = dict(
        zip(python_values(tables["related_entries"]["entry_id"]), python_values(tables["related_entries"]["url_key"]))
    )
    links = zip(python_values(tables["related_links"]["record_id"]), python_values(tables["related_links"]["entry_id"]))
    return found, {(key, keys[entry]) for key, entry in links if keys[entry] is not None}


def _documents(path: str, text: str) -> list[dict]:
    try:
        document = Reader(fast=False).read(path, text.encode("utf-8", "surrogateescape"), DEFAULT_TEMPLATES)
    except (Unreadable, Skipped):
        return []
    if document is None:
        return []
    if not document.items:
        return [_row(record_id(SOURCE, path), path, document.record, document.body, None)]
    return [
        _row(item_id(SOURCE, path, item.key), path_of_item(path, item.key), item.record, None, item.position)
        for item in document.items
        if item.unreadable is None
    ]


def _row(key: str, path: str, record: object, body: str | None, position: int | None) -> dict:
    now = datetime.now(UTC)
    return {
        "record_id": key,
        "source": SOURCE,
        "path": path,
        "item_position": position,
        "content_hash": None,
        "record": record,
        "problems": (),
        "body_length": None if body is None else len(body),
        "first_seen_at": now,
        "last_changed_at": now,
        "changed_run_id": "run",
    }
