-- What did the newest run that brought records bring?
-- $limit BIGINT = 20: How many to show.
-- columns: source, collection, title, path
SELECT source, collection, trim(title) AS title, path
FROM main.records
WHERE first_seen_at = (SELECT max(first_seen_at) FROM main.records)
ORDER BY source, path
LIMIT $limit
