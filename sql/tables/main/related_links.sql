-- rows: links of related
-- belongs to: document
-- parquet: no
CREATE TABLE main.related_links (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    entry_id  VARCHAR
);

COMMENT ON TABLE main.related_links IS 'One row per entry of a record''s list of related articles: which one it is. Key: record_id, position.';

COMMENT ON COLUMN main.related_links.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.related_links.position IS 'Place of the entry in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.related_links.entry_id IS 'The entry, as in related_entries.entry_id.';
