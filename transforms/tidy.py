"""One batch of documents in, every table of the warehouse out but ``raw.documents`` (``matterhouse.transforms.raw``).

``documents`` has one row per file, in the order in which rows shall lie in the tables:

======================  =========================================================================
``record_id``           see ``keys.record_id``
``source``, ``path``    where the file is
``content_hash``        git blob id of the file
``record``              the front matter: nested dicts and lists with text at the leaves; None where
                        the file could not be read
``body_length``         characters of what follows the front matter; NULL in a data file
``first_seen_at``       start of the run that first saw the file, UTC
``last_changed_at``     start of the run that last found it changed, UTC
``changed_run_id``      id of that run
======================  =========================================================================
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from matterhouse.transforms import collections, keys
from matterhouse.transforms.drift import Tree, document_drift
from matterhouse.transforms.fields import INSTANT, TEXT, WHOLE, Fields, arrow_series, frame
from matterhouse.transforms.providers import (
    author_columns,
    named,
    provider_columns,
    provider_image_columns,
    providers,
    publisher_columns,
)
from matterhouse.transforms.records import action_columns, each, image_columns, image_fields, listed, records, values
from matterhouse.transforms.related import article_columns, related_images
from matterhouse.transforms.unnest import Nested, unnest

Tables = dict[str, pd.DataFrame]
_DOCUMENT_COLUMNS = {
    "record_id": TEXT,
    "source": TEXT,
    "path": TEXT,
    "content_hash": TEXT,
    "body_length": WHOLE,
    "first_seen_at": INSTANT,
    "last_changed_at": INSTANT,
    "changed_run_id": TEXT,
}
Places = Callable[[int, str], Iterable[tuple[int, str]]]


def documents_frame(rows: list[Mapping[str, object]]) -> pd.DataFrame:
    """The frame of documents that ``tidy`` takes, from one mapping of its columns a document."""
    columns = {name: arrow_series([row[name] for row in rows], dtype) for name, dtype in _DOCUMENT_COLUMNS.items()}
    return frame(columns | {"record": pd.Series([row["record"] for row in rows], dtype=object)})


def tidy(documents: pd.DataFrame, covered: Tree) -> Tables:
    """Flatten a batch of documents into tidy tables, by table name; those of collections that no document is of are left out.

    ``covered`` holds the front-matter paths that tables have a column for; others are reported as
    drift. Columns that depend on other documents (``related_record_id``, ``item_record_id``) are the
    load's to fill.
    """
    readable = documents[documents["record"].notna()].reset_index(drop=True)
    readable = readable.assign(collection=each(readable["path"], keys.collection))
    batch = _Batch(readable)
    tables = _record_tables(batch) | _provider_tables(batch) | _collection_tables(batch)
    tables["records"] = records(readable, batch.all.fields, batch.provider["provider_id"])
    tables["providers"] = providers(*batch.mentions)
    tables["meta.document_drift"] = document_drift(readable["record_id"], readable["record"], covered)
    tables["meta.field_errors"] = batch.field_errors()
    return tables


class _Part(NamedTuple):
    """Records by their keys and front matters; ``places`` tells which document a row is."""

    ids: pd.Series
    fields: Fields
    places: Places


class _Batch:
    """The readable documents of a batch, and what did not fit on the way through the tables."""

    def __init__(self, documents: pd.DataFrame):
        self._watched: list[tuple[Fields, Places]] = []
        self.documents = documents
        self.ids = documents["record_id"]
        self.all = _Part(self.ids, self.watch(Fields(documents["record"]), _document), _document)
        self.provider = provider_columns(self.all.fields, "provider")
        self.affiliation = provider_columns(self.all.fields, "affiliation")
        self.mentions = [self.provider, self.affiliation]

    def watch(self, fields: Fields, places: Places) -> Fields:
        """Keep the errors of ``fields``; ``places`` tells the documents and paths that a row stands for."""
        self._watched.append((fields, places))
        return fields

    def of(self, collection: str) -> _Part:
        """The records of one collection."""
        rows = (self.documents["collection"] == collection).fillna(False).to_numpy().nonzero()[0]
        fields = Fields(self.documents["record"].iloc[rows])
        part = _Part(self.ids.iloc[rows].reset_index(drop=True), fields, lambda row, path: [(int(rows[row]), path)])
        self.watch(part.fields, part.places)
        return part

    def field_errors(self) -> pd.DataFrame:
        """One row per value that did not fit its column, see ``meta.field_errors``."""
        found = {}
        for fields, places in self._watched:
            for row, path, value, expected in fields.errors:
                for document, field in places(row, path):
                    found.setdefault((document, field), (value, expected))
        rows = [(document, field, *misfit) for (document, field), misfit in sorted(found.items())]
        documents = self.documents.iloc[[row[0] for row in rows]].reset_index(drop=True)
        return documents[["record_id", "source", "path"]].assign(
            run_id=documents["changed_run_id"],
            field=arrow_series([row[1] for row in rows], TEXT),
            value=arrow_series([row[2] for row in rows], TEXT),
            expected=arrow_series([row[3] for row in rows], TEXT),
        )


def _document(row: int, path: str) -> list[tuple[int, str]]:
    return [(row, path)]


def _items(nested: Nested, path: str, above: Places = _document) -> Places:
    """Where the items of the lists at ``path`` are; ``above`` tells where the lists' rows are."""

    def places(item: int, field: str) -> Iterable[tuple[int, str]]:
        for parent, position in nested.places[item]:
            yield from above(parent, f"{path}[{position}].{field}" if field else f"{path}[{position}]")

    return places


