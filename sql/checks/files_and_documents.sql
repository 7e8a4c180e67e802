-- severity: error
-- Every file that is loaded or keeps its records has them, every rejected one an entry in meta.rejects, and the other way round.
SELECT 'loaded' AS outcome, files.source, files.path
FROM meta.files
LEFT JOIN (
    SELECT
        documents.file_id AS record_id,
        count(records.record_id) AS found,
        bool_or(documents.file_id <> documents.record_id) AS has_items  -- all of which may be rejected
    FROM raw.documents LEFT JOIN main.records USING (record_id)
    GROUP BY ALL
) USING (record_id)
WHERE files.records <> coalesce(found, 0) OR (files.outcome = 'loaded' OR files.kept_since IS NOT NULL) <> (coalesce(found, 0) > 0 OR coalesce(has_items, false))
UNION ALL
SELECT 'rejected', files.source, files.path
FROM meta.files LEFT JOIN (FROM meta.rejects WHERE commit_id IS NULL) AS rejects USING (record_id)
WHERE (files.outcome = 'rejected') <> (rejects.record_id IS NOT NULL)
UNION ALL
SELECT 'rejected item', documents.source, documents.path
FROM raw.documents
LEFT JOIN (FROM meta.rejects WHERE commit_id IS NULL) AS rejects USING (record_id)
LEFT JOIN (FROM meta.files WHERE kept_since IS NOT NULL) AS kept USING (record_id)
WHERE (documents.front_matter IS NULL) <> (rejects.record_id IS NOT NULL AND kept.record_id IS NULL)
UNION ALL
SELECT 'unknown', documents.source, documents.path
FROM raw.documents ANTI JOIN meta.files ON files.record_id = documents.file_id
UNION ALL
SELECT 'unknown', records.source, records.path
FROM main.records ANTI JOIN raw.documents USING (record_id)
