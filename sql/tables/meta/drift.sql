-- rows: code sql/derive/drift.sql
-- belongs to: warehouse
CREATE TABLE meta.drift (
    field         VARCHAR NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE,
    first_run_id  VARCHAR,
    documents     BIGINT,
    types         VARCHAR[],
    example_path  VARCHAR
);

COMMENT ON TABLE meta.drift IS 'One row per front-matter path that no table covers. Key: field.';

COMMENT ON COLUMN meta.drift.field IS 'Front-matter path, without positions, such as images[].caption.';
COMMENT ON COLUMN meta.drift.first_seen_at IS 'Start of the run that first met the path, in UTC.';
COMMENT ON COLUMN meta.drift.first_run_id IS 'That run, as in meta.runs.run_id.';
COMMENT ON COLUMN meta.drift.documents IS 'Number of documents that carry the path now.';
COMMENT ON COLUMN meta.drift.types IS 'YAML types of the values at that path, sorted.';
COMMENT ON COLUMN meta.drift.example_path IS 'Path of one document that carries it.';
