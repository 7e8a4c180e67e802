-- At which hours of the day, in UTC, does a provider publish?
-- $provider VARCHAR = NULL: Name of the provider, in any case; NULL takes all together.
-- columns: hour, record_count, weekday_count, weekend_count
SELECT
    hour,
    sum(record_count)::BIGINT AS record_count,
    coalesce(sum(record_count) FILTER (weekday <= 5), 0)::BIGINT AS weekday_count,
    coalesce(sum(record_count) FILTER (weekday > 5), 0)::BIGINT AS weekend_count
FROM marts.publishing_rhythm
WHERE $provider IS NULL OR lower(name) = lower(trim($provider))
GROUP BY hour
ORDER BY hour
