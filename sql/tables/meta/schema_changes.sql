-- rows: code matterhouse/warehouse/content.py
-- belongs to: run
CREATE TABLE meta.schema_changes (
    run_id      VARCHAR NOT NULL,
    table_name  VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    change      VARCHAR,
    type_before VARCHAR,
    type_now    VARCHAR,
    changed_at  TIMESTAMP WITH TIME ZONE
);

COMMENT ON TABLE meta.schema_changes IS 'One row per column of a table of schema content that a run added, removed or gave another type. Key: run_id, table_name, column_name.';

COMMENT ON COLUMN meta.schema_changes.run_id IS 'The run, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.schema_changes.table_name IS 'Name of the table in schema content.';
COMMENT ON COLUMN meta.schema_changes.column_name IS 'Name of the column.';
COMMENT ON COLUMN meta.schema_changes.change IS 'What happened to the column: added, removed or type.';
COMMENT ON COLUMN meta.schema_changes.type_before IS 'DuckDB''s name of the type in the snapshot before; NULL for a column that is added.';
COMMENT ON COLUMN meta.schema_changes.type_now IS 'DuckDB''s name of the type now; NULL for a column that is removed.';
COMMENT ON COLUMN meta.schema_changes.changed_at IS 'Start of the run, in UTC.';
