-- rows: documents
-- collection: events
-- belongs to: document
CREATE TABLE main.events (
    record_id VARCHAR NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at   TIMESTAMP WITH TIME ZONE,
    website   VARCHAR
);

COMMENT ON TABLE main.events IS 'One row per record of the collection events. Key: record_id.';

COMMENT ON COLUMN main.events.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.events.starts_at IS 'When the event starts, in UTC. From: startDateTime.';
COMMENT ON COLUMN main.events.ends_at IS 'When the event ends, in UTC. From: endDateTime.';
COMMENT ON COLUMN main.events.website IS 'Address of the event''s website, as written. From: website.';
