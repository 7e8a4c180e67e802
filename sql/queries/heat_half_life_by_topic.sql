-- In how many days does the heat of stories fall to half of its peak, by topic?
-- $least BIGINT = 1: Stories that a topic must have to be shown.
-- columns: topic, story_count, halved_count, median_half_life_days, median_peak_heat
WITH peak AS (
    SELECT record_id, max(heat) AS heat, arg_max(valid_from, heat) AS at, arg_max(topics, heat) AS topics
    FROM history.record_versions
    WHERE heat > 0
    GROUP BY record_id
),

story AS (
    SELECT peak.record_id, peak.heat, peak.topics, min(later.valid_from) - peak.at AS half_life
    FROM peak
    LEFT JOIN history.record_versions AS later
        ON later.record_id = peak.record_id
        AND later.valid_from > peak.at
        AND later.heat <= peak.heat / 2
    GROUP BY peak.record_id, peak.heat, peak.topics, peak.at
)

SELECT
    topic,
    count(*) AS story_count,
    count(half_life) AS halved_count,
    round(median(epoch(half_life)) / 86400, 2) AS median_half_life_days,
    median(heat) AS median_peak_heat
FROM (SELECT heat, half_life, unnest(topics) AS topic FROM story)
WHERE topic IS NOT NULL
GROUP BY topic
HAVING count(*) >= $least
ORDER BY story_count DESC, topic
