-- What did the run that made this snapshot bring?
SELECT
    if(first_seen_at = $run_started_at, 'new', 'changed') AS change,
    record_id,
    coalesce(nullif(trim(title), ''), slug, path) AS title,
    source,
    collection,
    path,
    language,
    published_at,
    count(*) OVER () AS _rows,
    count(*) FILTER (first_seen_at = $run_started_at) OVER () AS _new
FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
WHERE last_changed_at = $run_started_at
ORDER BY change DESC, published_at DESC NULLS LAST, source, path
LIMIT $limit OFFSET $offset
