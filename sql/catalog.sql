-- One row per column of every table and view of the database, with the comments of both.
SELECT
    relation.kind,
    relation.schema_name,
    relation.name,
    relation.comment,
    attribute.column_name,
    attribute.data_type,
    NOT attribute.is_nullable AS not_null,
    attribute.comment AS column_comment
FROM (
    SELECT 'table' AS kind, database_oid, schema_name, table_name AS name, comment
    FROM duckdb_tables()
    WHERE NOT internal
    UNION ALL
    SELECT 'view' AS kind, database_oid, schema_name, view_name AS name, comment
    FROM duckdb_views()
    WHERE NOT internal
) AS relation
JOIN duckdb_columns() AS attribute
    ON attribute.database_oid = relation.database_oid
    AND attribute.schema_name = relation.schema_name
    AND attribute.table_name = relation.name
ORDER BY relation.kind, relation.schema_name, relation.name, attribute.column_index;
