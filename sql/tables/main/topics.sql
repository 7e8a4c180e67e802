-- rows: documents
-- collection: topics
-- belongs to: document
CREATE TABLE main.topics (
    record_id  VARCHAR NOT NULL,
    topic_id   VARCHAR,
    name       VARCHAR,
    short_name VARCHAR,
    parent     VARCHAR
);

COMMENT ON TABLE main.topics IS 'One row per record of the collection topics. Key: record_id.';

COMMENT ON COLUMN main.topics.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.topics.topic_id IS 'The source''s own id of the topic. From: _id.';
COMMENT ON COLUMN main.topics.name IS 'Name of the topic. From: name.';
COMMENT ON COLUMN main.topics.short_name IS 'Shorter name for tight places. From: shortname.';
COMMENT ON COLUMN main.topics.parent IS 'Name of the topic above this one, as written. From: parent.';
