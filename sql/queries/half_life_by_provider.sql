-- How long does the coverage of each provider's stories go on?
-- $least BIGINT = 1: Stories that a provider must have to be shown.
-- columns: provider, story_count, median_half_life_days, median_days_to_all
SELECT
    provider.name AS provider,
    count(*) AS story_count,
    round(median(coverage.half_life_days), 2) AS median_half_life_days,
    round(median(coverage.minutes_to_all) / 1440, 2) AS median_days_to_all
FROM marts.story_coverage AS coverage
JOIN marts.providers_canonical AS provider USING (provider_id)
WHERE coverage.half_life_days IS NOT NULL
GROUP BY provider.canonical_provider_id, provider.name
HAVING count(*) >= $least
ORDER BY median_half_life_days DESC, provider
