-- rows: code transforms/tidy.py
-- belongs to: document
CREATE TABLE meta.field_errors (
    record_id  VARCHAR NOT NULL,
    field      VARCHAR NOT NULL,
    source     VARCHAR,
    path       VARCHAR,
    value      VARCHAR,
    expected   VARCHAR,
    line       BIGINT,
    run_id     VARCHAR,
    table_name VARCHAR
);

COMMENT ON TABLE meta.field_errors IS 'One row per front-matter value that did not fit its column (NULL there), broke the contract of a table or was given twice, and per body with bytes that are not UTF-8. Key: record_id, field.';

COMMENT ON COLUMN meta.field_errors.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN meta.field_errors.field IS 'Front-matter path of the value, with positions, such as related[3].quality.';
COMMENT ON COLUMN meta.field_errors.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.field_errors.path IS 'Path of the document in its source, with forward slashes.';
COMMENT ON COLUMN meta.field_errors.value IS 'The value as written, at most 200 characters; raw.scalars has the whole of one that did not fit its column. NULL where there has to be a value and is none.';
COMMENT ON COLUMN meta.field_errors.expected IS 'What the column takes, such as a whole number.';
COMMENT ON COLUMN meta.field_errors.line IS 'Line of the file, counted from 1, that the value stands in, or that what it is missing in begins with.';
COMMENT ON COLUMN meta.field_errors.run_id IS 'The run that found the value, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.field_errors.table_name IS 'Table of the user''s own whose contract the value breaks (NOT NULL or CHECK), so that it lacks the row; NULL for other misfits.';
