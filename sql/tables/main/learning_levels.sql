-- rows: items of levels
-- belongs to: document
CREATE TABLE main.learning_levels (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    level     VARCHAR
);

COMMENT ON TABLE main.learning_levels IS 'One row per level of a record that lists levels, whatever its collection. Key: record_id, position.';

COMMENT ON COLUMN main.learning_levels.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.learning_levels.position IS 'Place of the level in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.learning_levels.level IS 'Level of difficulty, as written, such as Beginner. From: levels[].';
