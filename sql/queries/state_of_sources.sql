-- How fresh, how whole and how quick is each source?
-- columns: source, record_count, reject_count, field_error_count, drift_path_count, hours_since_newest, is_stale, last_error
SELECT
    source,
    record_count,
    reject_count,
    field_error_count,
    drift_path_count,
    round(hours_since_newest, 1) AS hours_since_newest,
    is_stale,
    last_error
FROM marts.source_health
ORDER BY is_stale DESC, reject_count DESC, source
