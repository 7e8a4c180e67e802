"""The warehouse's account of itself: rows for the tables of schema ``meta``."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import pyarrow as pa

from matterhouse.sql import schema
from matterhouse.warehouse.checks import Check
from matterhouse.warehouse.ledger import Entry


def rows_of(name: str, rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """Rows for a table as Arrow; columns that a row does not name are NULL."""
    declared = schema.tables()[name].arrow_schema
    rows = [{field: row.get(field) for field in declared.names} for row in rows]
    return pa.Table.from_pylist(rows, schema=declared).replace_schema_metadata(None)


def files(entries: Mapping[str, Entry]) -> pa.Table:
    """``meta.files`` from entries of the ledger by record id."""
    known = entries.values()
    columns = {
        "source": [entry.source for entry in known],
        "path": [entry.path for entry in known],
        "record_id": list(entries),
        "size_bytes": [entry.size for entry in known],
        "modified_ns": [entry.mtime_ns for entry in known],
        "content_hash": [entry.content_hash for entry in known],
        "outcome": [entry.outcome for entry in known],
        "first_seen_at": [datetime.fromisoformat(entry.first_seen) for entry in known],
        "last_changed_at": [datetime.fromisoformat(entry.last_changed) for entry in known],
        "changed_run_id": [entry.changed_run for entry in known],
        "part": [entry.part for entry in known],
    }
    declared = schema.tables()["meta.files"].arrow_schema
    return pa.table([pa.array(columns[field.name], field.type) for field in declared], names=declared.names)


def runs(known: Iterable[dict]) -> tuple[pa.Table, pa.Table]:
    """``meta.runs`` and ``meta.run_sources`` from the ledger's runs."""
    known = list(known)
    moments = [
        run
        | {name: datetime.fromisoformat(run[name]) if run.get(name) else None for name in ("started_at", "ended_at")}
        | {"stage_seconds": list(run["stage_seconds"].items())}
        for run in known
    ]
    shares = [
        {"run_id": run["run_id"], "commit_id": account["position"]} | account
        for run in known
        for account in run["sources"]
    ]
    return rows_of("meta.runs", moments), rows_of("meta.run_sources", shares)


def sources(known: Mapping[str, dict]) -> pa.Table:
    """``meta.sources`` from the ledger's sources."""
    return rows_of(
        "meta.sources",
        (
            {
                "source": name,
                "kind": facts["kind"],
                "uri": facts["uri"],
                "ref": facts["ref"],
                "commit_id": facts["position"],
                "listing_digest": facts["digest"],
                "max_age_hours": facts["max_age"],
                "refreshed_at": datetime.fromisoformat(facts["refreshed_at"]),
            }
            for name, facts in known.items()
        ),
    )


def checks(run_id: str, found: Iterable[Check]) -> pa.Table:
    """``meta.checks`` of a run."""
    return rows_of(
        "meta.checks",
        (
            {
                "run_id": run_id,
                "name": check.name,
                "severity": check.severity,
                "offending_rows": check.offending,
                "seconds": check.seconds,
                "description": check.description,
            }
            for check in found
        ),
    )
