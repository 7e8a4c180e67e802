"""The script that anyone would write: PyYAML's C loader, ``json_normalize``, Parquet.

    python -m benchmarks.naive FOLDER OUT

Writes records, related, images and topics. The images of a related article stay a list in its row.
"""

import sys
from pathlib import Path

import pandas as pd

from benchmarks.documents import LISTS, documents


def main(folder: Path, out: Path) -> None:
    """Read every document below ``folder`` and write a Parquet file per table to ``out``."""
    found = list(documents(folder))
    out.mkdir(parents=True)
    records = pd.json_normalize([{key: value for key, value in one.items() if key not in LISTS} for one in found])
    records.to_parquet(out / "records.parquet")
    for name in LISTS:
        entries = [
            {
                "document_path": one["path"],
                "position": position,
                **(entry if isinstance(entry, dict) else {"value": entry}),
            }
            for one in found
            for position, entry in enumerate(one.get(name) or [])
        ]
        if entries:
            pd.json_normalize(entries).to_parquet(out / f"{name}.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
