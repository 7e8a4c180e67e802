-- The parts with documents whose related articles lead elsewhere than before (`relinked_ids`).
SELECT DISTINCT files.part
FROM meta.files
JOIN raw.documents ON documents.file_id = files.record_id
WHERE documents.record_id IN (FROM relinked_ids)
