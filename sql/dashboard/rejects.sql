-- Which files could not be read, and why?
SELECT source, path, line, "column", reason, message, excerpt, rejected_at, count(*) OVER () AS _rows
FROM meta.rejects
WHERE $source IS NULL OR source = $source
ORDER BY source, path, line
LIMIT $limit OFFSET $offset
