-- Which values did not fit their column?
-- $limit BIGINT = 20: How many to show.
-- columns: source, path, field, value, expected
SELECT source, path, field, value, expected
FROM meta.field_errors
ORDER BY source, path, field
LIMIT $limit
