"""What a table that the user declares has to keep: its names, its headers, its key, and where its values come from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matterhouse.sql import paths, schema
from matterhouse.sql.schema import Column, Rows
from matterhouse.sql.user_tables import STOPS, Check, UserTable, levels, relative

if TYPE_CHECKING:
    from matterhouse.warehouse.declarations import Declaration

_LONGEST_NAME = 180  # bytes: a table's name is that of a folder
_LEFT_OUT = "secured"
# Tables that a run makes for itself, in schema main of a database that is searched first.
_OF_RUNS = frozenset(
    "batch batch_rows changed changed_files content_before content_cells content_new content_now"
    " content_places content_rows continued differing key_paths known_drift later_runs new_lists new_rejects"
    " open_versions record_by_url rejected relinked relinked_entries relinked_ids rows_made seen_providers"
    " staged_rows stamped this_run updated_collections wanted_collections wanted_parts".split()
)
TYPES = ("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMP WITH TIME ZONE")
# What is known of a document; a column of such a name and type needs no path.
_OF_DOCUMENTS = {
    "source": "VARCHAR",
    "path": "VARCHAR",
    "collection": "VARCHAR",
    "content_hash": "VARCHAR",
    "body_length": "BIGINT",
    "first_seen_at": "TIMESTAMP WITH TIME ZONE",
    "last_changed_at": "TIMESTAMP WITH TIME ZONE",
}
_PLACE = {
    "VARCHAR": "The key, as written.",
    "INTEGER": "Place in the list, counted from 0 in the file's order.",
}
_ROWS = re.compile(rf"(?P<kind>documents|items|keys)(?: of (?P<of>{paths.LISTED}(?:, ?{paths.LISTED})*))?")


def table(found: "Declaration", functions: Mapping[str, bool], others: Iterable[UserTable]) -> UserTable | None:
    """The table that a file declares; None where there are mistakes, which are reported."""
    _name(found, others)
    rows = _rows(found)
    form = schema.TABLE_COMMENT.fullmatch(found.comment or "")
    if form is None:
        wanted = "expected COMMENT ON TABLE … IS 'One row per …. Key: record_id.'"
        found.report(found.create[0], f"{found.name}: {wanted}, found {found.comment or 'no comment'}")
    if form is None or rows is None or found.problems:
        return None
    key = tuple(form["key"].split(", "))
    made = UserTable(
        found.schema_name,
        found.name,
        "table",
        found.comment or "",
        form["grain"],
        key,
        (),
        rows,
        schema.DOCUMENT,
        file=found.label,
        checks=_checks(found, key),
        stops_run=STOPS in (found.comment or ""),
    )
    _key(found, made)
    if found.problems:
        return None
    columns = tuple(column for each in found.columns if (column := _column(found, made, each, functions)))
    return None if found.problems else replace(made, columns=columns)


def _name(found: "Declaration", others: Iterable[UserTable]) -> None:
    line, name = found.create[0], f"{found.schema_name}.{found.name}"
    for part in (found.schema_name, found.name):
        if not re.fullmatch(r"\w+", part) or len(part.encode()) > _LONGEST_NAME:
            found.report(line, f"{part}: expected a name of letters, digits and _, of at most {_LONGEST_NAME} bytes")
    ours = {table.full_name.lower() for table in (schema.tables() | schema.views()).values()}
    if name.lower() in ours:
        found.report(line, f"{name} is a table of Matterhouse's own: give yours another name, or another schema")
    if found.schema_name == "main" and found.name.lower() in _OF_RUNS:
        found.report(line, f"{name} is a table that a run makes for itself: give yours another name, or another schema")
    for other in others:
        if other.full_name.lower() == name.lower():
            found.report(line, f"{name} is declared in {other.file}, too")


def _rows(found: "Declaration") -> Rows | None:
    line, text = found.headers.get("rows", (1, ""))
    form = _ROWS.fullmatch(text)
    if form is None or (form["kind"] == "documents") != (form["of"] is None):
        wanted = "`-- rows: documents`, `-- rows: items of LIST` or `-- rows: keys of MAPPING` above the table"
        found.report(line, f"expected {wanted}, found {f'`{text}`' if text else 'none'}")
        return None
    of = paths.listed(form["of"] or "")
    if len(of) > 1 and (form["kind"] == "keys" or any("[]" in path or "*" in path for path in of)):
        found.report(line, "several lists have to stand at the top of a front matter, or in mappings there")
    line, owner = found.headers.get("belongs to", (1, schema.DOCUMENT))
    if owner != schema.DOCUMENT:
        found.report(line, f"expected `-- belongs to: document`, found {owner}")
    line, collection = found.headers.get("collection", (1, ""))
    if not collection and "collection" in found.headers:
        found.report(line, "expected the name of a collection, or (none)")
    split = _paths(found, "split at commas")
    if set(split) - set(of):
        found.report(found.headers["split at commas"][0], "expected lists that rows are items of")
    return Rows(form["kind"], of, collection or None, split)


def _paths(found: "Declaration", header: str) -> tuple[str, ...]:
    return paths.listed(found.headers.get(header, (1, ""))[1])


def _checks(found: "Declaration", key: tuple[str, ...]) -> tuple[Check, ...]:
    checks = []
    for kind, text, expression, columns in found.constraints:
        line = found.line_of(columns[0]) if columns else found.create[0]
        if kind == "CHECK":
            checks.append(Check(str(expression), tuple(dict.fromkeys(columns))))
        elif kind == "PRIMARY KEY" and set(columns) != set(key):
            found.report(line, f"{text}: expected the columns that the table's comment names as its key")
        elif kind not in ("NOT NULL", "PRIMARY KEY"):
            found.report(line, f"{text}: a contract has NOT NULL and CHECK, not {kind}")
    return tuple(checks)


def _key(found: "Declaration", made: UserTable) -> None:
    """Report a key that does not say which row of which document a row is."""
    patterns = made.patterns
    wanted = [
        ("a position of type INTEGER" if is_list else "a key of type VARCHAR", is_list)
        for _, is_list in levels(patterns[0])
    ]
    types = {column["name"]: column["type"] for column in found.columns}
    given = [types.get(name) for name in made.places]
    right = made.key[0] == "record_id" and types.get("record_id") == "VARCHAR"
    right = right and given == ["INTEGER" if is_list else "VARCHAR" for _, is_list in wanted]
    if "field" in made.key and (len(patterns) == 1 or types.get("field") != "VARCHAR"):
        right = False
    if not right:
        told = ", then ".join(["record_id of type VARCHAR", *(told for told, _ in wanted)])
        found.report(found.create[0], f"{made.name}: expected a key of {told}; found {', '.join(made.key)}")


def _column(
    found: "Declaration", made: UserTable, given: dict[str, Any], functions: Mapping[str, bool]
) -> Column | None:
    """A column; None where there are mistakes."""
    name, type = given["name"], given["type"]
    line = found.line_of(name)
    try:
        column = schema.column(made.full_name, name, type, given["not_null"], _comment(made, given))
    except ValueError as error:
        found.report(line, str(error))
        return None
    if name in made.key:
        return replace(column, not_null=True)
    if type not in TYPES:
        found.report(line, f"{name}: front matter has no values of type {type}; expected one of {', '.join(TYPES)}")
    if column.function is not None and column.function not in functions:
        found.report(line, f"{name}: there is no function {column.function} for By:")
    elif column.function is not None and functions[column.function] and made.patterns != ("",):
        found.report(line, f"{name}: the function {column.function} is only for rows of documents")
    if not column.paths and _OF_DOCUMENTS.get(name) != type and not (name == "field" and len(made.patterns) > 1):
        wanted = f"COMMENT ON COLUMN {made.qualified}.{name} IS '… From: path.'"
        found.report(line, f"{name}: which front-matter path does it come from? expected {wanted}")
    for path in column.paths:
        _check_path(found, made, line, name, path)
    return column


def _comment(made: UserTable, given: dict[str, Any]) -> str | None:
    """A column's comment; one that says what follows from the column's place may be left out."""
    comment, name = given["comment"], given["name"]
    if comment and comment.startswith("From: "):
        return f"As the front matter has it. {comment}"
    if comment:
        return str(comment)
    if name == "record_id":
        return "The record, as in records.record_id."
    if name == "field":
        return "Front-matter list that the row comes from."
    return _PLACE.get(given["type"]) if name in made.key else f"As in records.{name}."


def _check_path(found: "Declaration", made: UserTable, line: int, name: str, path: str) -> None:
    steps = paths.tokens(path)
    if not steps or paths.of_tokens(steps) != path:
        found.report(line, f"{name}: {path} is no path; put a key with odd signs in double quotes")
    if _LEFT_OUT in paths.steps(path):
        found.report(line, f"{name}: values of {_LEFT_OUT} are in no table")
    if all(relative(path, pattern) is None for pattern in made.patterns):
        where = f"the rows are {made.patterns[0] or 'documents'}"
        found.report(line, f"{name}: {path} leads to many values for a row ({where})")
