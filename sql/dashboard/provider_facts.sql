-- What is known of a provider?
SELECT
    score.*,
    (
        SELECT list(DISTINCT trim(other.name) ORDER BY trim(other.name))
        FROM main.providers AS other
        JOIN marts.providers_canonical AS canonical USING (provider_id)
        WHERE canonical.canonical_provider_id = $provider AND trim(other.name) <> ''
    ) AS spellings
FROM marts.provider_scorecard AS score
WHERE score.provider_id = $provider
