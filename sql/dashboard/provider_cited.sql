-- Which articles of the provider do most stories list as related?
SELECT
    coalesce(any_value(entry.related_record_id), '') AS record_id,
    first(entry.title ORDER BY entry.published_at, entry.entry_id) AS title,
    first(entry.web_url ORDER BY entry.published_at, entry.entry_id) AS web_url,
    min(entry.published_at) AS published_at,
    count(DISTINCT link.record_id) AS stories
FROM main.related_entries AS entry
JOIN main.related_links AS link USING (entry_id)
JOIN marts.providers_canonical AS canonical ON canonical.provider_id = entry.provider_id
WHERE canonical.canonical_provider_id = $provider
GROUP BY coalesce(entry.url_key, entry.entry_id)
ORDER BY stories DESC, published_at DESC NULLS LAST, title
LIMIT $limit
