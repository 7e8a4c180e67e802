-- rows: code transforms/raw.py
-- belongs to: document
CREATE TABLE raw.documents (
    record_id     VARCHAR NOT NULL,
    file_id       VARCHAR,
    source        VARCHAR,
    path          VARCHAR,
    item_position INTEGER,
    format        VARCHAR,
    content_hash  VARCHAR,
    size_bytes    BIGINT,
    front_matter  VARCHAR USING COMPRESSION zstd,
    body          VARCHAR USING COMPRESSION zstd
);

COMMENT ON TABLE raw.documents IS 'One row per document, readable or not: a file, or an item of a data file. Key: record_id.';

COMMENT ON COLUMN raw.documents.record_id IS 'First 16 hexadecimal digits of BLAKE2b-64 over source, NUL and path, for an item of a data file also NUL and its key or place; as in records.record_id where the record could be read.';
COMMENT ON COLUMN raw.documents.file_id IS 'Id of the file that the document lies in, as in meta.files.record_id; the same as record_id where the file is one document.';
COMMENT ON COLUMN raw.documents.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN raw.documents.path IS 'Path of the document in its source, with forward slashes; an item of a data file stands behind #, as in _data/people.yml#anna.';
COMMENT ON COLUMN raw.documents.item_position IS 'Place of the item in its data file, counted from 0; NULL where the file is one document.';
COMMENT ON COLUMN raw.documents.format IS 'Language of the front matter: yaml, toml or json.';
COMMENT ON COLUMN raw.documents.content_hash IS 'Git blob id of the file (SHA-1, hexadecimal).';
COMMENT ON COLUMN raw.documents.size_bytes IS 'Size of the file in bytes.';
COMMENT ON COLUMN raw.documents.front_matter IS 'The whole record as JSON text, without secured unless the source is configured to publish it; NULL where it could not be read.';
COMMENT ON COLUMN raw.documents.body IS 'Text after the front matter; NULL where the file could not be read.';
