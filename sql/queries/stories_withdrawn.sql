-- Which stories were unpublished, removed or deleted, but not moved, when, and did they come back?
-- $limit BIGINT = 20: How many to show.
-- columns: withdrawn_at, how, source, path, title, came_back_at
WITH state AS (
    SELECT
        *,
        NOT is_deleted AND coalesce(is_published, true) AND NOT coalesce(is_removed, false) AS is_shown,
        lag(title) OVER in_order AS title_before,
        row_number() OVER in_order AS number
    FROM history.record_versions
    WINDOW in_order AS (PARTITION BY record_id ORDER BY valid_from)
)

SELECT
    hidden.valid_from AS withdrawn_at,
    CASE
        WHEN hidden.is_rejected THEN 'unreadable'
        WHEN hidden.is_deleted THEN 'deleted'
        WHEN hidden.is_removed THEN 'removed'
        ELSE 'unpublished'
    END AS how,
    hidden.source,
    hidden.path,
    coalesce(hidden.title, hidden.title_before) AS title,
    (
        SELECT min(later.valid_from)
        FROM state AS later
        WHERE later.record_id = hidden.record_id AND later.number > hidden.number AND later.is_shown
    ) AS came_back_at
FROM state AS hidden
JOIN state AS shown ON shown.record_id = hidden.record_id AND shown.number = hidden.number - 1
WHERE shown.is_shown AND NOT hidden.is_shown
AND NOT EXISTS (
    SELECT 1
    FROM history.record_versions AS moved
    WHERE moved.source = hidden.source AND moved.renamed_from = hidden.path AND moved.valid_from = hidden.valid_from
)
ORDER BY withdrawn_at DESC, path
LIMIT $limit
