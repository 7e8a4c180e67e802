CREATE VIEW marts.stale_pages AS
WITH dated AS (
    SELECT
        record.record_id,
        record.source,
        record.collection,
        record.path,
        nullif(trim(record.title), '') AS title,
        greatest(record.published_at, record.updated_at) AS last_dated_at,
        floor((epoch(source.refreshed_at) - epoch(greatest(record.published_at, record.updated_at))) / 86400)::BIGINT
            AS age_days
    FROM main.records AS record
    JOIN meta.sources AS source USING (source)
    WHERE record.is_draft IS NOT TRUE AND record.is_removed IS NOT TRUE
)
SELECT *
FROM dated
WHERE age_days > 365;

COMMENT ON VIEW marts.stale_pages IS 'One row per record whose last date lies more than 365 days before its source was last looked at. Drafts, withdrawn records (is_removed) and those without a date are left out. Key: record_id.';

COMMENT ON COLUMN marts.stale_pages.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN marts.stale_pages.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.stale_pages.collection IS 'Collection of the record, as in records.collection.';
COMMENT ON COLUMN marts.stale_pages.path IS 'Path of the document in its source.';
COMMENT ON COLUMN marts.stale_pages.title IS 'Title without blanks at the ends; NULL where there is none.';
COMMENT ON COLUMN marts.stale_pages.last_dated_at IS 'The later of published_at and updated_at, in UTC; dates that the front matter does not tell are not known.';
COMMENT ON COLUMN marts.stale_pages.age_days IS 'Whole days from then until the run that last listed the source (meta.sources.refreshed_at).';
