-- Which stories have the most heat, of those that have a figure at all?
-- $limit BIGINT = 10: How many to show.
-- columns: heat, title, provider_name, published_at
SELECT heat, trim(title) AS title, provider_name, published_at
FROM main.articles
WHERE heat >= 0 AND is_removed IS NOT TRUE
ORDER BY heat DESC, record_id
LIMIT $limit
