-- What is known of one document?
SELECT
    record.*,
    coalesce(nullif(trim(record.title), ''), record.slug, record.path) AS shown_title,
    canonical.canonical_provider_id,
    coalesce(canonical.name, canonical.domain) AS provider
FROM main.records AS record
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
WHERE record.record_id = $record
