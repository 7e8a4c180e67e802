-- The files that could not be read, with the place and the reason.
SELECT 'reject' AS kind, source, path, line, "column", reason, message, excerpt
FROM meta.rejects
ORDER BY source, path, line
