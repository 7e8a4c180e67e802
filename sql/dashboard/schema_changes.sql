-- Which columns did content add, remove or give another type?
SELECT changed_at, table_name, column_name, change, type_before, type_now, count(*) OVER () AS _rows
FROM meta.schema_changes
ORDER BY changed_at DESC, table_name, column_name
LIMIT $limit
