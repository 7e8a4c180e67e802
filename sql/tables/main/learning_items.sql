-- rows: items of items
-- belongs to: document
CREATE TABLE main.learning_items (
    record_id      VARCHAR NOT NULL,
    position       INTEGER NOT NULL,
    item_path      VARCHAR,
    item_record_id VARCHAR
);

COMMENT ON TABLE main.learning_items IS 'One row per item of a record that lists items, such as a learning path. Key: record_id, position.';

COMMENT ON COLUMN main.learning_items.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.learning_items.position IS 'Place of the item in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.learning_items.item_path IS 'Path of the item, as written, such as courses/name. From: items[].';
COMMENT ON COLUMN main.learning_items.item_record_id IS 'The record of the same source that the path names, as in records.record_id; NULL where there is none.';
