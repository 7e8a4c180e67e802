-- severity: error
-- Every loaded file has a record, every rejected one an entry in meta.rejects, and the other way round.
SELECT 'loaded' AS outcome, files.source, files.path
FROM meta.files LEFT JOIN main.records USING (record_id)
WHERE (files.outcome = 'loaded') <> (records.record_id IS NOT NULL)
UNION ALL
SELECT 'rejected', files.source, files.path
FROM meta.files LEFT JOIN meta.rejects USING (record_id)
WHERE (files.outcome = 'rejected') <> (rejects.record_id IS NOT NULL)
UNION ALL
SELECT 'unknown', records.source, records.path
FROM main.records ANTI JOIN meta.files USING (record_id)
