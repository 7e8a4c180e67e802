"""Tables as the DDL declares them: one generic way from front matters to the rows of any table of plain paths.

A table's file in ``sql/tables`` says what its rows are (documents, items of lists, keys of a mapping), and each
column's comment which paths it comes from (``matterhouse.sql.schema``). So adding such a table takes no code here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol, cast

import numpy as np
import pandas as pd

from matterhouse.reading.sheets import Block
from matterhouse.sql import schema
from matterhouse.sql.schema import Column, Rows, Table
from matterhouse.transforms.columnar import BlockFields
from matterhouse.transforms.computed import FUNCTIONS, RAW, Misfits
from matterhouse.transforms.entries import Entries
from matterhouse.transforms.fields import Fields, arrow_array, arrow_series, dtype, frame, python_values
from matterhouse.transforms.listed import has_any, kinds_of, kinds_of_items, owners_of_lists
from matterhouse.transforms.unnest import Nested, split_at_commas, spread, unnest

ENTRY_ID = "entry_id"  # what the column that tells entries apart is called
ITSELF = "\0"  # the path of a list item that is a plain value, in place of a mapping's key
Places = Callable[[int, str], Iterable[tuple[int, str]]]


class Watched(Protocol):
    """Rows of which values may not fit, see ``Fields.errors``."""

    @property
    def errors(self) -> list[tuple[int, str, str, str]]: ...


@dataclass
class Records:
    """Front matters, a row each, and what is known of their documents; the lists in them are unfolded once.

    ``documents`` has the columns that come with a document (``record_id``, ``path`` …). ``places`` tells for a row and
    a path in it the numbers of the documents, and the paths in them, that a misfit is reported at.
    """

    documents: pd.DataFrame
    fields: Fields
    places: Places
    inside: str = ""  # the path that the rows are at, such as ``related[].``
    collection: str | None = None  # the only one that the rows are of
    entries: Entries = field(default_factory=Entries)  # what earlier batches have brought of lists that are kept once
    _items: "dict[tuple[str, ...], Items]" = field(default_factory=dict)
    _kept: "dict[str, KeptOnce]" = field(default_factory=dict)

    def items(self, *lists: str, split: tuple[str, ...] = (), kinds: frozenset[str] = frozenset()) -> "Items":
        """What the lists at these paths hold, row by row, and in a row list by list; ``split`` names those of which a
        text is split at commas. A list of which no item is of a shape that some column takes is none."""
        if lists not in self._items:
            self._items[lists] = Items.of(self, lists, split, kinds)
        return self._items[lists]

    def kept_once(self, path: str) -> "KeptOnce":
        """The entries of the lists at ``path``, which tables keep once."""
        if path not in self._kept:
            self._kept[path] = KeptOnce.of(self, path)
        return self._kept[path]

    def own_lists(self, path: str, values: list[object]) -> list[object]:
        """``values`` of a list, without those of documents whose collection has a table of its own for it."""
        owners = owners_of_lists().get(path)
        if owners is None or self.collection is not None or "collection" not in self.documents:
            return values
        collections = python_values(self.documents["collection"])
        return [None if collection in owners else value for collection, value in zip(collections, values)]

    def watched(self) -> Iterator[tuple[Watched, Places]]:
        """The fields of the rows, and of all items that were unfolded: all that may have misfits."""
        yield self.fields, self.places
        for items in self._items.values():
            yield from items.records.watched()
        for kept in self._kept.values():
            yield kept.watched(self)


@dataclass
class Items:
    """The distinct items of lists, as ``records`` of their own; ``nested.links`` tells where each one is listed.

    The list at path ``lists[j]`` of row ``i`` is the parent number ``i * len(lists) + j``.
    """

    lists: tuple[str, ...]
    nested: Nested
    records: Records

    @classmethod
    def of(cls, above: Records, lists: tuple[str, ...], split: tuple[str, ...], kinds: frozenset[str]) -> "Items":
        found = above.fields.listed(lists[0]) if isinstance(above.fields, BlockFields) else None
        if found:
            nested, fields = Nested.of_distinct(found.parents, found.positions), cast(Fields, found.fields)
        else:
            nested, wanted = _unfolded(above, lists, split, kinds)
            items = nested.items
            if "plain" in wanted:
                items = [item if isinstance(item, dict) and "mapping" in wanted else {ITSELF: item} for item in items]
            fields = Fields(items)

        def places(item: int, field: str) -> Iterator[tuple[int, str]]:
            for parent, position in nested.places[item]:
                row, number = divmod(parent, len(lists))
                place = f"{lists[number]}[{position}]"
                yield from above.places(row, place if field in ("", ITSELF) else f"{place}.{field}")

        return cls(lists, nested, Records(pd.DataFrame(), fields, places, f"{above.inside}{lists[0]}[]."))


@dataclass
class KeptOnce:
    """The distinct entries of a list: ``ids`` of those that this batch lists, and ``records`` of the new ones among
    them, of which rows are to be made: those read by columns, and all others. ``nested.links`` tells where each one is
    listed.
    """

    path: str
    nested: Nested
    ids: list[str]
    records: tuple[Records, ...]

    @classmethod
    def of(cls, above: Records, path: str) -> "KeptOnce":
        nested, _ = _unfolded(above, (path,))
        ids = above.entries.ids(nested.items)
        new = above.entries.new(ids)
        by_columns = [number for number in new if isinstance(nested.items[number], Block)]
        others = [number for number in new if not isinstance(nested.items[number], Block)]
        fields = Fields(nested.items[number] for number in others)
        found = [_entries(path, [ids[number] for number in others], fields)]
        if by_columns:
            blocks = cast(list[Block], [nested.items[number] for number in by_columns])
            order, of_blocks = BlockFields.of(blocks)
            found.append(_entries(path, [ids[by_columns[number]] for number in order], of_blocks))
        return cls(path, nested, ids, tuple(found))

    def watched(self, above: Records) -> tuple[Watched, Places]:
        """What did not fit in the entries that the batch lists, and wherever it lists them."""
        known = above.entries.misfits
        for records in self.records:
            new_ids = python_values(records.documents[ENTRY_ID])
            for fields, places in records.watched():
                for row, path, value, expected in fields.errors:
                    for entry, inside in places(row, path):
                        known.setdefault(new_ids[entry], {})[inside] = (value, expected)

        def listed(item: int, path: str) -> Iterator[tuple[int, str]]:
            for parent, position in self.nested.places[item]:
                place = f"{self.path}[{position}]"
                yield from above.places(parent, f"{place}.{path}" if path else place)

        return KnownMisfits(
            [
                (item, path, *misfit)
                for item, entry in enumerate(self.ids if known else ())
                for path, misfit in known.get(entry, {}).items()
            ]
        ), listed


def _entries(path: str, ids: list[str], fields: Fields) -> Records:
    """Records of the entries of a list."""
    documents = frame({ENTRY_ID: arrow_series(ids, dtype("VARCHAR"))})
    return Records(documents, fields, lambda row, inside: [(row, inside)], f"{path}[].")


_without_rows: dict[tuple[str, tuple[Column, ...]], pd.DataFrame] = {}


@dataclass
class KnownMisfits:
    """Values that were found not to fit: row, path, value as written, what was expected."""

    errors: list[tuple[int, str, str, str]]


def _unfolded(
    above: Records, lists: tuple[str, ...], split: tuple[str, ...] = (), kinds: frozenset[str] = frozenset()
) -> tuple[Nested, set[str]]:
    """The lists of the records, unfolded, and the shapes of items that tables take of them."""
    known = kinds_of_items()
    wanted = {kind for path in lists for kind in known.get(f"{above.inside}{path}[]", kinds or ())}
    if not any(map(above.fields.may_have, lists)):
        return unnest(()), wanted
    columns = [
        above.own_lists(path, split_at_commas(each) if path in split else each)
        for path, each in zip(lists, map(above.fields.raw, lists))
    ]
    columns = [[None if value is None or not has_any(value, wanted) else value for value in each] for each in columns]
    return unnest(chain.from_iterable(zip(*columns)) if len(columns) > 1 else columns[0]), wanted


def rows(table: Table, records: Records) -> pd.DataFrame:
    """The rows of a declared table, from the records of its collection. Columns that the load fills are left out."""
    made_from = table.rows
    if made_from is None or made_from.kind == schema.CODE:
        raise ValueError(f"{table.qualified} is made by code of its own")
    lists = {path.partition("[].")[0] for path in made_from.of}
    if made_from.kind in (schema.DOCUMENTS, schema.KEYS) or any(map(records.fields.may_have, lists)):
        return _made(table, made_from, records)
    if (named := (table.qualified, table.columns)) not in _without_rows:  # to make one takes 4 ms
        _without_rows[named] = _made(table, made_from, records)
    return _without_rows[named]


def _made(table: Table, made_from: Rows, records: Records) -> pd.DataFrame:
    if made_from.kind == schema.DOCUMENTS:
        return frame(_columns(table.columns, records, ("",)))
    if made_from.kind == schema.LINKS:
        return _links(records, made_from.of[0])
    if made_from.kind == schema.KEYS:
        return _keys(table, records, made_from.of[0])
    if made_from.kind == schema.DISTINCT:
        return _distinct(table, records, made_from.of[0])
    if "[]." in made_from.of[0]:
        return _nested_items(table, records, made_from.of[0])
    return _items(table, records, made_from.of)


def _items(table: Table, records: Records, lists: tuple[str, ...]) -> pd.DataFrame:
    """A row per list item."""
    split = table.rows.split if table.rows else ()
    items = records.items(*lists, split=split, kinds=kinds_of(table))
    parent, number = np.divmod(items.nested.links["parent"].to_numpy(), len(lists))
    columns = {"record_id": records.documents["record_id"].take(parent)}
    columns["position"] = items.nested.links["position"].astype("int32")
    if "field" in table.column_names:
        columns["field"] = arrow_series([_list_name(lists)[each] for each in number], dtype("VARCHAR"))
        if "field" not in table.key:  # positions go on from list to list
            starts = np.flatnonzero(np.diff(parent, prepend=-1))
            columns["position"] = counted(len(parent), starts)
    columns |= _above(table, records, lists, parent, number)
    columns |= spread(frame(_columns(table.columns, items.records, _prefixes(lists))), items.nested.links["item"])
    return frame({name: columns[name] for name in table.column_names if name in columns})


def _links(records: Records, path: str) -> pd.DataFrame:
    """A row per entry of the lists at ``path``: which one it is."""
    kept = records.kept_once(path)
    links = kept.nested.links
    columns = {
        "record_id": records.documents["record_id"].take(links["parent"].to_numpy()),
        "position": links["position"].astype("int32"),
    }
    return frame(columns | spread(frame({ENTRY_ID: arrow_series(kept.ids, dtype("VARCHAR"))}), links["item"]))


def _distinct(table: Table, records: Records, path: str) -> pd.DataFrame:
    """A row per new entry of a list that is kept once, or per item of a list in it."""
    outer, _, inner = path.partition("[].")
    found = [_of_entries(table, entries, path, inner) for entries in records.kept_once(outer).records]
    return pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]


def _of_entries(table: Table, entries: Records, path: str, inner: str) -> pd.DataFrame:
    if not inner:
        return frame(_columns(table.columns, entries, (f"{path}[]",)))
    items = entries.items(inner)
    links = items.nested.links
    columns = {
        table.key[0]: entries.documents[ENTRY_ID].take(links["parent"].to_numpy()),
        table.key[1]: links["position"].astype("int32"),
    }
    numbers = links["item"].to_numpy()
    of_items = _columns(table.columns, items.records, (f"{path}[]",))
    return frame(columns | {name: column.take(numbers) for name, column in of_items.items()})


def _list_name(lists: tuple[str, ...]) -> list[str]:
    """What the lists are called in the column ``field``: by their own keys, or where these are equal by the first."""
    own = [path.rpartition(".")[2] for path in lists]
    return own if len(set(own)) > 1 or len(own) == 1 else [path.partition(".")[0] for path in lists]


def counted(length: int, starts: np.ndarray) -> pd.Series:
    """Numbers from 0 that begin anew at each of the ``starts``."""
    begun = np.repeat(starts, np.diff(starts, append=length))
    return pd.Series(pd.array(np.arange(length) - begun, dtype=dtype("INTEGER")))


def _above(
    table: Table, records: Records, lists: tuple[str, ...], parent: np.ndarray, number: np.ndarray
) -> dict[str, pd.Series]:
    """Columns of a list item that come from what is beside the list: ``provider.name`` beside ``provider.images``."""
    inside = _prefixes(lists)
    beside = [column for column in table.columns if column.paths and not any(_below(column, inside))]
    found = {}
    for column in beside:
        folders = [path.rpartition(".")[0] + "." for path in lists]
        each = [
            column_of(column, records, [path for path in column.paths if path.startswith(folder)]) for folder in folders
        ]
        found[column.name] = pd.concat(each, ignore_index=True).take(number * len(records.documents) + parent)
    return found


def _nested_items(table: Table, records: Records, path: str) -> pd.DataFrame:
    """A row per item of the lists in list items: ``record_id``, ``position`` of the outer, ``image_position`` of the
    inner.

    The inner lists were unfolded from the distinct outer items, so each is spread over every place of its outer item.
    """
    outer_path, inner_path = path.split("[].")
    outer = records.items(outer_path)
    inner = outer.records.items(inner_path)
    position, inner_position = table.key[1:]
    links = inner.nested.links.rename(columns={"parent": "entry", "position": "inner_position", "item": "inner"})
    places = outer.nested.links.merge(links, left_on="item", right_on="entry", validate="m:m")
    columns = {
        "record_id": records.documents["record_id"].take(places["parent"].to_numpy()),
        position: places["position"].astype("int32"),
        inner_position: places["inner_position"].astype("int32"),
    }
    return frame(
        columns | spread(frame(_columns(table.columns, inner.records, (f"{path}[]",))), places["inner"]),
    )


def _keys(table: Table, records: Records, path: str) -> pd.DataFrame:
    """A row per key of a mapping; the key is the second column of the table's key."""
    numbers, names, texts = records.fields.texts_below(path)
    value = next(column.name for column in table.columns if column.name not in table.key)
    return frame(
        {
            "record_id": records.documents["record_id"].take(numbers),
            table.key[1]: arrow_series(names, dtype("VARCHAR")),
            value: texts,
        }
    )


