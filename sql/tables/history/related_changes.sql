-- rows: code matterhouse/history
-- belongs to: history
CREATE TABLE history.related_changes (
    record_id     VARCHAR NOT NULL,
    url_key       VARCHAR NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at  TIMESTAMP WITH TIME ZONE,
    source        VARCHAR,
    provider_id   VARCHAR,
    last_position INTEGER
);

COMMENT ON TABLE history.related_changes IS 'One row per stretch of commits in which a related article stayed in a record''s list. Entries without a web address are left out. Key: record_id, url_key, first_seen_at.';

COMMENT ON COLUMN history.related_changes.record_id IS 'Id of the record that lists it, made as records.record_id.';
COMMENT ON COLUMN history.related_changes.url_key IS 'Canonical form of the entry''s web address, made as in records.url_key.';
COMMENT ON COLUMN history.related_changes.first_seen_at IS 'Time, as valid_from, of the commit that brought it into the list, in UTC.';
COMMENT ON COLUMN history.related_changes.last_seen_at IS 'Time, as valid_from, of the commit that took it out of the list, in UTC; NULL: it is still listed.';
COMMENT ON COLUMN history.related_changes.source IS 'Name of the content repository, as configured.';
COMMENT ON COLUMN history.related_changes.provider_id IS 'Who provides the related article, as in providers.provider_id; as it was when the entry came.';
COMMENT ON COLUMN history.related_changes.last_position IS 'Place in the last list that has it, counted from 0.';
