"""The tables of schema ``history``: what a run read of a source's commits joins what the warehouse has.

In Parquet, rows that have ended lie in a file per month of their end, and those that still hold in ``open.parquet``.
What has ended never changes, so a run writes the months of the commits that it read and links the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from matterhouse import sql
from matterhouse.sql import schema
from matterhouse.sql.followed import COMMITS, FOLLOWED, RELATED_CHANGES, TABLES, VERSIONS
from matterhouse.warehouse import bookkeeping, parquet, staging

_OF_FILES = ("file_id", "valid_from", "commit_id", "author_name", "is_clock_adjusted", "is_rejected")
# The temporary tables that statements take new rows from, each with a query that has its columns, and the folder that
# its rows are staged in.
_NEW = {
    "new_versions": f"SELECT * EXCLUDE (source, valid_to) FROM {VERSIONS}",
    "touched_files": f"SELECT {', '.join(_OF_FILES)} FROM {VERSIONS}",
    "new_related": f"SELECT * EXCLUDE (source), true AS is_known_before FROM {RELATED_CHANGES}",
    "listed": f"SELECT record_id, first_seen_at FROM {RELATED_CHANGES}",
    "new_commits": f"SELECT * EXCLUDE (source, version_count) FROM {COMMITS}",
}
_STAGED = {
    "new_versions": VERSIONS,
    "touched_files": "history.touched_files",
    "new_related": RELATED_CHANGES,
    "listed": "history.listed",
    "new_commits": COMMITS,
}
_OPEN = "open"
_PART = {
    VERSIONS: f"coalesce(strftime(valid_to, '%Y-%m'), '{_OPEN}')",
    RELATED_CHANGES: f"coalesce(strftime(last_seen_at, '%Y-%m'), '{_OPEN}')",
    COMMITS: "strftime(valid_from, '%Y-%m')",
}
_ROWS_AT_A_TIME = 20_000


@dataclass(frozen=True)
class SourceHistory:
    """What a run read of a source: rows staged in ``folder``, None where it has no history any more.

    Rows from after ``last_at`` (microseconds since 1970) on are replaced, None: all. ``rejects`` are rows of
    ``meta.rejects``.
    """

    source: str
    folder: Path | None
    last_at: int | None
    rejects: tuple[dict, ...] = ()


class HistoryLoad:
    """Loads histories and writes their Parquet files. In a ``fresh`` load the tables are empty.

    ``added`` are the ``commits`` and ``versions`` that came, by source; ``has_removed`` says whether any went.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, fresh: bool, read: Iterable[SourceHistory]):
        self._connection, self._fresh, self._read = connection, fresh, tuple(read)
        self.added: dict[str, dict[str, int]] = {}
        self.has_removed = False

    @property
    def touched(self) -> frozenset[str]:
        """The tables that have other rows than before."""
        return frozenset((*TABLES, "meta.rejects")) if self._read else frozenset()

    def load(self) -> None:
        """Bring the rows in."""
        for each in self._read:
            values = {"source": each.source, "last_at": None if each.last_at is None else _moment(each.last_at)}
            if not self._fresh:
                self._execute("unread", values)
            if each.folder is not None:
                for name, query in _NEW.items():
                    self._take(name, query, each.folder / _STAGED[name])
                versions = self._execute("add_versions", values)
                self._execute("add_related", values)
                self.added[each.source] = {"commits": self._execute("add_commits", values), "versions": versions}
            if each.rejects:
                self._connection.register("new_rejects", bookkeeping.rows_of("meta.rejects", each.rejects))
                self._connection.execute("INSERT INTO meta.rejects BY NAME FROM new_rejects").fetchall()

    def write_parquet(self, before: Path | None, folder: Path) -> None:
        """Write the Parquet files below ``folder``; those of the snapshot ``before`` that still hold are linked."""
        for name in TABLES:
            declared, since = schema.tables()[name], self._since
            if before is None or since is None or not (before / name).is_dir():
                self._write(declared, folder, "")
            else:
                files = [file.name for file in (before / name).glob("*.parquet")]
                of_none = f"{declared.name}.parquet"
                written = {file for file in files if self._read and (file >= since or file == of_none)}
                parquet.link(before / name, folder / name, but=written)
                if self._read:
                    self._write(declared, folder, since)
            if not any((folder / name).glob("*.parquet")):
                parquet.write_none(declared, folder)

    @property
    def _since(self) -> str | None:
        """The first month of which a row changed; None where any may have."""
        if self._fresh or any(each.last_at is None for each in self._read):
            return None
        changed = [f"{_moment(each.last_at or 0):%Y-%m}" for each in self._read]
        return min(changed, default=_OPEN)

    def _write(self, declared: schema.Table, folder: Path, since: str) -> None:
        """Write the parts from ``since`` on, each as a file."""
        part_of_row, key = _PART[declared.qualified], ", ".join(declared.key)
        rows = f"SELECT {part_of_row} AS part, * FROM {declared.qualified} WHERE {part_of_row} >= '{since}'"
        reader = self._connection.sql(f"{rows} ORDER BY part, {key}").to_arrow_reader(_ROWS_AT_A_TIME)
        cut = chain.from_iterable(_by_part(pa.Table.from_batches([batch])) for batch in reader)
        for part, pieces in groupby(cut, key=itemgetter(0)):
            with parquet.row_writer(declared, folder / declared.qualified / f"{part}.parquet") as write_rows:
                for _, piece in pieces:
                    write_rows(parquet.conform(piece, declared))

    def _take(self, name: str, query: str, folder: Path) -> None:
        """Make a temporary table of the rows that are staged in a folder."""
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query} LIMIT 0").fetchall()
        for file in sorted(folder.glob("*.arrow")):
            self._connection.register("staged_rows", staging.read(file))
            self._connection.execute(f"INSERT INTO {name} BY NAME FROM staged_rows").fetchall()
            self._connection.unregister("staged_rows")

    def _execute(self, name: str, values: Mapping[str, object]) -> int:
        """Run the statements of a file; the rows that the last one changed."""
        changed: list[tuple[int]] = []
        same = " AND ".join(
            f"open.{each} IS NOT DISTINCT FROM new.{each}" for each in ("is_deleted", "is_rejected", *FOLLOWED)
        )
        for statement in self._connection.extract_statements(sql.read(f"history/{name}").replace("{same}", same)):
            given = {each: values[each] for each in statement.named_parameters}
            changed = self._connection.execute(statement, given).fetchall()
            self.has_removed |= name == "unread" and statement.type == duckdb.StatementType.DELETE and changed[0][0] > 0
        return changed[0][0]


def _by_part(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """Rows that come part by part, cut where a part ends."""
    runs = rows["part"].combine_chunks()
    encoded = pc.run_end_encode(runs)
    begin = 0
    for end, value in zip(encoded.run_ends.to_pylist(), encoded.values.to_pylist()):
        yield value, rows.slice(begin, end - begin)
        begin = end


def _moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
