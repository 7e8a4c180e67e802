-- empty without: record_topics
CREATE VIEW marts.tag_usage AS
WITH tagged AS (
    SELECT record.source, trim(regexp_replace(topic.topic, '\s+', ' ', 'g')) AS tag, topic.field, record.collection,
        record.record_id, record.published_at
    FROM main.record_topics AS topic
    JOIN main.records AS record USING (record_id)
    WHERE trim(regexp_replace(topic.topic, '\s+', ' ', 'g')) <> '' AND record.is_removed IS NOT TRUE
),
used AS (
    SELECT
        source,
        tag,
        coalesce(nullif(regexp_replace(lower(strip_accents(tag)), '[^\p{L}\p{N}+#]+', '', 'g'), ''), lower(tag)) AS tag_key,
        list_sort(list(DISTINCT field)) AS fields,
        coalesce(list_sort(list(DISTINCT collection) FILTER (collection IS NOT NULL)), []) AS collections,
        count(DISTINCT record_id) AS record_count,
        min(published_at) AS first_published_at,
        max(published_at) AS last_published_at
    FROM tagged
    GROUP BY source, tag
),
alike AS (
    SELECT source, tag_key, list(tag ORDER BY record_count DESC, tag) AS tags
    FROM used
    GROUP BY source, tag_key
)
SELECT
    source,
    tag,
    tag_key,
    record_count,
    fields,
    collections,
    first_published_at,
    last_published_at,
    alike.tags[1] AS preferred_tag,
    list_filter(alike.tags, lambda other: other <> tag) AS near_duplicates
FROM used
JOIN alike USING (source, tag_key);

COMMENT ON VIEW marts.tag_usage IS 'One row per source and spelling of a topic, tag, category or keyword. Blanks at the ends are left out of a spelling and empty ones are no tags; withdrawn records (is_removed) are left out. Key: source, tag.';

COMMENT ON COLUMN marts.tag_usage.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN marts.tag_usage.tag IS 'The tag as written, without blanks at the ends and with one blank for many within.';
COMMENT ON COLUMN marts.tag_usage.tag_key IS 'The tag in lower case, without accents and without signs other than letters, digits, + and #: JavaScript and Java-Script are the same, C and C++ are not.';
COMMENT ON COLUMN marts.tag_usage.record_count IS 'Records that have the tag.';
COMMENT ON COLUMN marts.tag_usage.fields IS 'Front-matter lists that it stands in: topics, tags, categories or keywords.';
COMMENT ON COLUMN marts.tag_usage.collections IS 'Collections of these records, in order; without those of none.';
COMMENT ON COLUMN marts.tag_usage.first_published_at IS 'When the first of them was published, in UTC; NULL where none has a date.';
COMMENT ON COLUMN marts.tag_usage.last_published_at IS 'When the last of them was published, in UTC; NULL where none has a date.';
COMMENT ON COLUMN marts.tag_usage.preferred_tag IS 'Of the tags with the same tag_key, the one that most records have; of equal ones, the first by code point.';
COMMENT ON COLUMN marts.tag_usage.near_duplicates IS 'The other tags of the source with the same tag_key, those of most records first; empty where there is none.';
