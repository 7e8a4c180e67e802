-- Which pages have not been dated for more than a year?
SELECT stale.record_id, coalesce(stale.title, stale.path) AS title, stale.source, stale.collection, stale.path,
    stale.last_dated_at, stale.age_days, count(*) OVER () AS _rows
FROM marts.stale_pages AS stale
JOIN scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider) USING (record_id)
ORDER BY stale.age_days DESC, stale.source, stale.path
LIMIT $limit OFFSET $offset
