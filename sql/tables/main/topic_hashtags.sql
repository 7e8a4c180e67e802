-- rows: items of hashtags
-- collection: topics
-- belongs to: document
CREATE TABLE main.topic_hashtags (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    hashtag   VARCHAR
);

COMMENT ON TABLE main.topic_hashtags IS 'One row per hashtag of a topic. Key: record_id, position.';

COMMENT ON COLUMN main.topic_hashtags.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.topic_hashtags.position IS 'Place of the hashtag in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.topic_hashtags.hashtag IS 'Hashtag of the topic, as written. From: hashtags[].';
