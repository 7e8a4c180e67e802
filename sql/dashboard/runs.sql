-- How did the runs go?
SELECT
    run_id,
    started_at,
    state,
    trigger,
    epoch(ended_at) - epoch(started_at) AS seconds,
    found,
    loaded,
    unchanged,
    rejected,
    skipped,
    removed,
    records,
    bytes_read,
    snapshot_id,
    error
FROM meta.runs
ORDER BY started_at DESC, run_id DESC
LIMIT $limit
