-- rows: documents
-- collection: organizations
-- belongs to: document
CREATE TABLE main.organizations (
    record_id       VARCHAR NOT NULL,
    organization_id VARCHAR,
    name            VARCHAR,
    domain          VARCHAR,
    description     VARCHAR
);

COMMENT ON TABLE main.organizations IS 'One row per record of the collection organizations. Key: record_id.';

COMMENT ON COLUMN main.organizations.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.organizations.organization_id IS 'The source''s own id of the organization, often its domain. From: _id.';
COMMENT ON COLUMN main.organizations.name IS 'Name of the organization. From: name.';
COMMENT ON COLUMN main.organizations.domain IS 'Internet domain of the organization, as written. From: domain.';
COMMENT ON COLUMN main.organizations.description IS 'What the organization is or does. From: description.';
