-- Which front-matter paths does no table cover, and in how many documents?
-- $limit BIGINT = 20: How many to show.
-- columns: field, documents, types, example_path
SELECT field, documents, types, example_path
FROM meta.drift
WHERE documents > 0
ORDER BY documents DESC, field
LIMIT $limit
