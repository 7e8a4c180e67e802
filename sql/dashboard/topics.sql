-- Which topics do most documents have?
WITH inside AS (FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider))
SELECT
    canonical.topic,
    count(DISTINCT inside.record_id) AS documents,
    CAST(min(inside.published_at) AT TIME ZONE 'UTC' AS DATE) AS first_day,
    CAST(max(inside.published_at) AT TIME ZONE 'UTC' AS DATE) AS last_day,
    count(*) OVER () AS _rows
FROM inside
JOIN main.record_topics AS named USING (record_id)
JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
WHERE ($search IS NULL OR contains(lower(canonical.topic), lower($search)))
  AND ($topic IS NULL OR canonical.topic <> $topic)
GROUP BY canonical.topic
ORDER BY documents DESC, canonical.topic
LIMIT $limit OFFSET $offset
