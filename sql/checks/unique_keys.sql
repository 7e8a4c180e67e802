-- severity: error
-- for each: table of main and raw
-- No table has two rows with the same key; NOT NULL in the DDL keeps keys from being absent.
SELECT '{name}' AS table_name, concat_ws(' ', {key}) AS key, count(*) AS rows
FROM {table}
GROUP BY {key}
HAVING count(*) > 1;
