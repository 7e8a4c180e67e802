-- How did the heat of a story go?
-- $path VARCHAR = NULL: Path of its document; NULL takes the one with most figures.
-- columns: valid_from, hours, heat
SELECT
    valid_from,
    round(epoch(coalesce(valid_to, valid_from) - valid_from) / 3600, 2) AS hours,
    heat
FROM heat_curve((
    SELECT record_id
    FROM history.record_versions
    WHERE $path IS NULL OR path = $path
    GROUP BY record_id
    ORDER BY count(DISTINCT heat) DESC, record_id
    LIMIT 1
))
ORDER BY valid_from
