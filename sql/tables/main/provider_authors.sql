-- rows: items of provider.authors
-- belongs to: document
CREATE TABLE main.provider_authors (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    name      VARCHAR
);

COMMENT ON TABLE main.provider_authors IS 'One row per author listed under a record''s provider. Key: record_id, position.';

COMMENT ON COLUMN main.provider_authors.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.provider_authors.position IS 'Place of the author in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.provider_authors.name IS 'Name of the author, as written. From: provider.authors[].name, provider.authors[].';
