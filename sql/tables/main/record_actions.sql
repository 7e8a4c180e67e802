-- rows: items of actions
-- belongs to: document
CREATE TABLE main.record_actions (
    record_id   VARCHAR NOT NULL,
    position    INTEGER NOT NULL,
    type        VARCHAR,
    title       VARCHAR,
    attribution VARCHAR,
    url         VARCHAR
);

COMMENT ON TABLE main.record_actions IS 'One row per entry of a record''s list of actions. Key: record_id, position.';

COMMENT ON COLUMN main.record_actions.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_actions.position IS 'Place of the action in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.record_actions.type IS 'Kind of action, such as download or view. From: actions[].type.';
COMMENT ON COLUMN main.record_actions.title IS 'Text of the action''s button or link. From: actions[].title.';
COMMENT ON COLUMN main.record_actions.attribution IS 'Whom the action''s target is credited to. From: actions[].attribution.';
COMMENT ON COLUMN main.record_actions.url IS 'Address that the action opens, as written. From: actions[].url.';
