-- Which stories have the most related coverage, and how long did half of it take?
-- $limit BIGINT = 10: How many to show.
-- columns: title, entry_count, provider_count, is_first, half_life_days
SELECT title, entry_count, provider_count, is_first, round(half_life_days, 2) AS half_life_days
FROM marts.story_coverage
ORDER BY entry_count DESC, record_id
LIMIT $limit
