-- severity: error
-- for each: table of records
-- Every row that belongs to a record has that record.
SELECT '{name}' AS table_name, record_id, count(*) AS rows
FROM {table}
ANTI JOIN main.records USING (record_id)
GROUP BY record_id;
