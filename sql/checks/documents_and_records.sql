-- severity: error
-- Every readable document has a record, and every record its document with the same content.
SELECT coalesce(records.record_id, documents.record_id) AS record_id, records.content_hash, documents.content_hash AS document_hash
FROM main.records
FULL JOIN (SELECT * FROM raw.documents WHERE front_matter IS NOT NULL) AS documents USING (record_id)
WHERE records.content_hash IS DISTINCT FROM documents.content_hash
