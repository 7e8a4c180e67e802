"""Content sources: list their files, read them, and parse their front matter.

Nothing here imports pandas, pyarrow or DuckDB: a run that finds nothing changed starts without them.
"""

from matterhouse.sources.errors import NOT_READ, AuditFailed, Skipped, SourceUnavailable, Unreadable
from matterhouse.sources.files import DEFAULT_EXCLUDE, DEFAULT_INCLUDE, File, Globs, Listing
from matterhouse.sources.limits import Limits
from matterhouse.sources.source import Source, open_source
from matterhouse.sources.uris import redacted

__all__ = [
    "DEFAULT_EXCLUDE",
    "DEFAULT_INCLUDE",
    "NOT_READ",
    "AuditFailed",
    "File",
    "Globs",
    "Limits",
    "Listing",
    "Skipped",
    "Source",
    "SourceUnavailable",
    "Unreadable",
    "open_source",
    "redacted",
]
