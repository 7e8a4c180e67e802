-- Which pages were not touched for longest?
-- $limit BIGINT = 20: How many to show.
-- columns: source, path, title, last_dated_at, age_days
SELECT source, path, title, last_dated_at, age_days
FROM marts.stale_pages
ORDER BY age_days DESC, source, path
LIMIT $limit
