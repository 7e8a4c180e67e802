-- rows: documents
-- collection: learning
-- belongs to: document
CREATE TABLE main.learning (
    record_id      VARCHAR NOT NULL,
    price          VARCHAR,
    length         VARCHAR,
    length_seconds BIGINT,
    rating_count   BIGINT,
    rating_average DOUBLE
);

COMMENT ON TABLE main.learning IS 'One row per record of the collection learning. Key: record_id.';

COMMENT ON COLUMN main.learning.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.learning.price IS 'Price, as written, such as Free. From: price.';
COMMENT ON COLUMN main.learning.length IS 'Length, as written, such as PT44M or 12 hours. From: length.';
COMMENT ON COLUMN main.learning.length_seconds IS 'Length in seconds, read from ISO 8601 durations and forms such as 12 hours; NULL where it cannot be read. From: length. By: duration_seconds.';
COMMENT ON COLUMN main.learning.rating_count IS 'Number of ratings. From: ratings.count.';
COMMENT ON COLUMN main.learning.rating_average IS 'Mean of the ratings, on the provider''s scale. From: ratings.average.';
