"""Content sources: list their files, read them, and parse their front matter.

Nothing here imports pandas, pyarrow or DuckDB: a run that finds nothing changed starts without them.
"""

from sources.errors import AuditFailed, SourceUnavailable, Unreadable
from sources.files import DEFAULT_EXCLUDE, DEFAULT_INCLUDE, File, Globs, Listing
from sources.limits import Limits
from sources.source import Source, open_source
from sources.uris import redacted

__all__ = [
    "AuditFailed",
    "DEFAULT_EXCLUDE",
    "DEFAULT_INCLUDE",
    "File",
    "Globs",
    "Limits",
    "Listing",
    "Source",
    "SourceUnavailable",
    "Unreadable",
    "open_source",
    "redacted",
]
