-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.removed (
    source     VARCHAR NOT NULL,
    path       VARCHAR NOT NULL,
    run_id     VARCHAR NOT NULL,
    record_id  VARCHAR,
    records    BIGINT,
    what       VARCHAR,
    removed_at TIMESTAMP WITH TIME ZONE
);

COMMENT ON TABLE meta.removed IS 'One row per file that a run found gone, or whose source was taken out or renamed; the setting retention.removed says how long. Files that hold no document are left out. Key: source, path, run_id.';

COMMENT ON COLUMN meta.removed.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.removed.path IS 'Path that the file had in its source, with forward slashes.';
COMMENT ON COLUMN meta.removed.run_id IS 'The run that found it gone, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.removed.record_id IS 'Id that the file had, as in raw.documents.file_id.';
COMMENT ON COLUMN meta.removed.records IS 'Records that it held; 0 where it could not be read.';
COMMENT ON COLUMN meta.removed.what IS 'What is gone: file, or source.';
COMMENT ON COLUMN meta.removed.removed_at IS 'Start of that run, in UTC.';
