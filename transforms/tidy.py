"""One batch of documents in, every table of the warehouse out but ``raw.documents`` (``matterhouse.transforms.raw``).

``documents`` has one row per document, a file or an item of a data file, in the order in which rows shall lie in the
tables:

======================  =========================================================================
``record_id``           see ``keys.record_id`` and ``keys.item_id``
``source``, ``path``    where the document is; see ``places.path_of_item``
``item_position``       place of the item in its data file, from 0; NULL where the file is one document
``content_hash``        git blob id of the file
``record``              the front matter: nested dicts and lists with text at the leaves; None where
                        the file could not be read
``problems``            what the reader found in it that cost a value (``reading.parsing.Problem``)
``body_length``         characters of what follows the front matter; NULL in a data file
``first_seen_at``       start of the run that first saw the file, UTC
``last_changed_at``     start of the run that last found it changed, UTC
``changed_run_id``      id of that run
======================  =========================================================================
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter

import pandas as pd

from matterhouse.sql import schema
from matterhouse.sql.schema import Table
from matterhouse.sql.user_tables import UserTable
from matterhouse.transforms import declared, places
from matterhouse.transforms.declared import Places, Records, Watched
from matterhouse.transforms.drift import Tree, document_drift
from matterhouse.transforms.entries import Entries
from matterhouse.transforms.fields import INSTANT, SMALL, TEXT, WHOLE, Fields, arrow_series, frame, python_values
from matterhouse.transforms.providers import providers
from matterhouse.transforms.scalars import scalars
from matterhouse.transforms.user_tables import Breach, BreachesOfChecks, OfCollections

Tables = dict[str, pd.DataFrame]
# By document and place: the value as it is shown, what was expected, and the line where it is known.
_Misfits = dict[tuple[int, str], tuple[str | None, str, int | None]]
_DOCUMENT_COLUMNS = {
    "record_id": TEXT,
    "source": TEXT,
    "path": TEXT,
    "item_position": SMALL,
    "content_hash": TEXT,
    "body_length": WHOLE,
    "first_seen_at": INSTANT,
    "last_changed_at": INSTANT,
    "changed_run_id": TEXT,
}


def documents_frame(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The frame of documents that ``tidy`` takes, from one mapping of its columns a document."""
    columns = {name: arrow_series([row[name] for row in rows], dtype) for name, dtype in _DOCUMENT_COLUMNS.items()}
    objects = {name: pd.Series([row[name] for row in rows], dtype=object) for name in ("record", "problems")}
    return frame(columns | objects)


def tidy(
    documents: pd.DataFrame,
    covered: Tree,
    declared_tables: Mapping[str, Table] | None = None,
    collections: Mapping[str, Callable[[str], object]] | None = None,
    user_tables: Sequence[UserTable] = (),
    check: BreachesOfChecks = lambda table, rows: (),
    entries: Entries | None = None,
) -> Tables:
    """Flatten a batch of documents into tidy tables, by table name; those of collections that no document is of are
    left out.

    ``covered`` holds the front-matter paths that tables have a column for; others are reported as drift. Columns that
    depend on other documents (``related_record_id``, ``item_record_id``) are the load's to fill. ``declared_tables``
    are those of the schema where a source has no names of its own (``schema.with_names``); ``collections`` says by
    collection whether a path is of it, before the path's folders do. ``user_tables`` are made as well; ``check`` finds
    the rows that break their checks. ``entries`` are those of earlier batches of the source: rows of entries, and of
    providers that only they name, are not given again.
    """
    readable = documents[documents["record"].notna()].reset_index(drop=True)
    collection = arrow_series([places.collection(path, collections) for path in python_values(readable["path"])], TEXT)
    readable = readable.assign(collection=collection)
    everything = Records(
        readable, Fields(readable["record"]), lambda row, path: [(row, path)], entries=entries or Entries()
    )
    by_collection: dict[str | None, Records] = {None: everything}
    by_collection |= {name: _of(name, readable) for name in _tabled(readable["collection"])}
    tables = {
        name: declared.rows(table, by_collection[table.rows.collection])
        for name, table in (declared_tables or schema.tables()).items()
        if table.belongs_to in (schema.DOCUMENT, schema.ENTRY)
        and table.rows
        and table.rows.kind != schema.CODE
        and table.rows.collection in by_collection
    }
    tables["providers"] = providers(everything)
    lists = schema.lists_taken(declared_tables or schema.tables()) if user_tables else ()
    own = OfCollections(readable, user_tables, lists)
    tables["meta.document_drift"] = document_drift(readable["record_id"], readable["record"], own.trees(covered))
    taken = _taken(declared_tables or schema.tables(), python_values(readable["collection"]))
    tables |= own.tables(check)
    misfits = _misfits(scope.watched() for scope in by_collection.values())
    tables["raw.scalars"] = scalars(readable["record_id"], readable["record"], taken, _places_of(misfits))
    misfits = _misfits([own.watched()]) | misfits
    tables["meta.field_errors"] = _field_errors(readable, misfits, own.breaches)
    return tables


