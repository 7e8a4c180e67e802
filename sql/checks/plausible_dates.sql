-- severity: warn
-- Content was published after 1990 and not more than a year from now; events end after they start.
SELECT source, path, 'published_at' AS field, published_at AS value
FROM main.records
WHERE published_at NOT BETWEEN TIMESTAMPTZ '1990-01-01' AND now() + INTERVAL 1 YEAR
UNION ALL
SELECT source, path, 'ends_at', ends_at
FROM main.events JOIN main.records USING (record_id)
WHERE ends_at < starts_at
