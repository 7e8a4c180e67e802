-- How many stories on a topic were there in each month?
-- $topic VARCHAR = NULL: The topic, in any case; NULL takes all topics together, and a story once for each of its topics.
-- columns: month, story_count, related_count
SELECT
    date_trunc('month', day)::DATE AS month,
    sum(story_count)::BIGINT AS story_count,
    sum(related_count)::BIGINT AS related_count
FROM marts.topic_daily
WHERE $topic IS NULL OR lower(topic) = lower(trim($topic))
GROUP BY month
ORDER BY month
