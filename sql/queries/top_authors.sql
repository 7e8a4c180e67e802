-- Who writes most, and when did they write last?
-- $limit BIGINT = 10: How many to show.
-- columns: source, author, record_count, active_month_count, last_published_at, spellings
SELECT source, author, record_count, active_month_count, last_published_at, spellings
FROM marts.author_activity
ORDER BY record_count DESC, source, author
LIMIT $limit
