-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.rejects (
    source      VARCHAR NOT NULL,
    path        VARCHAR NOT NULL,
    record_id   VARCHAR,
    line        BIGINT,
    "column"    BIGINT,
    reason      VARCHAR,
    message     VARCHAR,
    excerpt     VARCHAR,
    run_id      VARCHAR,
    rejected_at TIMESTAMP WITH TIME ZONE,
    commit_id   VARCHAR
);

COMMENT ON TABLE meta.rejects IS 'One row per file, or item of a data file, that could not be read, and per earlier version of one in a source with history. Key: source, path.';

COMMENT ON COLUMN meta.rejects.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.rejects.path IS 'Path of the file in its source, with forward slashes; an item of a data file stands behind #, the commit of an earlier version behind @.';
COMMENT ON COLUMN meta.rejects.record_id IS 'Id that the document has or would have, as in raw.documents.record_id.';
COMMENT ON COLUMN meta.rejects.line IS 'Line of the file at which reading stopped, counted from 1; NULL where no line is to blame.';
COMMENT ON COLUMN meta.rejects."column" IS 'Column of that line, counted from 1; NULL where no column is to blame.';
COMMENT ON COLUMN meta.rejects.reason IS 'Code of the reason, such as yaml_syntax.';
COMMENT ON COLUMN meta.rejects.message IS 'The reason in words.';
COMMENT ON COLUMN meta.rejects.excerpt IS 'The offending line, at most 200 characters; never a secured value.';
COMMENT ON COLUMN meta.rejects.run_id IS 'The run that rejected the file, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.rejects.rejected_at IS 'Start of that run, in UTC.';
COMMENT ON COLUMN meta.rejects.commit_id IS 'Commit that brought the version, which history is without; NULL where it is the content that the warehouse holds.';
