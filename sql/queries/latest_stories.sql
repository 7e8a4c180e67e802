-- Which stories were published last?
-- $limit BIGINT = 10: How many to show.
-- columns: published_at, title, provider_name, related_count
SELECT published_at, trim(title) AS title, provider_name, related_count
FROM main.articles
WHERE published_at IS NOT NULL AND is_removed IS NOT TRUE
ORDER BY published_at DESC, record_id
LIMIT $limit
