-- rows: keys of services
-- collection: topics
-- belongs to: document
CREATE TABLE main.topic_services (
    record_id VARCHAR NOT NULL,
    service   VARCHAR NOT NULL,
    url       VARCHAR
);

COMMENT ON TABLE main.topic_services IS 'One row per service that offers a topic''s content. Key: record_id, service.';

COMMENT ON COLUMN main.topic_services.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.topic_services.service IS 'Name of the service, such as news or learning: the key below services. From: services.*.';
COMMENT ON COLUMN main.topic_services.url IS 'Address of the service''s data for the topic, as written. From: services.*.';
