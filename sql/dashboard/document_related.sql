-- Which related articles does the document list, in the order of their publication?
SELECT
    related.published_at,
    nullif(trim(related.title), '') AS title,
    coalesce(canonical.name, canonical.domain) AS provider,
    canonical.canonical_provider_id AS provider_id,
    related.web_url,
    related.related_record_id AS record_id,
    related.quality,
    (epoch(related.published_at) - epoch(record.published_at)) / 3600 AS hours_after
FROM main.related_links AS link
JOIN main.related_entries AS related USING (entry_id)
JOIN main.records AS record ON record.record_id = link.record_id
LEFT JOIN marts.providers_canonical AS canonical ON canonical.provider_id = related.provider_id
WHERE link.record_id = $record
ORDER BY related.published_at NULLS LAST, link.position
LIMIT $limit
