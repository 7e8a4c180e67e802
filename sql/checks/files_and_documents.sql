-- severity: error
-- Every loaded file has the records that it holds, every rejected one an entry in meta.rejects, and the other way round.
SELECT 'loaded' AS outcome, files.source, files.path
FROM meta.files
LEFT JOIN (
    SELECT documents.file_id AS record_id, count(*) AS found
    FROM main.records JOIN raw.documents USING (record_id)
    GROUP BY ALL
) USING (record_id)
WHERE files.records <> coalesce(found, 0) OR (files.outcome = 'loaded') <> (found IS NOT NULL)
UNION ALL
SELECT 'rejected', files.source, files.path
FROM meta.files LEFT JOIN meta.rejects USING (record_id)
WHERE (files.outcome = 'rejected') <> (rejects.record_id IS NOT NULL)
UNION ALL
SELECT 'rejected item', documents.source, documents.path
FROM raw.documents LEFT JOIN meta.rejects USING (record_id)
WHERE (documents.front_matter IS NULL) <> (rejects.record_id IS NOT NULL)
UNION ALL
SELECT 'unknown', documents.source, documents.path
FROM raw.documents ANTI JOIN meta.files ON files.record_id = documents.file_id
UNION ALL
SELECT 'unknown', records.source, records.path
FROM main.records ANTI JOIN raw.documents USING (record_id)
