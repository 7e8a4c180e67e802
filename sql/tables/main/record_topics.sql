-- rows: items of topics
-- belongs to: document
CREATE TABLE main.record_topics (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    topic     VARCHAR
);

COMMENT ON TABLE main.record_topics IS 'One row per topic of a record. Key: record_id, position.';

COMMENT ON COLUMN main.record_topics.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.record_topics.position IS 'Place of the topic in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.record_topics.topic IS 'Name of the topic, as written; NULL where the list holds an empty entry. From: topics[].';
