CREATE VIEW marts.posts_monthly AS
SELECT
    source,
    collection,
    date_trunc('month', published_at AT TIME ZONE 'UTC')::DATE AS month,
    count(*) AS record_count,
    count(*) FILTER (is_draft) AS draft_count,
    median(body_length) AS median_body_length,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at
FROM main.records
WHERE published_at IS NOT NULL AND is_removed IS NOT TRUE
GROUP BY ALL;

COMMENT ON VIEW marts.posts_monthly IS 'One row per source, collection and month in which something was published. Records without a date and withdrawn ones (is_removed) are left out; drafts are counted. Key: source, collection, month.';

COMMENT ON COLUMN marts.posts_monthly.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.posts_monthly.collection IS 'Collection of the records, as in records.collection; NULL for records of none.';
COMMENT ON COLUMN marts.posts_monthly.month IS 'First day of the month, in UTC.';
COMMENT ON COLUMN marts.posts_monthly.record_count IS 'Records published in the month.';
COMMENT ON COLUMN marts.posts_monthly.draft_count IS 'Those of them that say they are drafts.';
COMMENT ON COLUMN marts.posts_monthly.median_body_length IS 'Median of the characters after the front matter.';
COMMENT ON COLUMN marts.posts_monthly.first_published_at IS 'When the first of them was published, in UTC.';
COMMENT ON COLUMN marts.posts_monthly.last_published_at IS 'When the last of them was published, in UTC.';
