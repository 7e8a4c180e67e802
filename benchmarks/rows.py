"""What a contender wrote, in terms that can be compared.

    python -m benchmarks.rows ours|naive|dlt OUT

Prints as JSON the number of records, related entries, related images, images and topics, and
checksums over (path, title) of the records and over (path, position, webUrl) of the related entries.
"""

import json
import sys
from pathlib import Path

import duckdb


def ours(out: Path) -> dict[str, str]:
    """Queries on the Parquet files of the current snapshot."""
    parquet = out / "current" / "parquet"
    records = _table(parquet, "records/*.parquet")
    related = f"{_table(parquet, 'related_articles/*.parquet')} AS entry JOIN {records} AS record USING (record_id)"
    return {
        "records": f"SELECT {_text('path', 'title')} FROM {records}",
        "related entries": f"SELECT {_text('record.path', 'position', 'entry.web_url')} FROM {related}",
        "related images": f"SELECT count(*) FROM {_table(parquet, 'related_images/*.parquet')}",
        "images": f"SELECT count(*) FROM {_table(parquet, 'record_images/*.parquet')}",
        "topics": f"SELECT count(*) FROM {_table(parquet, 'record_topics/*.parquet')}",
    }


def naive(out: Path) -> dict[str, str]:
    """Queries on the script's files; a record of a person or a topic has its title in ``name``."""
    records = _table(out, "records.parquet", "title", "name")
    related = _table(out, "related.parquet", "document_path", "position", "webUrl", "images")
    return {
        "records": f"SELECT {_text('path', 'coalesce(title, name)')} FROM {records}",
        "related entries": f"SELECT {_text('document_path', 'position', 'webUrl')} FROM {related}",
        "related images": f"SELECT sum(json_array_length(to_json(images))) FROM {related}",
        "images": f"SELECT count(*) FROM {_table(out, 'images.parquet')}",
        "topics": f"SELECT count(*) FROM {_table(out, 'topics.parquet')}",
    }


def dlt(out: Path) -> dict[str, str]:
    """Queries on dlt's files: a child table's rows name their parent and their place in its list."""
    files = out / "files" / "content"
    records = _table(files, "records/*.parquet", "title", "name")
    entries = _table(files, "records▶related/*.parquet", "webUrl", "images", "_dlt_list_idx", "_dlt_parent_id")
    related = f"{entries} AS entry JOIN {records} AS parent ON parent._dlt_id = entry._dlt_parent_id"
    return {
        "records": f"SELECT {_text('path', 'coalesce(title, name)')} FROM {records}",
        "related entries": f"SELECT {_text('parent.path', 'entry._dlt_list_idx', 'entry.webUrl')} FROM {related}",
        "related images": f"SELECT sum(json_array_length(images::JSON)) FROM {entries}",
        "images": f"SELECT count(*) FROM {_table(files, 'records▶images/*.parquet')}",
        "topics": f"SELECT count(*) FROM {_table(files, 'records▶topics/*.parquet')}",
    }


CONTENDERS = {contender.__name__: contender for contender in (ours, naive, dlt)}
_WITH_CHECKSUM = ("records", "related entries")


def found(contender: str, out: Path) -> dict[str, int | str]:
    """Counts and checksums of what ``contender`` wrote to ``out``; the order of rows does not matter."""
    result: dict[str, int | str] = {}
    for name, query in CONTENDERS[contender](out).items():
        if name in _WITH_CHECKSUM:
            count, checksum = _first_row(f"SELECT count(*), sum(hash(line)::HUGEINT) FROM ({query})")
            result |= {name: count, f"checksum of {name}": f"{checksum or 0:x}"}
        else:
            result[name] = int(_first_row(query)[0] or 0)
    return result


def _first_row(query: str) -> tuple:
    return duckdb.execute(query).fetchall()[0]


def _text(*columns: str) -> str:
    return f"concat_ws(chr(9), {', '.join(columns)}) AS line"


def _table(folder: Path, files: str, *columns: str) -> str:
    """A table expression on Parquet files in which ``columns`` exist even where no file has them."""
    nothing = f"SELECT {', '.join(f'NULL AS {column}' for column in columns or ['nothing'])} WHERE false"
    paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in sorted(folder.glob(files)))
    if not paths:
        return f"({nothing})"
    return f"({nothing} UNION ALL BY NAME SELECT * FROM read_parquet([{paths}], union_by_name = true))"


if __name__ == "__main__":
    print(json.dumps(found(sys.argv[1], Path(sys.argv[2]))))
