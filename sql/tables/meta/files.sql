-- rows: code warehouse/bookkeeping.py
-- belongs to: run
CREATE TABLE meta.files (
    source          VARCHAR NOT NULL,
    path            VARCHAR NOT NULL,
    record_id       VARCHAR,
    size_bytes      BIGINT,
    modified_ns     BIGINT,
    content_hash    VARCHAR,
    outcome         VARCHAR,
    reason          VARCHAR,
    records         BIGINT,
    first_seen_at   TIMESTAMP WITH TIME ZONE,
    last_changed_at TIMESTAMP WITH TIME ZONE,
    changed_run_id  VARCHAR,
    kept_since      TIMESTAMP WITH TIME ZONE,
    part            INTEGER
);

COMMENT ON TABLE meta.files IS 'One row per file known. Key: source, path.';

COMMENT ON COLUMN meta.files.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN meta.files.path IS 'Path of the file in its source, with forward slashes.';
COMMENT ON COLUMN meta.files.record_id IS 'Id of the file, as in raw.documents.file_id; where the file is one document, as in raw.documents.record_id, too.';
COMMENT ON COLUMN meta.files.size_bytes IS 'Size of the file in bytes.';
COMMENT ON COLUMN meta.files.modified_ns IS 'Modification time in nanoseconds since 1970 in UTC; 0 for git.';
COMMENT ON COLUMN meta.files.content_hash IS 'Git blob id of the file (SHA-1, hexadecimal); NULL where it was not read.';
COMMENT ON COLUMN meta.files.outcome IS 'What became of the file: loaded, rejected or skipped.';
COMMENT ON COLUMN meta.files.reason IS 'Code of the reason why the file was not loaded, such as no_front_matter or symlink; NULL where it was loaded.';
COMMENT ON COLUMN meta.files.records IS 'Records that the file holds: one, in a data file one or one per item; 0 where it was not loaded and no earlier records are kept.';
COMMENT ON COLUMN meta.files.first_seen_at IS 'Start of the run that first saw the file, in UTC.';
COMMENT ON COLUMN meta.files.last_changed_at IS 'Start of the run that last found the file changed, in UTC.';
COMMENT ON COLUMN meta.files.changed_run_id IS 'That run, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.files.kept_since IS 'Start of the run that first could not read the file, where the records stay that it held before, in UTC; NULL for all other files.';
COMMENT ON COLUMN meta.files.part IS 'Group of documents that share Parquet files: part-<part>.parquet of the large tables.';
