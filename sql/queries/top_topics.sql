-- Which topics had the most stories in the last days before the newest story?
-- $days INTEGER = 30: How many days, the newest story's day included.
-- $limit BIGINT = 10: How many topics to show.
-- columns: topic, story_count, related_count, total_heat
SELECT
    topic,
    sum(story_count)::BIGINT AS story_count,
    sum(related_count)::BIGINT AS related_count,
    sum(total_heat)::BIGINT AS total_heat
FROM marts.topic_daily
WHERE day > (SELECT max(day) FROM marts.topic_daily) - $days
GROUP BY topic
ORDER BY story_count DESC, topic
LIMIT $limit
