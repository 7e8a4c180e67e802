-- How much was published when?
WITH counted AS (
    SELECT CAST(date_trunc($period, published_at AT TIME ZONE 'UTC') AS DATE) AS day, count(*) AS documents
    FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
    WHERE published_at IS NOT NULL
    GROUP BY ALL
),
every AS (
    SELECT CAST(unnest(generate_series(min(day), max(day), CAST('1 ' || $period AS INTERVAL))) AS DATE) AS day
    FROM counted
)
SELECT every.day, coalesce(counted.documents, 0) AS documents
FROM every
LEFT JOIN counted USING (day)
ORDER BY every.day
