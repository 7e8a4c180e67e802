"""The warehouse: loaded, checked, published as snapshots, and read.

    import load

    with load.open_current("warehouse") as connection:
        articles = connection.execute("SELECT * FROM articles").df()

Whoever reads with other tools takes ``load.current_path("warehouse")`` once, and then files inside of it.
"""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb


def current_path(warehouse: "str | os.PathLike[str]") -> "Path":
    """The folder of the snapshot that is current now, with ``warehouse.duckdb`` and ``parquet/<table>/*.parquet``.

    Everything in it is of one run and never changes. Ask once and stay inside of what you got: the next
    call may give the next snapshot. Raises ``load.snapshots.NoSnapshot``.
    """
    from pathlib import Path

    from load import snapshots
    from load.layout import Layout

    return snapshots.current(Layout(Path(warehouse).absolute())).path


def open_current(warehouse: "str | os.PathLike[str]") -> "duckdb.DuckDBPyConnection":
    """A read-only connection to the snapshot that is current now; times are shown in UTC.

    It keeps showing that snapshot, whatever is published meanwhile, and neither waits for a run nor holds one
    up. Raises ``load.snapshots.NoSnapshot``. For queries of people you do not trust take ``load.query``.
    """
    import duckdb

    connection = duckdb.connect(current_path(warehouse) / "warehouse.duckdb", read_only=True)
    connection.execute("SET TimeZone = 'UTC'").fetchall()
    return connection
