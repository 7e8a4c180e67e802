-- The ledger's files as the snapshot knows them, in the order of load.ledger.Entry.
SELECT
    source, path, size_bytes, modified_ns, content_hash, outcome, part,
    strftime(first_seen_at, '%Y-%m-%dT%H:%M:%S.%f+00:00'),
    strftime(last_changed_at, '%Y-%m-%dT%H:%M:%S.%f+00:00'),
    changed_run_id
FROM meta.files
