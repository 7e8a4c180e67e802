-- How did coverage of the document spread?
SELECT coverage.*, coalesce(canonical.name, canonical.domain) AS first_provider
FROM marts.story_coverage AS coverage
LEFT JOIN marts.providers_canonical AS canonical ON canonical.provider_id = coverage.first_provider_id
WHERE coverage.record_id = $record
