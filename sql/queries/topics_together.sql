-- Which topics stand together most often?
-- $limit BIGINT = 10: How many pairs to show.
-- columns: topic, other_topic, record_count
WITH on_topic AS (
    SELECT DISTINCT named.record_id, canonical.topic
    FROM main.record_topics AS named
    JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
)
SELECT one.topic, other.topic AS other_topic, count(*) AS record_count
FROM on_topic AS one
JOIN on_topic AS other ON other.record_id = one.record_id AND other.topic > one.topic
GROUP BY ALL
ORDER BY record_count DESC, topic, other_topic
LIMIT $limit
