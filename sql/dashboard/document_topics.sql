-- Which topics does the document have?
SELECT field, coalesce(canonical.topic, named.topic) AS topic
FROM main.record_topics AS named
LEFT JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
WHERE named.record_id = $record AND trim(named.topic) <> ''
GROUP BY ALL
ORDER BY min(named.position)
