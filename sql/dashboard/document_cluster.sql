-- Which documents are of the same cluster?
SELECT
    record.record_id,
    coalesce(nullif(trim(record.title), ''), record.slug, record.path) AS title,
    coalesce(canonical.name, canonical.domain) AS provider,
    canonical.canonical_provider_id AS provider_id,
    record.published_at
FROM marts.story_clusters AS cluster
JOIN main.records AS record ON list_contains(cluster.record_ids, record.record_id)
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
WHERE list_contains(cluster.record_ids, $record)
ORDER BY record.published_at, record.record_id
LIMIT $limit
