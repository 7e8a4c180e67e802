-- rows: items of keywords
-- collection: topics
-- belongs to: document
CREATE TABLE main.topic_keywords (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    keyword   VARCHAR
);

COMMENT ON TABLE main.topic_keywords IS 'One row per keyword of a topic. Key: record_id, position.';

COMMENT ON COLUMN main.topic_keywords.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.topic_keywords.position IS 'Place of the keyword in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.topic_keywords.keyword IS 'Word or phrase that points to the topic, as written. From: keywords[].';