def _prefixes(lists: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{path}[]" for path in lists)


def _columns(columns: Iterable[Column], records: Records, prefixes: tuple[str, ...]) -> dict[str, pd.Series]:
    """Columns that can be told from the records: those with paths below ``prefixes``, and those of the documents."""
    found = {}
    for column in columns:
        if column.name in records.documents:
            found[column.name] = records.documents[column.name]
        elif paths := list(_below(column, prefixes)):
            found[column.name] = column_of(column, records, paths)
    return found


def _below(column: Column, prefixes: tuple[str, ...]) -> Iterator[str]:
    """A column's paths relative to the first of the prefixes that is above one of them."""
    told = set()
    for path in column.paths:
        for prefix in prefixes:
            if prefix == "" or path == prefix or path.startswith(f"{prefix}."):
                relative = path.removeprefix(prefix).removeprefix(".") or ITSELF
                if relative not in told:
                    told.add(relative)
                    yield relative


def column_of(column: Column, records: Records, paths: list[str]) -> pd.Series:
    """A column by its declared type; of several paths the first one with a value that fits counts."""
    if column.function:
        return _computed(column, records, paths)
    first, *others = (records.fields.column(path, column.type) for path in paths)
    for other in others:
        first = first.fillna(other)
    return first


def _computed(column: Column, records: Records, paths: list[str]) -> pd.Series:
    """What a column's function makes of the values of its paths."""
    computed = FUNCTIONS[column.function or ""]
    if computed.reads == RAW:
        lists = [records.fields.named(path) for path in paths]
        for number, path in enumerate(paths):
            if path in computed.read_by:
                lists[number] = list(map(computed.read_by[path], lists[number]))
    elif computed.column and len(paths) == 1:
        texts = arrow_array(records.fields.text(paths[0]))
        return pd.Series(pd.arrays.ArrowExtensionArray(computed.column(texts)))
    else:
        lists = [python_values(records.fields.text(path)) for path in paths]
    if computed.beside is not None:
        lists.insert(0, python_values(records.documents[computed.beside]))
    if not computed.together:
        each_path = [[None if value is None else computed.function(value) for value in each] for each in lists]
        first = [next((result for result in of_row if result is not None), None) for of_row in zip(*each_path)]
        return arrow_series(each_path[0] if len(lists) == 1 else first, dtype(column.type))
    results = list(map(computed.function, *lists))
    for row in [row for row, result in enumerate(results) if type(result) is Misfits]:
        for number, value in results[row].misfits.items():
            records.fields.misfit(row, records.fields.place(row, paths[number]), value, computed.expected)
        results[row] = results[row].result
    return arrow_series(results, dtype(column.type))
