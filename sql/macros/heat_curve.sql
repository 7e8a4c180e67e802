-- The heat of a record over time: a row per stretch of time in which it had the same heat. NULL: the file gives none, or there
-- is no record.
CREATE MACRO main.heat_curve(of_record) AS TABLE
WITH numbered AS (
    SELECT
        valid_from,
        valid_to,
        heat,
        count(*) FILTER (WHERE begins) OVER (ORDER BY valid_from) AS stretch
    FROM (
        SELECT
            valid_from,
            valid_to,
            heat,
            (
                row_number() OVER (ORDER BY valid_from) = 1
                OR heat IS DISTINCT FROM lag(heat) OVER (ORDER BY valid_from)
            ) AS begins
        FROM history.record_versions
        WHERE record_id = of_record
    )
)
SELECT
    min(valid_from) AS valid_from,
    CASE WHEN bool_or(valid_to IS NULL) THEN NULL ELSE max(valid_to) END AS valid_to,
    any_value(heat) AS heat
FROM numbered
GROUP BY stretch
ORDER BY valid_from;
