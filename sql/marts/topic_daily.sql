-- empty without: record_topics
CREATE VIEW marts.topic_daily AS
WITH story AS (
    SELECT record_id, (published_at AT TIME ZONE 'UTC')::DATE AS day, quality, heat
    FROM main.records
    WHERE collection = 'news' AND published_at IS NOT NULL AND is_removed IS NOT TRUE
),
on_topic AS (
    SELECT DISTINCT named.record_id, canonical.topic
    FROM main.record_topics AS named
    JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
),
covered AS (
    SELECT record_id, count(*) AS related_count
    FROM main.related_articles
    GROUP BY record_id
)
SELECT
    on_topic.topic,
    story.day,
    count(*) AS story_count,
    coalesce(sum(covered.related_count), 0)::BIGINT AS related_count,
    median(story.quality) AS median_quality,
    (sum(story.heat) FILTER (story.heat >= 0))::BIGINT AS total_heat,
    count(*) FILTER (story.heat >= 0) AS heat_story_count
FROM story
JOIN on_topic USING (record_id)
LEFT JOIN covered USING (record_id)
GROUP BY ALL;

COMMENT ON VIEW marts.topic_daily IS 'One row per topic and day, in UTC, with stories: records of the collection news. A topic is told in its canonical spelling and counts once a story; withdrawn stories (is_removed) and those without a date are left out. Key: topic, day.';

COMMENT ON COLUMN marts.topic_daily.topic IS 'The topic, as in topics_canonical.topic.';
COMMENT ON COLUMN marts.topic_daily.day IS 'Day of publication, in UTC.';
COMMENT ON COLUMN marts.topic_daily.story_count IS 'Stories on the topic.';
COMMENT ON COLUMN marts.topic_daily.related_count IS 'Entries in their lists of related articles.';
COMMENT ON COLUMN marts.topic_daily.median_quality IS 'Median of their quality scores; NULL where none has one.';
COMMENT ON COLUMN marts.topic_daily.total_heat IS 'Sum of their heat. A heat below 0 means that there is no figure and is left out; NULL where no story has one.';
COMMENT ON COLUMN marts.topic_daily.heat_story_count IS 'Stories that have a figure of heat.';
