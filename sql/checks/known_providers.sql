-- severity: error
-- Every provider_id leads to a provider.
SELECT 'records' AS table_name, provider_id, count(*) AS rows
FROM main.records ANTI JOIN main.providers USING (provider_id)
WHERE provider_id IS NOT NULL
GROUP BY provider_id
UNION ALL
SELECT 'related_entries', provider_id, count(*)
FROM main.related_entries ANTI JOIN main.providers USING (provider_id)
WHERE provider_id IS NOT NULL
GROUP BY provider_id
UNION ALL
SELECT 'people', people.affiliation_provider_id, count(*)
FROM main.people ANTI JOIN main.providers ON people.affiliation_provider_id = providers.provider_id
WHERE people.affiliation_provider_id IS NOT NULL
GROUP BY people.affiliation_provider_id
