-- rows: code matterhouse/warehouse/content.py
-- belongs to: warehouse
CREATE TABLE meta.content_columns (
    table_name   VARCHAR NOT NULL,
    column_name  VARCHAR NOT NULL,
    column_index BIGINT,
    collection   VARCHAR,
    path         VARCHAR,
    type         VARCHAR
);

COMMENT ON TABLE meta.content_columns IS 'One row per column of a table of schema content. Key: table_name, column_name.';

COMMENT ON COLUMN meta.content_columns.table_name IS 'Name of the table in schema content.';
COMMENT ON COLUMN meta.content_columns.column_name IS 'Name of the column.';
COMMENT ON COLUMN meta.content_columns.column_index IS 'Place of the column in its table, counted from 0.';
COMMENT ON COLUMN meta.content_columns.collection IS 'The collection that the table is made of, as in records.collection; NULL for files that lie in no folder.';
COMMENT ON COLUMN meta.content_columns.path IS 'Front-matter path that the values come from, as in raw.scalars.path, with * for any key; NULL for columns of the key.';
COMMENT ON COLUMN meta.content_columns.type IS 'DuckDB''s name of the column''s type.';
