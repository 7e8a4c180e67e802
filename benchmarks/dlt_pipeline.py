"""dlt (https://dlthub.com) at the settings that cost it the least CPU; runs in .venv-bench.

    python -m benchmarks.dlt_pipeline FOLDER OUT

Of what was tried, in CPU seconds for 700 documents without their parsing: Parquet files 2.2 to 2.4,
a DuckDB file from Parquet 2.8, from INSERT statements 12; names as they are written 1.9 to 2.1 where
snake_case takes 2.2; a second worker process 2.5, documents in lists as much as one by one. Nesting
stops at the first list, so that a related article's provider and images stay JSON in its row.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "SCHEMA__NAMING": "direct",
    "NORMALIZE__WORKERS": "1",
}
import dlt
from dlt.destinations import filesystem

from benchmarks.documents import documents


def main(folder: Path, out: Path) -> None:
    """Load every document below ``folder`` as Parquet files into ``out``/files."""

    @dlt.resource(name="records", write_disposition="replace", max_table_nesting=1)
    def records() -> Iterator[dict]:
        yield from documents(folder)

    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(out / "pipelines"),
        destination=filesystem(bucket_url=str(out / "files")),
        dataset_name="content",
    )
    pipeline.run(records(), loader_file_format="parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
