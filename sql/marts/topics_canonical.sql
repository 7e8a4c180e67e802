-- empty without: record_topics
CREATE VIEW marts.topics_canonical AS
WITH spelled AS (
    SELECT
        topic AS spelling,
        trim(regexp_replace(topic, '\s+', ' ', 'g')) AS name,
        lower(trim(regexp_replace(topic, '\s+', ' ', 'g'))) AS topic_key,
        count(DISTINCT record_id) AS record_count
    FROM main.record_topics
    WHERE trim(regexp_replace(topic, '\s+', ' ', 'g')) <> ''
    GROUP BY ALL
),
common AS (
    SELECT topic_key, first(name ORDER BY records DESC, name) AS name, count(*) AS names
    FROM (SELECT topic_key, name, sum(record_count) AS records FROM spelled GROUP BY ALL)
    GROUP BY topic_key
),
listed AS (
    SELECT lower(trim(regexp_replace(name, '\s+', ' ', 'g'))) AS topic_key,
        min(trim(regexp_replace(name, '\s+', ' ', 'g'))) AS name
    FROM main.topics
    GROUP BY ALL
)
SELECT
    spelled.spelling,
    coalesce(listed.name, common.name) AS topic,
    CASE
        WHEN listed.name IS NOT NULL THEN 'taxonomy'
        WHEN common.names = 1 THEN 'only spelling'
        ELSE 'most records'
    END AS chosen_by,
    topic_key,
    spelled.record_count
FROM spelled
JOIN common USING (topic_key)
LEFT JOIN listed USING (topic_key);

COMMENT ON VIEW marts.topics_canonical IS 'One row per spelling of a topic, tag, category or keyword, with the one spelling to show. Topics that differ only by case or blanks are one topic; empty ones are none. Join it on spelling. Key: spelling.';

COMMENT ON COLUMN marts.topics_canonical.spelling IS 'The topic as written, as in record_topics.topic.';
COMMENT ON COLUMN marts.topics_canonical.topic IS 'The spelling to show.';
COMMENT ON COLUMN marts.topics_canonical.chosen_by IS 'How it was chosen: taxonomy (the name in topics), only spelling, or most records (of equal ones, the first by code point).';
COMMENT ON COLUMN marts.topics_canonical.topic_key IS 'What the spellings have in common: lower case, no blanks at the ends, one blank for many.';
COMMENT ON COLUMN marts.topics_canonical.record_count IS 'Records that have the topic in this spelling.';
