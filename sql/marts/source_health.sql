CREATE VIEW marts.source_health AS
WITH file AS (
    SELECT
        source,
        count(*) AS file_count,
        count(*) FILTER (outcome = 'skipped') AS skipped_file_count
    FROM meta.files
    GROUP BY source
),
held AS (SELECT source, count(*) AS record_count FROM main.records GROUP BY source),
reject AS (SELECT source, count(*) AS reject_count FROM meta.rejects WHERE commit_id IS NULL GROUP BY source),
error AS (SELECT source, count(*) AS field_error_count FROM meta.field_errors GROUP BY source),
drift AS (
    SELECT record.source, count(DISTINCT drift.field) AS drift_path_count
    FROM meta.document_drift AS drift
    JOIN main.records AS record USING (record_id)
    GROUP BY ALL
),
run AS (
    SELECT
        part.source,
        count(*) AS run_count,
        count(part.error) AS failed_run_count,
        first(part.error ORDER BY run.started_at DESC, run.run_id DESC) AS last_error,
        median(epoch(run.ended_at) - epoch(run.started_at)) AS median_run_seconds,
        first(epoch(run.ended_at) - epoch(run.started_at) ORDER BY run.started_at DESC)
            FILTER (run.ended_at IS NOT NULL) AS last_run_seconds
    FROM meta.run_sources AS part
    JOIN meta.runs AS run USING (run_id)
    GROUP BY ALL
)
SELECT
    source.source,
    coalesce(file.file_count, 0) AS file_count,
    coalesce(held.record_count, 0) AS record_count,
    coalesce(reject.reject_count, 0) AS reject_count,
    coalesce(file.skipped_file_count, 0) AS skipped_file_count,
    coalesce(error.field_error_count, 0) AS field_error_count,
    coalesce(drift.drift_path_count, 0) AS drift_path_count,
    source.refreshed_at,
    source.newest_published_at,
    (epoch(source.refreshed_at) - epoch(source.newest_published_at)) / 3600 AS hours_since_newest,
    source.max_age_hours,
    coalesce(
        (epoch(source.refreshed_at) - epoch(source.newest_published_at)) / 3600 > source.max_age_hours,
        source.max_age_hours IS NOT NULL
    ) AS is_stale,
    coalesce(run.run_count, 0) AS run_count,
    coalesce(run.failed_run_count, 0) AS failed_run_count,
    run.last_error,
    run.last_run_seconds,
    run.median_run_seconds
FROM meta.sources AS source
LEFT JOIN file USING (source)
LEFT JOIN held USING (source)
LEFT JOIN reject USING (source)
LEFT JOIN error USING (source)
LEFT JOIN drift USING (source)
LEFT JOIN run USING (source);

COMMENT ON VIEW marts.source_health IS 'One row per source: what it holds, what is wrong with it, how fresh it is and how long runs take. Times of runs are those of the whole run, since sources are read side by side. Key: source.';

COMMENT ON COLUMN marts.source_health.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.source_health.file_count IS 'Files that are known of the source.';
COMMENT ON COLUMN marts.source_health.record_count IS 'Records that they hold.';
COMMENT ON COLUMN marts.source_health.reject_count IS 'Files, and items of data files, that could not be read.';
COMMENT ON COLUMN marts.source_health.skipped_file_count IS 'Files that hold no record.';
COMMENT ON COLUMN marts.source_health.field_error_count IS 'Values that did not fit their column.';
COMMENT ON COLUMN marts.source_health.drift_path_count IS 'Front-matter paths that no table covers.';
COMMENT ON COLUMN marts.source_health.refreshed_at IS 'Start of the last run that listed the source, in UTC.';
COMMENT ON COLUMN marts.source_health.newest_published_at IS 'Latest published_at of its records that is not after the start of the run, in UTC.';
COMMENT ON COLUMN marts.source_health.hours_since_newest IS 'Hours from then until the source was last listed; below 0 where a date lies ahead.';
COMMENT ON COLUMN marts.source_health.max_age_hours IS 'Hours without new content after which the source is stale, as configured; NULL for never.';
COMMENT ON COLUMN marts.source_health.is_stale IS 'Whether it is older than that, or has no date at all where an age is configured.';
COMMENT ON COLUMN marts.source_health.run_count IS 'Runs on the source that the warehouse remembers.';
COMMENT ON COLUMN marts.source_health.failed_run_count IS 'Those of them in which the source failed.';
COMMENT ON COLUMN marts.source_health.last_error IS 'Why the source failed in the last run; NULL where it did not.';
COMMENT ON COLUMN marts.source_health.last_run_seconds IS 'Seconds that the last run took that has ended; the run that made this table has not.';
COMMENT ON COLUMN marts.source_health.median_run_seconds IS 'Median of the seconds that runs took.';
