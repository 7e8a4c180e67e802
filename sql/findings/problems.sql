-- Everything that the content's authors may want to mend: files that could not be read, values that did not
-- fit their column, files that hold no record, and front-matter paths that no table covers, those of most documents first.
SELECT
    'reject' AS kind,
    source,
    path,
    line,
    "column",
    NULL AS field,
    reason,
    message,
    excerpt,
    coalesce(record_id NOT IN (SELECT record_id FROM meta.files), false) AS is_item,
    run_id,
    rejected_at,
    (SELECT kept_since FROM meta.files WHERE files.record_id = rejects.record_id) AS kept_since
FROM meta.rejects
WHERE commit_id IS NULL
UNION ALL BY NAME
SELECT 'field_error' AS kind, source, path, line, field, 'expected ' || expected AS message, value AS excerpt
FROM meta.field_errors
UNION ALL BY NAME
SELECT 'skipped' AS kind, source, path, reason
FROM meta.files
WHERE outcome = 'skipped'
UNION ALL BY NAME
SELECT
    'drift' AS kind,
    example_path AS path,
    field,
    documents,
    documents || CASE WHEN documents = 1 THEN ' document' ELSE ' documents' END
        || ', ' || array_to_string(types, ', ') AS message
FROM meta.drift
WHERE documents > 0
ORDER BY array_position(['reject', 'field_error', 'skipped', 'drift'], kind), documents DESC, source, path, line, field
