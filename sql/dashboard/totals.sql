-- How much is there?
WITH inside AS (FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider))
SELECT
    count(*) AS documents,
    count(*) FILTER (collection = 'news') AS stories,
    count(DISTINCT source) AS sources,
    count(DISTINCT collection) AS collections,
    count(DISTINCT language) FILTER (trim(language) <> '') AS languages,
    count(*) FILTER (is_draft) AS drafts,
    count(*) FILTER (published_at IS NULL) AS undated,
    count(DISTINCT provider_id) AS providers,
    (
        SELECT count(DISTINCT canonical.topic)
        FROM main.record_topics AS named
        JOIN marts.topics_canonical AS canonical ON canonical.spelling = named.topic
        WHERE named.record_id IN (SELECT record_id FROM inside)
    ) AS topics,
    (
        SELECT count(DISTINCT lower(trim(name)))
        FROM main.record_authors
        WHERE trim(name) <> '' AND record_id IN (SELECT record_id FROM inside)
    ) AS authors,
    CAST(min(published_at) AT TIME ZONE 'UTC' AS DATE) AS first_day,
    CAST(max(published_at) AT TIME ZONE 'UTC' AS DATE) AS last_day
FROM inside
