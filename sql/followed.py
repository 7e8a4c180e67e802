"""The columns that the history of a record follows: a version begins when one of them has another value."""

from matterhouse.sql import schema

VERSIONS, RELATED_CHANGES, COMMITS = "history.record_versions", "history.related_changes", "history.commits"
TABLES = (VERSIONS, RELATED_CHANGES, COMMITS)
# What tells a record, its file and its content apart, and is not followed.
_NOT_FOLLOWED = ("record_id", "source", "collection", "path", "content_hash")
# Those that are columns of ``records``, too.
OF_RECORDS = tuple(
    name
    for name in schema.tables()[VERSIONS].column_names
    if name in schema.tables()["records"].column_names and name not in _NOT_FOLLOWED
)
FOLLOWED = (*OF_RECORDS, "topics", "related_count", "image_count", "other_values")
