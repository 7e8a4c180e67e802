-- Who writes most?
WITH inside AS (FROM scope($source, $collection, $language, $first_day, $last_day, $topic, $author, $provider)),
written AS (
    SELECT DISTINCT
        inside.record_id,
        inside.published_at,
        inside.is_draft,
        lower(trim(regexp_replace(author.name, '\s+', ' ', 'g'))) AS author_key,
        trim(regexp_replace(author.name, '\s+', ' ', 'g')) AS name
    FROM inside
    JOIN main.record_authors AS author USING (record_id)
    WHERE trim(author.name) <> ''
)
SELECT
    mode(name ORDER BY name) AS author,
    count(DISTINCT record_id) AS documents,
    count(DISTINCT record_id) FILTER (is_draft) AS drafts,
    CAST(min(published_at) AT TIME ZONE 'UTC' AS DATE) AS first_day,
    CAST(max(published_at) AT TIME ZONE 'UTC' AS DATE) AS last_day,
    count(*) OVER () AS _rows
FROM written
GROUP BY author_key
ORDER BY documents DESC, author
LIMIT $limit OFFSET $offset
