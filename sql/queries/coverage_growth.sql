-- How long does a story keep gaining coverage after it came?
-- $limit BIGINT = 20: How many to show.
-- columns: title, entry_count, listed_count, first_entry_at, last_entry_at, growing_days, provider_count
SELECT
    any_value(story.title) AS title,
    count(DISTINCT entry.url_key) AS entry_count,
    count(*) FILTER (WHERE entry.last_seen_at IS NULL) AS listed_count,
    min(entry.first_seen_at) AS first_entry_at,
    max(entry.first_seen_at) AS last_entry_at,
    round(epoch(max(entry.first_seen_at) - min(entry.first_seen_at)) / 86400, 2) AS growing_days,
    count(DISTINCT entry.provider_id) AS provider_count
FROM history.related_changes AS entry
JOIN (
    SELECT record_id, arg_max(title, valid_from) AS title
    FROM history.record_versions
    WHERE NOT is_deleted
    GROUP BY record_id
) AS story USING (record_id)
GROUP BY entry.record_id
ORDER BY growing_days DESC, entry_count DESC, title
LIMIT $limit
