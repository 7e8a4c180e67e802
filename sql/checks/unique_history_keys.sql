-- severity: error
-- for each: table of history
-- No history table has two rows with the same key.
SELECT '{name}' AS table_name, concat_ws(' ', {key}) AS key, count(*) AS rows
FROM {table}
GROUP BY {key}
HAVING count(*) > 1;
