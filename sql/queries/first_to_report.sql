-- Which providers were first most often, of two linked stories by different providers?
-- $hours DOUBLE = 72: Hours that may lie between both stories.
-- $limit BIGINT = 10: How many providers to show.
-- columns: provider, pair_count, first_count, first_share
WITH pair AS (
    SELECT one.canonical_provider_id AS first_id, other.canonical_provider_id AS second_id
    FROM marts.story_links AS link
    JOIN marts.providers_canonical AS one ON one.provider_id = link.first_provider_id
    JOIN marts.providers_canonical AS other ON other.provider_id = link.second_provider_id
    WHERE link.hours_between > 0 AND link.hours_between <= $hours
      AND one.canonical_provider_id <> other.canonical_provider_id
),
side AS (
    SELECT first_id AS provider_id, true AS was_first FROM pair
    UNION ALL
    SELECT second_id, false FROM pair
)
SELECT
    provider.name AS provider,
    count(*) AS pair_count,
    count(*) FILTER (side.was_first) AS first_count,
    round(count(*) FILTER (side.was_first) / count(*), 3) AS first_share
FROM side
JOIN marts.providers_canonical AS provider USING (provider_id)
GROUP BY provider_id, provider.name
ORDER BY first_count DESC, provider
LIMIT $limit
