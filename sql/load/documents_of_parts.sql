-- The documents of some parts (`wanted_parts`) in the order of their paths, the items of a data file in their own.
SELECT documents.record_id
FROM meta.files
JOIN raw.documents ON documents.file_id = files.record_id
WHERE files.part IN (FROM wanted_parts)
ORDER BY files.source, files.path, documents.item_position
