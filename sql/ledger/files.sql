-- The files that a snapshot knows, in DuckDB, with times as the ledger has them.
SELECT * REPLACE (
    strftime(first_seen_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS first_seen_at,
    strftime(last_changed_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS last_changed_at
)
FROM meta.files
