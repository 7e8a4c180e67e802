-- The columns of the tables of schema content, as the snapshot before had them.
SELECT table_name, column_name, column_index, collection, path, type
FROM meta.content_columns
ORDER BY table_name, column_index;
