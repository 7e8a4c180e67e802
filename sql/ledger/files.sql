-- The files that a snapshot knows, in DuckDB, with times as the ledger has them. Before 0.2 every loaded file held one record; a
-- column of that name in the snapshot comes later, and counts.
SELECT (outcome = 'loaded')::BIGINT AS records, * REPLACE (
    strftime(first_seen_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS first_seen_at,
    strftime(last_changed_at, '%Y-%m-%dT%H:%M:%S.%f+00:00') AS last_changed_at
)
FROM meta.files
