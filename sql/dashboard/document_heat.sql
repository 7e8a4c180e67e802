-- How did the heat of the document go?
WITH version AS (
    SELECT valid_from, valid_to, source, if(heat >= 0, heat, NULL) AS heat
    FROM history.record_versions
    WHERE record_id = $record
),
moved AS (
    SELECT valid_from, heat
    FROM (SELECT *, lag(heat) OVER (ORDER BY valid_from) AS heat_before FROM version)
    WHERE heat IS DISTINCT FROM heat_before
)
SELECT valid_from AS since, heat FROM moved
UNION
-- It still holds at the newest commit.
SELECT (SELECT max(valid_from) FROM history.commits WHERE commits.source = version.source), heat
FROM version
WHERE valid_to IS NULL
ORDER BY since
