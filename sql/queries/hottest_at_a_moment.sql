-- Which records were the hottest at a moment?
-- $moment TIMESTAMPTZ = '2100-01-01': The moment.
-- $limit BIGINT = 10: How many to show.
-- columns: heat, title, source, path, same_since
SELECT heat, title, source, path, valid_from AS same_since
FROM records_as_of($moment)
WHERE heat > 0
ORDER BY heat DESC, path
LIMIT $limit
