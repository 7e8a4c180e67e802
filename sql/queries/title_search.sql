-- Which records have a word in their title?
-- $word VARCHAR = 'the': What the title has to contain, in any case.
-- $limit BIGINT = 20: How many to show.
-- columns: source, collection, title, path
SELECT source, collection, trim(title) AS title, path
FROM main.records
WHERE contains(lower(title), lower($word))
ORDER BY published_at DESC NULLS LAST, source, path
LIMIT $limit
