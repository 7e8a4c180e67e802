-- Which languages are there?
SELECT language, count(*) AS documents,
    CAST(max(published_at) AT TIME ZONE 'UTC' AS DATE) AS last_day
FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)
WHERE trim(language) <> ''
GROUP BY language
ORDER BY documents DESC, language
