-- Which values do not fit their column?
SELECT record_id, source, path, line, field, expected, value, table_name, count(*) OVER () AS _rows
FROM meta.field_errors
WHERE $source IS NULL OR source = $source
ORDER BY source, path, line, field
LIMIT $limit OFFSET $offset
