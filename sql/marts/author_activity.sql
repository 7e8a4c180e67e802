-- empty without: record_authors
CREATE VIEW marts.author_activity AS
WITH authorship AS (
    SELECT DISTINCT
        record.source,
        trim(regexp_replace(author.name, '\s+', ' ', 'g')) AS name,
        lower(trim(regexp_replace(author.name, '\s+', ' ', 'g'))) AS author_key,
        record.record_id,
        record.collection,
        record.is_draft,
        record.published_at
    FROM main.record_authors AS author
    JOIN main.records AS record USING (record_id)
    WHERE trim(regexp_replace(author.name, '\s+', ' ', 'g')) <> '' AND record.is_removed IS NOT TRUE
),
spelled AS (
    SELECT source, author_key, list(name ORDER BY records DESC, name) AS spellings
    FROM (SELECT source, author_key, name, count(*) AS records FROM authorship GROUP BY ALL)
    GROUP BY ALL
)
SELECT
    source,
    spelled.spellings[1] AS author,
    spelled.spellings,
    coalesce(list_sort(list(DISTINCT collection) FILTER (collection IS NOT NULL)), []) AS collections,
    count(DISTINCT record_id) AS record_count,
    count(DISTINCT record_id) FILTER (is_draft) AS draft_count,
    count(DISTINCT date_trunc('month', published_at AT TIME ZONE 'UTC')) AS active_month_count,
    min(published_at) AS first_published_at,
    max(published_at) AS last_published_at
FROM authorship
JOIN spelled USING (source, author_key)
GROUP BY source, author_key, spelled.spellings;

COMMENT ON VIEW marts.author_activity IS 'One row per source and author. Names that differ only by case or blanks are one author; withdrawn records (is_removed) are left out. Key: source, author.';

COMMENT ON COLUMN marts.author_activity.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.author_activity.author IS 'Name of the author in the spelling of most records; of equal ones, the first by code point.';
COMMENT ON COLUMN marts.author_activity.spellings IS 'Every spelling, without blanks at the ends, that of most records first.';
COMMENT ON COLUMN marts.author_activity.collections IS 'Collections that the author wrote for, in order.';
COMMENT ON COLUMN marts.author_activity.record_count IS 'Records that name the author.';
COMMENT ON COLUMN marts.author_activity.draft_count IS 'Those of them that say they are drafts.';
COMMENT ON COLUMN marts.author_activity.active_month_count IS 'Months, in UTC, in which something of the author was published.';
COMMENT ON COLUMN marts.author_activity.first_published_at IS 'When the first of them was published, in UTC; NULL where none has a date.';
COMMENT ON COLUMN marts.author_activity.last_published_at IS 'When the last of them was published, in UTC; NULL where none has a date.';
