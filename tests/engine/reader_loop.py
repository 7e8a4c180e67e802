"""A reader that never pauses, for the kill tests: ``python -m tests.engine.reader_loop WAREHOUSE``.

It resolves ``current``, reads database and Parquet of that one snapshot, and checks that they tell of the same
run and the same rows. It stops when its standard input is closed, and prints what it saw as JSON.
"""

import json
import os
import sys
import threading
from pathlib import Path

import duckdb

_FROM_DATABASE = """
SELECT (SELECT max(run_id) FROM meta.runs WHERE snapshot_id = ?),
       (SELECT count(*) FROM records), (SELECT count(*) FROM related_articles), (SELECT count(*) FROM raw.documents)
"""
_FROM_PARQUET = """
SELECT (SELECT max(run_id) FROM read_parquet('{0}/meta.runs/*.parquet', hive_partitioning = false) WHERE snapshot_id = ?),
       (SELECT count(*) FROM read_parquet('{0}/records/*.parquet', hive_partitioning = false)),
       (SELECT count(*) FROM read_parquet('{0}/related_articles/*.parquet', hive_partitioning = false)),
       (SELECT count(*) FROM read_parquet('{0}/raw.documents/*.parquet', hive_partitioning = false))
"""


def look(warehouse: Path) -> str | None:
    """Read the current snapshot once; gives what is wrong with it."""
    snapshot = (warehouse / "current").resolve(strict=True)
    with duckdb.connect(snapshot / "warehouse.duckdb", read_only=True) as connection:
        database = connection.execute(_FROM_DATABASE, [snapshot.name]).fetchall()
        parquet = connection.execute(_FROM_PARQUET.format(snapshot / "parquet"), [snapshot.name]).fetchall()
    if database != parquet or database[0][0] is None:
        return f"{snapshot.name}: database {database}, parquet {parquet}"
    return None


def main() -> None:
    os.nice(10)  # it takes all that the runs leave, and does not slow them down
    warehouse = Path(sys.argv[1])
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    reads, wrong = 0, []
    while not over.is_set():
        try:
            problem = look(warehouse)
        except Exception as error:
            problem = repr(error)
        reads += 1
        if problem:
            wrong.append(problem)
    print(json.dumps({"reads": reads, "wrong": wrong}))


if __name__ == "__main__":
    main()
