-- severity: error
-- empty without: history.record_versions
-- The versions of a record follow each other without gap or overlap, and only the last one still holds.
SELECT record_id, valid_from, valid_to, next_from
FROM (
    SELECT
        record_id,
        valid_from,
        valid_to,
        lead(valid_from) OVER (PARTITION BY record_id ORDER BY valid_from) AS next_from
    FROM history.record_versions
)
WHERE valid_to IS DISTINCT FROM next_from OR valid_to <= valid_from;
