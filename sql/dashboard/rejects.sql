-- Which files cannot be read, and why? Versions that only the history has are left out.
SELECT source, path, line, "column", reason, message, excerpt, rejected_at, count(*) OVER () AS _rows
FROM meta.rejects
WHERE commit_id IS NULL AND ($source IS NULL OR source = $source)
ORDER BY source, path, line
LIMIT $limit OFFSET $offset
