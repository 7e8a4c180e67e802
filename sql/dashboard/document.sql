-- What is known of one document?
SELECT
    record.*,
    coalesce(nullif(trim(record.title), ''), record.slug, record.path) AS shown_title,
    canonical.canonical_provider_id,
    coalesce(canonical.name, canonical.domain) AS provider,
    file.part
FROM main.records AS record
LEFT JOIN marts.providers_canonical AS canonical USING (provider_id)
LEFT JOIN meta.files AS file
    ON file.source = record.source
    AND (file.path = record.path OR record.item_position IS NOT NULL AND starts_with(record.path, file.path || '#'))
WHERE record.record_id = $record
