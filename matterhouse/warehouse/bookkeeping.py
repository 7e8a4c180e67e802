"""The warehouse's account of itself: rows for the tables of schema ``meta``."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

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
    """``meta.files`` from entries of the ledger by record id: the columns of both have the same names."""
    columns: dict[str, Any] = dict(zip(Entry._fields, zip(*entries.values()))) | {"record_id": list(entries)}
    for name in ("first_seen_at", "last_changed_at", "kept_since"):
        written = columns.get(name, ())
        moments = {moment: moment and datetime.fromisoformat(moment) for moment in set(written)}  # few: those of runs
        columns[name] = [moments[moment] for moment in written]
    declared = schema.tables()["meta.files"].arrow_schema
    return pa.table([pa.array(columns.get(field.name, ()), field.type) for field in declared], names=declared.names)


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
                "history_commit_id": (facts.get("history") or {}).get("commit"),
                "is_history_shallow": (facts.get("history") or {}).get("is_shallow"),
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
