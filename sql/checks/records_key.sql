-- severity: error
-- Every record has one row, under one record_id.
SELECT record_id, count(*) AS rows
FROM main.records
GROUP BY record_id
HAVING count(*) > 1
