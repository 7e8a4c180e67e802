-- empty without: related_links
CREATE VIEW marts.story_coverage AS
-- Windows, not ordered aggregates: these hold all entries in memory, which can wait on the disk.
WITH entry AS (
    SELECT record_id, coalesce(url_key, 'position ' || position) AS entry_key, published_at, provider_id
    FROM main.related_articles
    WHERE related_record_id IS DISTINCT FROM record_id
    QUALIFY row_number() OVER (PARTITION BY record_id, entry_key ORDER BY published_at, position) = 1
),
ranked AS (
    SELECT
        record_id,
        published_at,
        provider_id,
        row_number() OVER (PARTITION BY record_id ORDER BY published_at, entry_key) AS rank,
        count(published_at) OVER (PARTITION BY record_id) AS dated
    FROM entry
),
covered AS (
    SELECT
        record_id,
        count(*) AS entry_count,
        count(published_at) AS dated_count,
        count(DISTINCT provider_id) AS provider_count,
        min(published_at) AS first_at,
        any_value(provider_id) FILTER (rank = 1 AND dated > 0) AS first_provider_id,
        min(published_at) FILTER (rank >= dated * 0.25) AS quarter_at,
        min(published_at) FILTER (rank >= dated * 0.5) AS half_at,
        min(published_at) FILTER (rank >= dated * 0.75) AS three_quarters_at,
        max(published_at) AS all_at
    FROM ranked
    GROUP BY record_id
),
told AS (
    SELECT
        covered.*,
        record.title,
        record.published_at,
        record.provider_id,
        least(record.published_at, covered.first_at) AS first_published_at,
        coalesce(record.published_at <= covered.first_at, record.published_at IS NOT NULL) AS is_first
    FROM covered
    JOIN main.records AS record USING (record_id)
)
SELECT
    record_id,
    nullif(trim(regexp_replace(title, '\s+', ' ', 'g')), '') AS title,
    published_at,
    provider_id,
    entry_count,
    dated_count,
    provider_count,
    is_first,
    first_published_at,
    if(is_first, provider_id, first_provider_id) AS first_provider_id,
    (epoch(quarter_at) - epoch(first_published_at)) / 60 AS minutes_to_quarter,
    (epoch(half_at) - epoch(first_published_at)) / 60 AS minutes_to_half,
    (epoch(three_quarters_at) - epoch(first_published_at)) / 60 AS minutes_to_three_quarters,
    (epoch(all_at) - epoch(first_published_at)) / 60 AS minutes_to_all,
    (epoch(half_at) - epoch(first_published_at)) / 86400 AS half_life_days
FROM told;

COMMENT ON VIEW marts.story_coverage IS 'One row per record with related articles: how coverage spread. Entries with the same url_key count once, those that lead to the record itself not at all; an entry has the date and provider that it states, which may differ from the record it leads to. Key: record_id.';

COMMENT ON COLUMN marts.story_coverage.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN marts.story_coverage.title IS 'Its title without blanks at the ends; NULL where there is none.';
COMMENT ON COLUMN marts.story_coverage.published_at IS 'When it was published, in UTC.';
COMMENT ON COLUMN marts.story_coverage.provider_id IS 'Its provider, as in providers.provider_id.';
COMMENT ON COLUMN marts.story_coverage.entry_count IS 'Different entries of its related list.';
COMMENT ON COLUMN marts.story_coverage.dated_count IS 'Those of them that have a date; the times below are told by these.';
COMMENT ON COLUMN marts.story_coverage.provider_count IS 'Different providers of the entries, as written.';
COMMENT ON COLUMN marts.story_coverage.is_first IS 'Whether the record was published no later than every entry.';
COMMENT ON COLUMN marts.story_coverage.first_published_at IS 'When the first of the record and its entries was published, in UTC; NULL where none has a date.';
COMMENT ON COLUMN marts.story_coverage.first_provider_id IS 'Who was first: its provider, as in providers.provider_id; of equal times the record itself.';
COMMENT ON COLUMN marts.story_coverage.minutes_to_quarter IS 'Minutes from then until a quarter of the entries was published.';
COMMENT ON COLUMN marts.story_coverage.minutes_to_half IS 'Minutes until half of them was published.';
COMMENT ON COLUMN marts.story_coverage.minutes_to_three_quarters IS 'Minutes until three quarters of them were published.';
COMMENT ON COLUMN marts.story_coverage.minutes_to_all IS 'Minutes until all of them were published.';
COMMENT ON COLUMN marts.story_coverage.half_life_days IS 'Days until half of them was published: minutes_to_half in days.';
