-- rows: items of provider.publishers
-- belongs to: document
CREATE TABLE main.provider_publishers (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    name      VARCHAR,
    domain    VARCHAR
);

COMMENT ON TABLE main.provider_publishers IS 'One row per publisher listed under a record''s provider. Key: record_id, position.';

COMMENT ON COLUMN main.provider_publishers.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.provider_publishers.position IS 'Place of the publisher in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.provider_publishers.name IS 'Name of the publisher, as written. From: provider.publishers[].name, provider.publishers[].';
COMMENT ON COLUMN main.provider_publishers.domain IS 'Internet domain of the publisher, as written. From: provider.publishers[].domain.';
