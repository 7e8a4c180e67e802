-- rows: code transforms/tidy.py
-- belongs to: document
CREATE TABLE meta.field_errors (
    record_id VARCHAR NOT NULL,
    field     VARCHAR NOT NULL,
    source    VARCHAR,
    path      VARCHAR,
    value     VARCHAR,
    expected  VARCHAR,
    line      BIGINT,
    run_id    VARCHAR
);

COMMENT ON TABLE meta.field_errors IS 'One row per front-matter value that did not fit its column (NULL there), or was given twice, and per body with bytes that are not UTF-8. Key: record_id, field.';

COMMENT ON COLUMN meta.field_errors.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN meta.field_errors.field IS 'Front-matter path of the value, with positions, such as related[3].quality.';
COMMENT ON COLUMN meta.field_errors.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.field_errors.path IS 'Path of the document in its source, with forward slashes.';
COMMENT ON COLUMN meta.field_errors.value IS 'The value as written, at most 200 characters; raw.scalars has the whole of one that did not fit its column.';
COMMENT ON COLUMN meta.field_errors.expected IS 'What the column takes, such as a whole number.';
COMMENT ON COLUMN meta.field_errors.line IS 'Line of the file, counted from 1, where the reader knows it, as of a key that is given twice.';
COMMENT ON COLUMN meta.field_errors.run_id IS 'The run that found the value, as in meta.runs.run_id.';
