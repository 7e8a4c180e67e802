-- Which files could not be read, where and why?
-- columns: source, path, line, reason, message
SELECT source, path, line, reason, message
FROM meta.rejects
WHERE commit_id IS NULL
ORDER BY source, path
