-- Rejects of all but the newest ?1 runs that have some, and of those that come after ?2 rejects of newer ones; those of the
-- newest stay. Ids of runs begin with the time.
DELETE FROM rejects
WHERE run_id NOT IN (
    SELECT run_id
    FROM (
        SELECT
            run_id,
            row_number() OVER (ORDER BY run_id DESC) AS number,
            sum(count(*)) OVER (ORDER BY run_id DESC) AS rejects_so_far
        FROM rejects
        GROUP BY run_id
    )
    WHERE number = 1 OR (number <= ?1 AND rejects_so_far <= ?2)
)
