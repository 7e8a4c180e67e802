-- Which other topics do these documents have?
WITH inside AS (FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider))
SELECT canonical.topic, count(DISTINCT inside.record_id) AS documents
FROM inside
JOIN main.record_topics AS named USING (record_id)
JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
WHERE canonical.topic IS DISTINCT FROM $topic
GROUP BY canonical.topic
ORDER BY documents DESC, canonical.topic
LIMIT $limit
