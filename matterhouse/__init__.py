"""Matterhouse: content repositories of front-matter files in; tidy, checked, always-readable tables out.

    import matterhouse

    with matterhouse.open_snapshot("warehouse") as snapshot:
        articles = snapshot.execute("FROM articles").df()
        files = snapshot.parquet("articles")  # the same table, as Parquet

``docs/architecture.md`` shows the house. Nothing is imported here but what is asked for.
"""

import os
from typing import TYPE_CHECKING

from matterhouse.process import leave_out_the_current_folder

if TYPE_CHECKING:
    from matterhouse.warehouse.opening import OpenSnapshot

__version__ = "0.2.0"
__all__ = ["__version__", "open_snapshot"]

leave_out_the_current_folder()


def open_snapshot(warehouse: "str | os.PathLike[str]") -> "OpenSnapshot":
    """Open the snapshot of a warehouse that is current now: a read-only DuckDB connection, times in UTC.

    ``warehouse`` is its folder, or the URL that it is published to, such as ``s3://bucket/prefix``: its database is
    fetched into the user's cache, and ``path`` and ``parquet(table)`` are URLs.

    It keeps showing that snapshot, whatever is published meanwhile, and neither waits for a run nor holds one up.
    Use it as a context manager, or close it. ``path``, ``id`` and ``parquet(table)`` tell where the snapshot is.
    Raises ``matterhouse.warehouse.snapshots.NoSnapshot`` where nothing was published yet, and
    ``matterhouse.sources.stores.StoreFailed`` for a store that cannot be used.
    """
    from matterhouse.warehouse.opening import open_snapshot

    return open_snapshot(warehouse)
