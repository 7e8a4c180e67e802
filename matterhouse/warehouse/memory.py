"""How many rows DuckDB writes together, and how much memory it may use: both follow what the documents weigh.

DuckDB compresses a row group at once, and holds the texts of 2,048 rows of a column in memory for that, which cannot
wait on the disk. What it is allowed here has to be more than those weigh, or the load fails.
"""

import os
from pathlib import Path

from matterhouse.warehouse import staging
from matterhouse.warehouse.layout import DATABASE, PARQUET

# Rows of a group. More of them take more memory; half as many make a database of short documents a third larger.
USUAL_ROWS, FEWEST_ROWS = 4096, 2048
# Bytes of a group that are too many.
HEAVY_BYTES = 100_000_000
# What DuckDB holds in memory of rows that are being inserted into empty tables; it writes the rest to the disk. Twice
# as much makes a load of 35,000 documents no quicker.
FULL_LOAD_BYTES = 128_000_000
# Besides that, this share of the bytes that are staged, but for the documents themselves: what is joined, grouped and
# sorted grows with them, and not all of it can wait on the disk.
FULL_LOAD_SHARE = 0.3
# Besides what the rows weigh that are written together.
WRITING_BYTES = 64_000_000
# Besides the size of the database in a run with changes: what is noted of deleted rows grows with the tables that they
# are spread over, and cannot wait on the disk.
CHANGES_BYTES = 256_000_000
# So many times what front matters weigh: their texts are in columns of other tables, too.
TIMES_FRONT_MATTER = 3
LARGEST_SHARE = 0.8  # of the machine's memory


def rows_of_a_group(folder: Path) -> int:
    """Rows that DuckDB is to write together where it writes all documents of a folder, staged or published."""
    return USUAL_ROWS if staging.heaviest(folder, USUAL_ROWS) <= HEAVY_BYTES else FEWEST_ROWS


def limit(staged: Path, base: Path | None) -> str:
    """What DuckDB may use while it takes in or writes documents, as its ``memory_limit``.

    ``staged`` is the folder with what is going to be loaded, ``base`` that of the snapshot that is changed, None in a
    full load. What is changed in a group of long documents is written anew with the others of the group.
    """
    needed = 1.25 * _heaviest(staged, base) + WRITING_BYTES
    return _bytes(max(_usual(staged, base), needed, _front_matters(staged, base)))


def usual_limit(staged: Path, base: Path | None) -> str:
    """What DuckDB may use for all but the documents themselves; ``staged`` and ``base`` are as in ``limit``."""
    more = 0 if base else FULL_LOAD_BYTES / 2
    return _bytes(max(_usual(staged, base) + more, _front_matters(staged, base)))


def content_limit(staged: Path, base: Path) -> str:
    """What DuckDB may use in a run with changes for the tables of schema ``content``: to make those of 50,000 documents
    anew failed with ``usual_limit``.
    """
    return _bytes(max(_usual(staged, base) + CHANGES_BYTES / 4, _front_matters(staged, base)))


def _usual(staged: Path, base: Path | None) -> float:
    if base is None:
        return FULL_LOAD_BYTES + FULL_LOAD_SHARE * staging.bytes_of_tables(staged)
    return CHANGES_BYTES + (base / DATABASE).stat().st_size


def _front_matters(staged: Path, base: Path | None) -> int:
    return TIMES_FRONT_MATTER * _heaviest(staged, base, "front_matter")


def _heaviest(staged: Path, base: Path | None, column: str | None = None) -> int:
    folders = [staged] if base is None else [staged, base / PARQUET]
    return max(staging.heaviest(folder, FEWEST_ROWS, column) for folder in folders)


def _bytes(wanted: float) -> str:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{int(min(wanted, LARGEST_SHARE * machine))}B"
