-- Which front-matter paths does no declared table have?
SELECT field, documents, types, example_path, first_seen_at, count(*) OVER () AS _rows
FROM meta.drift
WHERE documents > 0
ORDER BY documents DESC, field
LIMIT $limit OFFSET $offset
