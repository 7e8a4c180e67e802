-- The files that could not be read, with the place and the reason.
SELECT
    'reject' AS kind,
    source,
    path,
    line,
    "column",
    reason,
    message,
    excerpt,
    coalesce(record_id NOT IN (SELECT record_id FROM meta.files), false) AS is_item,
    run_id,
    rejected_at,
    (SELECT kept_since FROM meta.files WHERE files.record_id = rejects.record_id) AS kept_since
FROM meta.rejects
WHERE commit_id IS NULL
ORDER BY source, path, line
