-- providers: add what the run has seen, drop what nothing refers to any more.
INSERT INTO main.providers
SELECT DISTINCT ON (provider_id) provider_id, nullif(name, ''), nullif(domain, '')
FROM seen_providers
WHERE provider_id NOT IN (SELECT provider_id FROM main.providers);

DELETE FROM main.providers
WHERE provider_id NOT IN (
    SELECT provider_id FROM main.records WHERE provider_id IS NOT NULL
    UNION
    SELECT provider_id FROM main.related_entries WHERE provider_id IS NOT NULL
    UNION
    SELECT affiliation_provider_id FROM main.people WHERE affiliation_provider_id IS NOT NULL
    UNION
    SELECT provider_id FROM main.record_provider_images WHERE provider_id IS NOT NULL
);
