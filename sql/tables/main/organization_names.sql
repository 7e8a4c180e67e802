-- rows: items of otherNames
-- collection: organizations
-- belongs to: document
CREATE TABLE main.organization_names (
    record_id VARCHAR NOT NULL,
    position  INTEGER NOT NULL,
    name      VARCHAR
);

COMMENT ON TABLE main.organization_names IS 'One row per other name of an organization. Key: record_id, position.';

COMMENT ON COLUMN main.organization_names.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.organization_names.position IS 'Place of the name in the list, counted from 0 in the file''s order.';
COMMENT ON COLUMN main.organization_names.name IS 'Another name of the organization, as written. From: otherNames[].';
