-- Which collections are there?
SELECT
    source,
    collection,
    count(*) AS documents,
    count(*) FILTER (is_draft) AS drafts,
    count(*) FILTER (published_at IS NOT NULL) AS dated,
    median(body_length) AS median_characters,
    CAST(min(published_at) AT TIME ZONE 'UTC' AS DATE) AS first_day,
    CAST(max(published_at) AT TIME ZONE 'UTC' AS DATE) AS last_day
FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
GROUP BY source, collection
ORDER BY documents DESC, source, collection
