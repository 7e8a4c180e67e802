-- What did the run that made this snapshot bring?
WITH inside AS (
    FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
    WHERE last_changed_at = $run_started_at
)
SELECT
    if(first_seen_at = $run_started_at, 'new', 'changed') AS change,
    record_id,
    coalesce(nullif(trim(title), ''), slug, path) AS title,
    source,
    collection,
    path,
    language,
    published_at,
    (SELECT count(*) FROM inside) AS _rows,
    (SELECT count(*) FROM inside WHERE first_seen_at = $run_started_at) AS _new
FROM inside
ORDER BY change DESC, published_at DESC NULLS LAST, source, path
LIMIT $limit OFFSET $offset
