-- On which weekdays and at which hours (UTC) is it published?
SELECT
    isodow(published_at AT TIME ZONE 'UTC') AS weekday,
    hour(published_at AT TIME ZONE 'UTC') AS hour,
    count(*) AS documents
FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
WHERE published_at IS NOT NULL
GROUP BY ALL
ORDER BY ALL