def _tabled(collections: pd.Series) -> list[str]:
    """The collections among these that have tables of their own."""
    own = {table.rows.collection for table in schema.tables().values() if table.rows}
    return [name for name in collections.dropna().unique() if name in own]


def _taken(declared_tables: Mapping[str, Table], collections: list[str | None]) -> list[frozenset[str]]:
    """For the record of each collection, the paths that declared tables take of it whatever else it holds."""
    main = [table for table in declared_tables.values() if table.schema == "main" and table.rows]
    of_collections = {
        name: frozenset(
            path
            for table in main
            if table.rows and table.rows.collection in (None, name)
            for column in table.columns
            for path in column.certain_paths
        )
        for name in set(collections)
    }
    return [of_collections[name] for name in collections]


def _of(collection: str, documents: pd.DataFrame) -> Records:
    """The records of one collection."""
    numbers = (documents["collection"] == collection).fillna(False).to_numpy().nonzero()[0]
    rows = documents.iloc[numbers].reset_index(drop=True)

    def numbered(row: int, path: str) -> list[tuple[int, str]]:
        return [(int(numbers[row]), path)]

    return Records(rows, Fields(rows["record"]), numbered, collection=collection)


def _misfits(watched: Iterable[Iterable[tuple[Watched, Places]]]) -> _Misfits:
    """The values that did not fit their column."""
    found: _Misfits = {}
    for fields, where in chain.from_iterable(watched):
        for row, path, value, expected in fields.errors:
            for document, field in where(row, path):
                found.setdefault((document, field), (value, expected, None))
    return found


def _places_of(misfits: _Misfits) -> dict[int, list[str]]:
    """The places of misfits by document, in order."""
    found: dict[int, list[str]] = {}
    for document, field in sorted(misfits):
        found.setdefault(document, []).append(field)
    return found


def _field_errors(documents: pd.DataFrame, misfits: _Misfits, breaches: Iterable[Breach]) -> pd.DataFrame:
    """One row per value that did not fit its column, broke a contract, or that the reader has a problem with:
    ``meta.field_errors``.
    """
    found = dict(misfits)
    for document, problems in enumerate(documents["problems"]):
        for field, value, expected, line in problems:
            found.setdefault((document, field), (value, expected, line))
    left_out: dict[tuple[int, str], str] = {}
    for breach in sorted(breaches, key=lambda each: not each.table.stops_run):
        place = breach.document, breach.field
        found.setdefault(place, (breach.value, breach.expected, None))
        left_out.setdefault(place, breach.table.qualified)
    rows = [(*place, *misfit, left_out.get(place)) for place, misfit in sorted(found.items(), key=itemgetter(0))]
    of_rows = documents.iloc[[row[0] for row in rows]].reset_index(drop=True)
    return of_rows[["record_id", "source", "path"]].assign(
        run_id=of_rows["changed_run_id"],
        field=arrow_series([row[1] for row in rows], TEXT),
        value=arrow_series([row[2] for row in rows], TEXT),
        expected=arrow_series([row[3] for row in rows], TEXT),
        line=arrow_series([row[4] for row in rows], WHOLE),
        table_name=arrow_series([row[5] for row in rows], TEXT),
    )