def _record_tables(batch: _Batch) -> Tables:
    images, actions = (unnest(batch.all.fields.raw(path)) for path in ("images", "actions"))
    image = batch.watch(image_fields(images.items), _items(images, "images"))
    action = batch.watch(Fields(actions.items), _items(actions, "actions"))
    return {
        "record_topics": _texts(batch, batch.all, "topics", "topic"),
        "record_images": listed(batch.ids, images, image_columns(image)),
        "record_actions": listed(batch.ids, actions, action_columns(action)),
        "learning_levels": _texts(batch, batch.all, "levels", "level"),
        "learning_items": _texts(batch, batch.all, "items", "item_path"),
    } | _related_tables(batch)


def _texts(batch: _Batch, part: _Part, path: str, column: str) -> pd.DataFrame:
    """The table of a list of plain texts."""
    nested = unnest(part.fields.raw(path))
    columns, items = values(column, nested)
    batch.watch(items, _items(nested, path, part.places))
    return listed(part.ids, nested, columns)


def _related_tables(batch: _Batch) -> Tables:
    entries = unnest(batch.all.fields.raw("related"))
    entry = batch.watch(Fields(entries.items), _items(entries, "related"))
    provider = provider_columns(entry, "provider")
    batch.mentions.append(provider)
    images = unnest(entry.raw("images"))
    image = batch.watch(image_fields(images.items), _items(images, "images", _items(entries, "related")))
    return {
        "related_articles": listed(batch.ids, entries, article_columns(entry, provider["provider_id"])),
        "related_images": related_images(batch.ids, entries, images, image_columns(image)),
    }


def _provider_tables(batch: _Batch) -> Tables:
    publishers, authors = (unnest(batch.all.fields.raw(f"provider.{path}")) for path in ("publishers", "authors"))
    publisher = batch.watch(named(publishers), _items(publishers, "provider.publishers"))
    author = batch.watch(named(authors), _items(authors, "provider.authors"))
    images = unnest(publisher.raw("images"))
    of_publishers = _items(images, "images", _items(publishers, "provider.publishers"))
    image = batch.watch(image_fields(images.items), of_publishers)
    return {
        "provider_publishers": listed(batch.ids, publishers, publisher_columns(publisher)),
        "provider_authors": listed(batch.ids, authors, author_columns(author)),
        "provider_publisher_images": related_images(batch.ids, publishers, images, provider_image_columns(image)),
        "record_provider_images": _record_provider_images(batch),
    }


def _record_provider_images(batch: _Batch) -> pd.DataFrame:
    """Images of providers and affiliations, record by record; list ``2 * i + j`` is of record i and field j."""
    names = ("provider", "affiliation")
    lists = zip(*(batch.all.fields.raw(f"{name}.images") for name in names))
    images = unnest(chain.from_iterable(lists))
    places = _items(images, "images", lambda row, path: [(row // 2, f"{names[row % 2]}.{path}")])
    image = batch.watch(image_fields(images.items), places)
    record, name = np.divmod(images.links["parent"].to_numpy(), 2)
    provider_ids = pd.concat([batch.provider["provider_id"], batch.affiliation["provider_id"]], ignore_index=True)
    rows = listed(batch.ids.repeat(2), images, provider_image_columns(image))
    rows.insert(1, "field", arrow_series([names[number] for number in name], TEXT))
    rows.insert(3, "provider_id", provider_ids.take(name * len(batch.ids) + record).array)
    return rows


def _collection_tables(batch: _Batch) -> Tables:
    """The tables of single collections, of those that a document is of."""
    tables: Tables = {}
    for collection in batch.documents["collection"].dropna().unique():
        if collection in _OF_COLLECTIONS:
            tables |= _OF_COLLECTIONS[collection](batch, batch.of(collection))
    return tables


def _learning(batch: _Batch, part: _Part) -> Tables:
    return {"learning": collections.learning(part.ids, part.fields)}


def _events(batch: _Batch, part: _Part) -> Tables:
    return {"events": collections.events(part.ids, part.fields)}


def _people(batch: _Batch, part: _Part) -> Tables:
    affiliation_ids = provider_columns(part.fields, "affiliation")["provider_id"]
    return {"people": collections.people(part.ids, part.fields, affiliation_ids)}


def _communities(batch: _Batch, part: _Part) -> Tables:
    return {"communities": collections.communities(part.ids, part.fields)}


def _organizations(batch: _Batch, part: _Part) -> Tables:
    return {
        "organizations": collections.organizations(part.ids, part.fields),
        "organization_names": _texts(batch, part, "otherNames", "name"),
    }


def _topics(batch: _Batch, part: _Part) -> Tables:
    return {
        "topics": collections.topics(part.ids, part.fields),
        "topic_keywords": _texts(batch, part, "keywords", "keyword"),
        "topic_hashtags": _texts(batch, part, "hashtags", "hashtag"),
        "topic_services": collections.topic_services(part.ids, part.fields),
    }


_OF_COLLECTIONS = {
    "learning": _learning,
    "events": _events,
    "people": _people,
    "communities": _communities,
    "organizations": _organizations,
    "topics": _topics,
}
