-- What is odd in the document?
SELECT field, line, 'expected ' || expected AS problem, value AS found FROM meta.field_errors WHERE record_id = $record
UNION ALL
SELECT field, NULL, 'no declared table has this path', array_to_string(types, ', ')
FROM meta.document_drift
WHERE record_id = $record
ORDER BY line NULLS LAST, field
