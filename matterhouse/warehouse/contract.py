"""The CHECKs of tables that the user declares, tried on rows before they are staged."""

from collections.abc import Iterator

import duckdb
import pandas as pd
import pyarrow as pa

from matterhouse.sql.user_tables import UserTable
from matterhouse.warehouse.declarations import LOCKED_IN, breaching


def breaches_of_checks(table: UserTable, rows: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """The numbers of the rows that break one of the table's checks, and the number of that check."""
    arrow = pa.table({str(name): pa.array(column.array) for name, column in rows.items()})
    with duckdb.connect(config=LOCKED_IN) as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        connection.register("rows_made", arrow)
        for number, check in enumerate(table.checks):
            for (row,) in connection.execute(breaching(check, "rows_made")).fetchall():
                yield row, number
