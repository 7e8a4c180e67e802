-- rows: code transforms/drift.py
-- belongs to: document
CREATE TABLE meta.document_drift (
    record_id VARCHAR NOT NULL,
    field     VARCHAR NOT NULL,
    types     VARCHAR[]
);

COMMENT ON TABLE meta.document_drift IS 'One row per document and front-matter path of it that no table covers. Key: record_id, field.';

COMMENT ON COLUMN meta.document_drift.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN meta.document_drift.field IS 'Front-matter path, without positions, such as images[].caption.';
COMMENT ON COLUMN meta.document_drift.types IS 'YAML types of the values at that path, sorted.';
