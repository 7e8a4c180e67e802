-- rows: documents
-- collection: communities
-- belongs to: document
CREATE TABLE main.communities (
    record_id    VARCHAR NOT NULL,
    member_count BIGINT
);

COMMENT ON TABLE main.communities IS 'One row per record of the collection communities. Key: record_id.';

COMMENT ON COLUMN main.communities.record_id IS 'The record, as in records.record_id.';
COMMENT ON COLUMN main.communities.member_count IS 'Number of members. From: members.';
