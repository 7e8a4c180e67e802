-- The parts that the changed items of data files are in.
SELECT documents.record_id, files.part
FROM raw.documents
JOIN meta.files ON files.record_id = documents.file_id
WHERE documents.file_id <> documents.record_id AND documents.record_id IN (FROM changed)
